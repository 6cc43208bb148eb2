public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings
internal import Logging

/// Writes a line to the log.
public struct Log: NamedProcessor {
    public static let name = "log"
    public static let summary = "Writes a line to the log."
    public static var shorthand: String? { "message" }

    public struct Options: Settings {
        @Setting("The line; simple is allowed.", example: "\"${body}\"")
        public var message: YAMLNode
        @Setting("The level of the line.")
        public var loggingLevel = LogLevel.info
        @Setting("The logger's name; the route's id when absent.")
        public var logName: String?
        @Setting("A word for telling lines apart.")
        public var marker: String?
        @Setting("A logger bean; accepted for Camel's sake.")
        public var logger: String?
        @Setting("The language of the line.")
        public var logLanguage = "simple"

        public init() {}
    }

    private let message: Expression
    private let level: Logger.Level?
    private let logger: Logger
    private let marker: String?

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        message = try builder.expression(
            options.message.text ?? "", language: options.logLanguage, options: nil,
            at: options.message.span)
        level = Logger.Level(options.loggingLevel)
        marker = options.marker
        var logger = builder.route.logger
        if let name = options.logName { logger[metadataKey: "log.name"] = "\(name)" }
        self.logger = logger
    }

    public func process(_ exchange: inout Exchange) async throws {
        guard let level, level >= logger.logLevel else { return }
        // A line that the route's author words is the message itself: it is what they will look for.
        let text = try message.text(in: &exchange) ?? ""
        var metadata: Logger.Metadata = ["exchange.id": "\(exchange.id)"]
        if let marker { metadata["marker"] = "\(marker)" }
        logger.log(level: level, "\(text)", metadata: metadata)
    }
}
