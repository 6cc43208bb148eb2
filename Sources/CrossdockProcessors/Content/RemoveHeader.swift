public import CrossdockCore
public import CrossdockSettings

/// Removes one header.
public struct RemoveHeader: NamedProcessor {
    public static let name = "removeHeader"
    public static let summary = "Removes a header."
    public static var shorthand: String? { "name" }

    public struct Options: Settings {
        @Setting("The header's name.")
        public var name: String

        public init() {}
    }

    private let name: HeaderName

    public init(_ options: Options, _ builder: any RouteBuilding) {
        name = HeaderName(options.name)
    }

    public func process(_ exchange: inout Exchange) async throws {
        exchange.message[header: name] = nil
    }
}

/// Removes the headers that match a pattern.
public struct RemoveHeaders: NamedProcessor {
    public static let name = "removeHeaders"
    public static let summary = "Removes the headers that match a pattern."
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
        func isRemoved(_ name: String) -> Bool {
            pattern.matches(name) && !(kept?.matches(name) ?? false)
        }
        exchange.message.headers.removeAll(where: isRemoved)
        exchange.message.control.removeAll(where: isRemoved)
    }
}
