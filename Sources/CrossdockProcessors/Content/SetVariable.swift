public import CrossdockCore
public import CrossdockSettings

/// Puts a value aside under a name.
public struct SetVariable: NamedProcessor {
    public static let name = "setVariable"
    public static let summary = "Sets a variable."

    public struct Options: Settings {
        @Setting("The variable's name; `global:` and `route:<id>:` outlive the exchange.")
        public var name: String
        @Setting("Yields the value.")
        public var expression: Expression

        public init() {}
    }

    private let name: VariableName
    private let expression: Expression
    private let shared: VariableStore

    public init(_ options: Options, _ builder: any RouteBuilding) {
        name = VariableName(options.name)
        expression = options.expression
        shared = builder.variables
    }

    public func process(_ exchange: inout Exchange) async throws {
        name.set(try expression.body(in: &exchange), in: &exchange, shared)
    }
}

/// Sets several variables.
public struct SetVariables: NamedProcessor {
    public static let name = "setVariables"
    public static let summary = "Sets several variables."

    public struct Options: Settings {
        @Setting("Names and values.")
        public var variables: [SetVariable.Options]

        public init() {}
    }

    private let steps: [SetVariable]

    public init(_ options: Options, _ builder: any RouteBuilding) {
        steps = options.variables.map { SetVariable($0, builder) }
    }

    public func process(_ exchange: inout Exchange) async throws {
        for step in steps { try await step.process(&exchange) }
    }
}

/// Forgets a variable.
public struct RemoveVariable: NamedProcessor {
    public static let name = "removeVariable"
    public static let summary = "Removes a variable."
    public static var shorthand: String? { "name" }

    public struct Options: Settings {
        @Setting("The variable's name.")
        public var name: String

        public init() {}
    }

    private let name: VariableName
    private let shared: VariableStore

    public init(_ options: Options, _ builder: any RouteBuilding) {
        name = VariableName(options.name)
        shared = builder.variables
    }

    public func process(_ exchange: inout Exchange) async throws {
        name.set(nil, in: &exchange, shared)
    }
}
