public import CrossdockMapping

/// Where routes find mappings by name.
public struct MappingLibrary: Sendable {
    /// All names, for suggestions.
    let names: @Sendable () -> [String]
    /// - Throws: `DiagnosticsError` for a mapping that is there and cannot be used.
    let find: @Sendable (String) throws -> Mapping?

    /// - Parameters:
    ///   - names: The names there are, for suggestions.
    ///   - find: Returns nil for a name that is not there.
    public init(
        names: @escaping @Sendable () -> [String] = { [] },
        find: @escaping @Sendable (String) throws -> Mapping?
    ) {
        self.names = names
        self.find = find
    }

    public init(_ mappings: [Mapping]) {
        let byName = Dictionary(mappings.map { ($0.name, $0) }) { first, _ in first }
        self.init(names: { byName.keys.sorted() }, find: { byName[$0] })
    }
}
