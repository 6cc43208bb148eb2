public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Makes an empty message again and again.
public struct TimerComponent: Component {
    public static let scheme = "timer"
    public static let summary = "Makes an empty message again and again."
    public static let syntax = "timer:timerName"
    public static var options: [SettingDeclaration] { TimerOptions.declarations }

    public init() {}

    /// - Parameter address: `timer:<name>?period=5s`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        TimerEndpoint(name: address.path, options: try address.inProcessOptions())
    }
}

struct TimerOptions: Settings {
    @Setting("The wait before the first message.")
    var delay = SignedDuration(.milliseconds(1_000))
    @Setting("The time between two messages.")
    var period = SignedDuration(.milliseconds(1_000))
    @Setting("How many messages are made; 0 is without end.", in: 0...9_223_372_036_854_775_807)
    var repeatCount = 0
    @Setting("Whether messages keep to the clock, however long each takes.")
    var fixedRate = false
    @Setting("Whether name, time and count are noted in the exchange.")
    var includeMetadata = false
    @Setting("Accepted for Camel's sake.")
    var daemon = true
    @Setting("When the first message is made; by `pattern`.")
    var time: String?
    @Setting("The pattern of `time`.")
    var pattern: String?
    @Setting("A timer made in Java; not offered.")
    var timer: String?

    init() {}

    func validate() throws {
        if time != nil || pattern != nil {
            throw SettingProblem("'time' is not offered; use cron: for times of the day")
        }
    }
}

/// A duration that may be negative, which Camel takes for none.
struct SignedDuration: SettingValue {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    static var typeName: String { "duration" }
    var settingText: String? { duration.settingText }

    init(setting input: SettingInput) throws {
        if let text = input.text, let millis = Int64(text), millis < 0 {
            duration = .zero
            return
        }
        duration = try Duration(setting: input)
    }
}

struct TimerEndpoint: ConsumingEndpoint {
    let name: String
    let options: TimerOptions

    func makeConsumer(for route: RouteContext) -> any Consumer {
        TimerConsumer(name: name, options: options, route: route)
    }
}

struct TimerConsumer: Consumer {
    let name: String
    let options: TimerOptions
    let route: RouteContext

    func run(deliver: @escaping Deliver) async throws {
        route.source.become(options.repeatCount > 0 ? .queue : .endless)
        var due = route.clock.elapsed + options.delay.duration
        var count = 0
        while try await sleeps(until: due) {
            count += 1
            let fired = route.clock.now
            _ = await deliver(exchange(count, fired))
            let isLast = options.repeatCount > 0 && count >= options.repeatCount
            route.source.answered(received: 1, drained: isLast, at: fired)
            if isLast {
                await route.stop.wait()
                return
            }
            due =
                options.fixedRate
                ? due + options.period.duration : route.clock.elapsed + options.period.duration
        }
    }

    /// - Returns: Whether the time has come; false when the route stops first.
    private func sleeps(until due: Duration) async throws -> Bool {
        if route.stop.isRequested { return false }
        let wait = due - route.clock.elapsed
        guard wait > .zero else {
            try Task.checkCancellation()
            return true
        }
        return await route.stop.sleep(for: wait, clock: route.clock)
    }

    private func exchange(_ count: Int, _ fired: Instant) -> Exchange {
        var exchange = Exchange(Message())
        let millis = Value.number(JSONNumber(fired.millisecondsSince1970))
        exchange.message.control["CamelTimerFiredTime"] = millis
        if options.includeMetadata {
            exchange.message.control["CamelMessageTimestamp"] = millis
            exchange.properties["CamelTimerName"] = .string(name)
            exchange.properties["CamelTimerCounter"] = .integer(count)
            exchange.properties["CamelTimerFiredTime"] = millis
            exchange.properties["CamelTimerPeriod"] = .number(
                JSONNumber(options.period.duration.milliseconds))
        }
        return exchange
    }
}
