internal import CrossdockData
public import CrossdockDiagnostics

/// A mapping: how the records of one object become those of another, in both directions.
///
/// Loaded from a file, compiled per direction, applied to any number of records by any number of
/// threads. It knows no message and no route.
public struct Mapping: Sendable {
    /// The file as written.
    public let file: MappingFile
    /// Everything found in the file that did not keep it from being loaded, warnings included.
    public let diagnostics: [Diagnostic]
    public let schemas: [MappingSide: ObjectSchema]
    private let compiled: [MappingDirection: Result<CompiledMapping, DiagnosticsError>]
    private let directed: [MappingDirection: [DirectedRow]]

    public var name: String { file.name }
    public var version: String { file.version }

    /// Reads and compiles a mapping file.
    ///
    /// - Parameters:
    ///   - text: The file's text.
    ///   - path: Where it stands, for complaints.
    ///   - tables: Where `lookup` finds its tables.
    ///   - schemas: Where `schema` is found; sides without a schema are not checked.
    /// - Throws: ``DiagnosticsError`` with every reason why the file cannot be used. What only keeps
    ///   the reverse direction from working is thrown by ``compiled(_:)``.
    public static func load(
        _ text: String, path: String, tables: any Lookup = TablesInMemory(),
        schemas: any SchemaProvider = SchemasInMemory()
    ) throws(DiagnosticsError) -> Mapping {
        var loader = MappingLoader(path: path, tables: tables, schemas: schemas)
        return try loader.load(text)
    }

    init(
        file: MappingFile, diagnostics: [Diagnostic], schemas: [MappingSide: ObjectSchema],
        compiled: [MappingDirection: Result<CompiledMapping, DiagnosticsError>],
        directed: [MappingDirection: [DirectedRow]]
    ) {
        self.file = file
        self.diagnostics = diagnostics
        self.schemas = schemas
        self.compiled = compiled
        self.directed = directed
    }

    /// The mapping in one direction, ready to run.
    ///
    /// - Throws: ``DiagnosticsError`` when that direction cannot run: CD2108 for rows without an
    ///   inverse, CD2114 for fields that two rows would write.
    public func compiled(_ direction: MappingDirection) throws(DiagnosticsError) -> CompiledMapping
    {
        guard let result = compiled[direction] else {
            preconditionFailure("a mapping is compiled in both directions")
        }
        return try result.get()
    }

    /// The rows of a direction; derived ones for the way back.
    func directedRows(_ direction: MappingDirection) -> [DirectedRow] { directed[direction] ?? [] }
}
