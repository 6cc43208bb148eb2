public import CrossdockCore
public import CrossdockSettings

/// Sets a property of the exchange.
public struct SetProperty: NamedProcessor {
    public static let name = "setProperty"
    public static let summary = "Sets a property of the exchange."

    public struct Options: Settings {
        @Setting("The property's name.")
        public var name: String
        @Setting("Yields the value.")
        public var expression: Expression

        public init() {}
    }

    private let options: Options

    public init(_ options: Options, _ builder: any RouteBuilding) { self.options = options }

    public func process(_ exchange: inout Exchange) async throws {
        exchange.properties[options.name] = try options.expression.value(in: &exchange)
    }
}

/// Removes one property of the exchange.
public struct RemoveProperty: NamedProcessor {
    public static let name = "removeProperty"
    public static let summary = "Removes a property of the exchange."
    public static var shorthand: String? { "name" }

    public struct Options: Settings {
        @Setting("The property's name.")
        public var name: String

        public init() {}
    }

    private let name: String

    public init(_ options: Options, _ builder: any RouteBuilding) { name = options.name }

    public func process(_ exchange: inout Exchange) async throws { exchange.properties[name] = nil }
}

/// Removes the properties that match a pattern.
public struct RemoveProperties: NamedProcessor {
    public static let name = "removeProperties"
    public static let summary = "Removes the properties that match a pattern."
    public static var shorthand: String? { "pattern" }

    public struct Options: Settings {
        @Setting("Which to remove: a name, a prefix with *, or a regular expression.")
        public var pattern: String
        @Setting("Which of them to keep.")
        public var excludePattern: String?

        public init() {}
    }

    private let pattern: NamePattern
    private let kept: NamePattern?

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        pattern = try NamePattern(options.pattern)
        kept = try options.excludePattern.map { try NamePattern($0) }
    }

    public func process(_ exchange: inout Exchange) async throws {
        exchange.properties.removeAll { name in
            pattern.matches(name) && !(kept?.matches(name) ?? false)
        }
    }
}
