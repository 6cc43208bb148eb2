public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockSettings
internal import Logging
internal import Synchronization

/// Writes messages to the log.
public struct LogComponent: Component {
    public static let scheme = "log"
    public static let summary = "Writes messages to the log."
    public static let syntax = "log:loggerName"
    public static var options: [SettingDeclaration] { LogEndpointOptions.declarations }

    public init() {}

    /// - Parameter address: `log:<name>?level=DEBUG&showHeaders=true`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        LogEndpoint(name: address.path, options: try address.inProcessOptions())
    }
}

struct LogEndpointOptions: Settings {
    @Setting("The level of the line.")
    var level = LogLevel.info
    @Setting("A word for telling lines apart.")
    var marker: String?
    @Setting("After how many messages a line with their rate is written, in place of each message.")
    var groupSize: Int?
    @Setting("How often a line with the rate is written, in place of each message.")
    var groupInterval: Duration?
    @Setting("Accepted for Camel's sake.")
    var groupDelay: Duration?
    @Setting("Accepted for Camel's sake.")
    var groupActiveOnly = true
    @Setting("Whether values that look secret are masked; they always are.")
    var logMask: String?
    @Setting("Accepted for Camel's sake.")
    var exchangeFormatter: String?
    @Setting("The longest body that is shown whole.", unit: .bytes)
    var maxChars = 10_000
    @Setting("Whether each part stands on a line of its own.")
    var multiline = false
    @Setting("Show everything.")
    var showAll = false
    @Setting("Show the properties that the engine did not set.")
    var showProperties = false
    @Setting("Show all properties.")
    var showAllProperties = false
    @Setting("Show the body.")
    var showBody = true
    @Setting("Show the kind of the body.")
    var showBodyType = true
    @Setting("Show the error that was caught last.")
    var showCaughtException = false
    @Setting("Show the error.")
    var showException = false
    @Setting("Show the id of the exchange.")
    var showExchangeId = false
    @Setting("Show whether somebody waits for a reply.")
    var showExchangePattern = false
    @Setting("Accepted for Camel's sake.")
    var showFiles = false
    @Setting("Accepted for Camel's sake.")
    var showFuture = false
    @Setting("Show the headers.")
    var showHeaders = false
    @Setting("Accepted for Camel's sake.")
    var showStackTrace = false
    @Setting("Accepted for Camel's sake.")
    var showStreams = false
    @Setting("Accepted for Camel's sake.")
    var showCachedStreams = true
    @Setting("Show the variables.")
    var showVariables = false
    @Setting("Show the route's group.")
    var showRouteGroup = false
    @Setting("Show the route's id.")
    var showRouteId = false
    @Setting("Leave line ends of the body out.")
    var skipBodyLineSeparator = true
    @Setting("Accepted for Camel's sake.")
    var plain = false
    @Setting("Accepted for Camel's sake.")
    var sourceLocationLoggerName = false
    @Setting("Accepted for Camel's sake.")
    var style: String?

    init() {}
}

struct LogEndpoint: ProducingEndpoint {
    let name: String
    let options: LogEndpointOptions

    func makeProducer(for route: RouteContext) -> any Producer {
        var logger = route.logger
        logger[metadataKey: "log.name"] = "\(name)"
        return LogProducer(options: options, logger: logger, route: route)
    }
}

/// Counts messages for lines that show their rate.
final class RateCount: Sendable {
    private struct State {
        var count = 0
        var since = Duration.zero
    }

    private let state = Mutex(State())

    /// - Returns: How many messages in which time, once a line is due.
    func add(now: Duration, every size: Int?, or interval: Duration?) -> (Int, Duration)? {
        state.withLock { state in
            if state.count == 0 { state.since = now }
            state.count += 1
            let took = now - state.since
            let isDue = size.map { state.count >= $0 } ?? false
            guard isDue || interval.map({ took >= $0 }) ?? false else { return nil }
            defer { state.count = 0 }
            return (state.count, took)
        }
    }
}

struct LogProducer: Producer {
    let options: LogEndpointOptions
    let logger: Logger
    let route: RouteContext
    private let rate = RateCount()

    init(options: LogEndpointOptions, logger: Logger, route: RouteContext) {
        self.options = options
        self.logger = logger
        self.route = route
    }

    func process(_ exchange: inout Exchange) async throws {
        guard let level = Logger.Level(options.level), level >= logger.logLevel else { return }
        if options.groupSize != nil || options.groupInterval != nil {
            let due = rate.add(
                now: route.clock.elapsed, every: options.groupSize, or: options.groupInterval)
            guard let (count, took) = due else { return }
            logger.log(
                level: level, "messages received",
                metadata: ["count": "\(count)", "millis": "\(took.milliseconds)"])
            return
        }
        // The author of the route asked for this text: it is the line.
        let line = ExchangeText(options, route.routeID).text(of: exchange)
        var metadata: Logger.Metadata = ["exchange.id": "\(exchange.id)"]
        if let marker = options.marker { metadata["marker"] = "\(marker)" }
        logger.log(level: level, "\(line)", metadata: metadata)
    }
}

extension Logger.Level {
    /// Nil for OFF.
    init?(_ level: LogLevel) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info: self = .info
        case .warn: self = .warning
        case .error: self = .error
        case .off: return nil
        }
    }
}

/// An exchange as one line of text.
struct ExchangeText {
    private let options: LogEndpointOptions
    private let routeID: String

    init(_ options: LogEndpointOptions, _ routeID: String) {
        self.options = options
        self.routeID = routeID
    }

    func text(of exchange: Exchange) -> String {
        var parts: [String] = []
        func add(_ flag: Bool, _ name: String, _ value: @autoclosure () -> String) {
            if flag || options.showAll { parts.append("\(name): \(value())") }
        }
        add(options.showRouteId, "RouteId", routeID)
        add(options.showExchangeId, "Id", exchange.id.description)
        add(options.showExchangePattern, "ExchangePattern", exchange.pattern.rawValue)
        add(
            options.showProperties || options.showAllProperties, "Properties",
            Self.pairs(exchange.properties.map { ($0.name, $0.value.jsonText) }))
        add(
            options.showVariables, "Variables",
            Self.pairs(exchange.variables.map { ($0.name, $0.value.text ?? "null") }))
        let headers =
            exchange.message.headers.map { ($0.name, $0.value) }
            + exchange.message.control.map { ($0.name, $0.value) }
        add(
            options.showHeaders, "Headers",
            Self.pairs(headers.map { ($0.0, $0.1.scalarText ?? $0.1.jsonText) }))
        add(options.showBodyType, "BodyType", exchange.message.body.typeName)
        add(options.showBody, "Body", body(exchange.message.body))
        if options.showCaughtException || options.showException || options.showAll,
            let error = exchange.caught
        {
            parts.append("CaughtExceptionMessage: \(ExceptionName.message(error))")
        }
        return options.multiline
            ? "Exchange[\n  \(parts.joined(separator: "\n  "))\n]"
            : "Exchange[\(parts.joined(separator: ", "))]"
    }

    private func body(_ body: Body) -> String {
        guard !body.isNull else { return "[Body is null]" }
        guard var text = body.text else { return "[Body is \(body.bytes.count) bytes]" }
        if options.skipBodyLineSeparator {
            text = text.replacing("\r", with: "").replacing("\n", with: "")
        }
        guard text.utf8.count > options.maxChars, options.maxChars > 0 else { return text }
        return
            "\(text.prefix(options.maxChars))… [Body clipped after \(options.maxChars) characters]"
    }

    /// Values whose name says that they are secret are not shown.
    private static func pairs(_ pairs: [(String, String)]) -> String {
        let texts = pairs.map { name, value in
            "\(name)=\(SecretNames.contains(name) ? "•••" : value)"
        }
        return "{\(texts.joined(separator: ", "))}"
    }
}

/// Names under which secrets travel.
enum SecretNames {
    private static let words = [
        "password", "passwd", "passphrase", "secret", "token", "authorization", "apikey", "api-key",
        "api_key", "credential", "privatekey", "cookie", "accesskey",
    ]

    static func contains(_ name: String) -> Bool {
        let folded = name.lowercased()
        return words.contains { folded.contains($0) }
    }
}
