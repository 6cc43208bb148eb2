public import CrossdockCore
internal import CrossdockData
public import CrossdockSettings

/// How the way of one branch ended.
public struct Branched: Sendable {
    public var exchange: Exchange
    public var error: (any Error)?

    public init(_ exchange: Exchange, error: (any Error)? = nil) {
        self.exchange = exchange
        self.error = error
    }
}

/// Makes one exchange of several.
public protocol AggregationStrategy: Sendable {
    /// - Parameters:
    ///   - old: What the exchanges so far have become; nil for the first.
    ///   - new: The next one, failed or not.
    func aggregate(_ old: Branched?, _ new: Branched) throws -> Branched
}

/// Keeps the latest exchange; a failure stays.
public struct UseLatest: AggregationStrategy, NamedBean {
    public static let classNames = [
        "org.apache.camel.processor.aggregate.UseLatestAggregationStrategy"
    ]
    public static let summary = "Keeps the latest exchange."

    public struct Options: Settings { public init() {} }

    public init() {}
    public init(_ options: Options, _ builder: any RouteBuilding) {}

    public func aggregate(_ old: Branched?, _ new: Branched) -> Branched {
        guard let old, old.error != nil, new.error == nil else { return new }
        return Branched(new.exchange, error: old.error)
    }
}

/// Keeps the first exchange.
public struct UseOriginal: AggregationStrategy, NamedBean {
    public static let classNames = [
        "org.apache.camel.processor.aggregate.UseOriginalAggregationStrategy"
    ]
    public static let summary = "Keeps the exchange as it was before it was divided."

    public struct Options: Settings {
        @Setting("Whether the failure of a part fails the whole.")
        public var propagateException = true

        public init() {}
    }

    private let original: Exchange?
    private let propagates: Bool

    /// - Parameter original: What is kept; nil keeps the first exchange that comes.
    init(_ original: Exchange?) {
        self.original = original
        propagates = true
    }

    public init(_ options: Options, _ builder: any RouteBuilding) {
        original = nil
        propagates = options.propagateException
    }

    public func aggregate(_ old: Branched?, _ new: Branched) -> Branched {
        let kept = original ?? old?.exchange ?? new.exchange
        return Branched(kept, error: propagates ? old?.error ?? new.error : nil)
    }
}

/// Collects what a closure takes of each exchange in a list, which becomes the body.
struct ListCollection: AggregationStrategy {
    let element: @Sendable (Exchange) throws -> Value

    func aggregate(_ old: Branched?, _ new: Branched) throws -> Branched {
        var result = old ?? new
        var elements: [Value] = []
        if let old, case .value(.array(let so)) = old.exchange.message.body { elements = so }
        elements.append(try element(new.exchange))
        result.exchange.message.body = .value(.array(elements))
        result.error = old?.error ?? new.error
        return result
    }
}

/// Collects the bodies in a list.
public struct GroupedBody: AggregationStrategy, NamedBean {
    public static let classNames = [
        "org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy"
    ]
    public static let summary = "Collects the bodies in a list."

    public struct Options: Settings { public init() {} }

    public init() {}
    public init(_ options: Options, _ builder: any RouteBuilding) {}

    public func aggregate(_ old: Branched?, _ new: Branched) throws -> Branched {
        try ListCollection { exchange in try parsedValue(exchange.message.body) }.aggregate(
            old, new)
    }
}

/// Collects body and headers of the messages in a list.
public struct GroupedMessage: AggregationStrategy, NamedBean {
    public static let classNames = [
        "org.apache.camel.processor.aggregate.GroupedMessageAggregationStrategy",
        "org.apache.camel.processor.aggregate.GroupedExchangeAggregationStrategy",
    ]
    public static let summary = "Collects the messages in a list."

    public struct Options: Settings { public init() {} }

    public init(_ options: Options, _ builder: any RouteBuilding) {}

    public func aggregate(_ old: Branched?, _ new: Branched) throws -> Branched {
        try ListCollection { exchange in
            var headers = ValueObject()
            for (name, value) in exchange.message.headers { headers[name] = value }
            return [
                "body": try parsedValue(exchange.message.body), "headers": .object(headers),
            ]
        }.aggregate(old, new)
    }
}

/// Joins the bodies as text.
public struct JoinedText: AggregationStrategy, NamedBean {
    public static let classNames = [
        "org.apache.camel.processor.aggregate.StringAggregationStrategy"
    ]
    public static let summary = "Joins the bodies as text."

    public struct Options: Settings {
        @Setting("What stands between two bodies.")
        public var delimiter = ""

        public init() {}
    }

    private let delimiter: String

    public init(_ options: Options, _ builder: any RouteBuilding) { delimiter = options.delimiter }

    public func aggregate(_ old: Branched?, _ new: Branched) throws -> Branched {
        guard var result = old else { return new }
        let parts = [result.exchange.message.body.text, new.exchange.message.body.text]
        result.exchange.message.body = .text(parts.compactMap(\.self).joined(separator: delimiter))
        result.error = result.error ?? new.error
        return result
    }
}

/// A body as a value; JSON is taken apart.
func parsedValue(_ body: Body) throws -> Value {
    var copy = body
    if let document = copy.jsonContainer() { return try document.root.value() }
    return try body.value()
}

/// A strategy as an option of a step: the name of a bean or class.
public struct StrategyChoice: SettingValue {
    let strategy: any AggregationStrategy

    public static var typeName: String { "bean or class" }
    public var settingText: String? { nil }

    public init(setting input: SettingInput) throws {
        guard let builder = input.environment as? any RouteBuilding, let name = input.text else {
            throw SettingProblem("the name of an aggregation strategy is expected")
        }
        strategy = try builder.bean(
            name, as: (any AggregationStrategy).self, at: input.node?.span ?? input.span)
    }
}
