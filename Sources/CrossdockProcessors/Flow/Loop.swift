public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Runs its steps a number of times, or as long as a predicate holds.
public struct Loop: CompositeProcessor {
    public static let name = "loop"
    public static let summary = "Runs its steps again and again."
    public static var takesFollowingSteps: Bool { true }

    public struct Options: Settings {
        @Setting("How often; with doWhile, what must hold.", example: "constant: \"3\"")
        public var expression: LoopCondition
        @Setting("Whether every round begins with the message as it was before the first.")
        public var copy = false
        @Setting("Whether the expression is asked before every round.")
        public var doWhile = false
        @Setting("Whether the loop ends when the hub stops.")
        public var breakOnShutdown = false
        @Setting("A processor made in Java; not offered.")
        public var onPrepare: String?
        @Setting("What is done in every round.")
        public var steps = Pipeline([])

        public init() {}
    }

    private let options: Options
    private let stop: StopSignal

    public init(_ options: Options, _ builder: any RouteBuilding) {
        self.options = options
        stop = builder.route.stop
    }

    public func process(_ exchange: inout Exchange) async throws {
        let original = options.copy ? exchange : nil
        let count = options.doWhile ? nil : try options.expression.count(&exchange)
        if let count { exchange.properties[Exchange.PropertyName.loopSize] = .integer(count) }
        var index = 0
        while true {
            try Task.checkCancellation()
            if options.breakOnShutdown, stop.isRequested { return }
            if let count {
                if index >= count { return }
            } else if try !options.expression.holds(&exchange) {
                return
            }
            if let original {
                exchange.message = original.message
            }
            exchange.properties[Exchange.PropertyName.loopIndex] = .integer(index)
            try await options.steps.process(&exchange)
            if exchange.isStopped { return }
            index += 1
        }
    }
}

/// An expression that is a number or a predicate, as the loop needs it.
public struct LoopCondition: SettingValue {
    private let expression: Expression
    /// Nil where the text is no predicate.
    private let predicate: Predicate?

    public static var typeName: String { "expression" }
    public var settingText: String? { nil }

    public static func take(
        _ name: String, from members: inout SettingMembers
    ) throws -> SettingInput? {
        try Expression.take(name, from: &members)
    }

    public init(setting input: SettingInput) throws {
        expression = try Expression(setting: input)
        predicate = try? Predicate(setting: input)
    }

    func holds(_ exchange: inout Exchange) throws -> Bool {
        if let predicate { return try predicate.matches(&exchange) }
        return try expression.matches(&exchange)
    }

    func count(_ exchange: inout Exchange) throws -> Int {
        guard let text = try expression.text(in: &exchange),
            let count = Int(text.trimmingBlanks())
        else {
            throw RouteError(
                "loop: a whole number is expected",
                exceptionClass: "org.apache.camel.NoTypeConversionAvailableException")
        }
        return count
    }
}
