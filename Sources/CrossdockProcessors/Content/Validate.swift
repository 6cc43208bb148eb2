public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockExpressions
public import CrossdockSettings

/// Fails exchanges for which a predicate does not hold.
public struct Validate: NamedProcessor {
    public static let name = "validate"
    public static let summary = "Fails exchanges for which a predicate does not hold."

    public struct Options: Settings {
        @Setting("What must hold.", example: "simple: \"${body[amount]} > 0\"")
        public var expression: Predicate
        @Setting("A factory made in Java; not offered.")
        public var predicateExceptionFactory: String?

        public init() {}
    }

    private let predicate: Predicate

    public init(_ options: Options, _ builder: any RouteBuilding) { predicate = options.expression }

    public func process(_ exchange: inout Exchange) async throws {
        guard try !predicate.matches(&exchange) else { return }
        throw RouteError(
            "Validation failed for Predicate[\(predicate.source)].",
            exceptionClass: "org.apache.camel.support.processor.PredicateValidationException")
    }
}

/// Sorts the parts of the body, which becomes a list.
public struct Sort: NamedProcessor {
    public static let name = "sort"
    public static let summary = "Sorts the parts of the body."

    public struct Options: Settings {
        @Setting("Yields the parts; the body when absent.")
        public var expression: Expression?
        @Setting("A comparator made in Java; not offered.")
        public var comparator: String?

        public init() {}

        public func validate() throws {
            if comparator != nil {
                throw SettingProblem("'comparator' names an object made in Java")
            }
        }
    }

    private let expression: Expression?

    public init(_ options: Options, _ builder: any RouteBuilding) {
        expression = options.expression
    }

    public func process(_ exchange: inout Exchange) async throws {
        let body = try expression?.body(in: &exchange) ?? exchange.message.body
        let values = try body.elements(delimiter: ",").map { try parsedValue($0) }
        let sorted = values.enumerated().sorted { one, other in
            let order = ValueOrder.compare(one.element, other.element)
            return order == 0 ? one.offset < other.offset : order < 0
        }
        exchange.message.body = .value(.array(sorted.map(\.element)))
    }
}

/// Evaluates an expression for what it does; its result is forgotten.
public struct Script: NamedProcessor {
    public static let name = "script"
    public static let summary = "Evaluates an expression for what it does."

    public struct Options: Settings {
        @Setting("What is evaluated.")
        public var expression: Expression

        public init() {}
    }

    private let expression: Expression

    public init(_ options: Options, _ builder: any RouteBuilding) {
        expression = options.expression
    }

    public func process(_ exchange: inout Exchange) async throws {
        _ = try expression.value(in: &exchange)
    }
}

/// Sets whether somebody waits for a reply.
public struct SetExchangePattern: NamedProcessor {
    public static let name = "setExchangePattern"
    public static let summary = "Sets whether somebody waits for a reply."
    public static var shorthand: String? { "pattern" }

    public struct Options: Settings {
        @Setting("InOnly or InOut.")
        public var pattern: PatternChoice

        public init() {}
    }

    private let pattern: ExchangePattern

    public init(_ options: Options, _ builder: any RouteBuilding) {
        pattern = options.pattern.pattern
    }

    public func process(_ exchange: inout Exchange) async throws { exchange.pattern = pattern }
}
