public import CrossdockData
public import CrossdockDiagnostics

/// The fields of an object of a remote system, as `schemas/<system>/<Object>.json` keeps them.
///
/// - Shape: `{system, object, fields: [{name, type, length?, precision?, scale?, required?,
///   createable?, updateable?, computed?, picklist?: [text], list?, fields?}]}`.
public struct ObjectSchema: Sendable {
    public struct Field: Sendable {
        public let name: String
        public let type: FieldType
        /// Unit: Unicode scalars.
        public let length: Int?
        public let precision: Int?
        public let scale: Int?
        /// Records cannot be created without it.
        public let isRequired: Bool
        public let isCreateable: Bool
        public let isUpdateable: Bool
        /// The values it may have; empty where any is allowed.
        public let picklist: [String]
        public let isList: Bool
        /// The fields of a nested object or of the elements of a list.
        public let fields: [Field]?

        /// The target computes it.
        public var isReadOnly: Bool { !isCreateable && !isUpdateable }
    }

    public enum FieldType: String, Sendable, CaseIterable {
        case text, number, integer, decimal, boolean, date, time, dateTime, object, any
    }

    public let system: String
    public let object: String
    public let fields: [Field]

    /// - Throws: ``DiagnosticsError`` with CD2144.
    public init(json: Value, file: String) throws(DiagnosticsError) {
        func refusal(_ message: String) -> DiagnosticsError {
            DiagnosticsError(
                Diagnostic(.badSchema, message, at: SourceSpan(file: file, line: 1, column: 1)))
        }
        guard let members = json.object else { throw refusal("a schema is a JSON object") }
        guard let fields = members["fields"]?.array else {
            throw refusal("the schema has no list `fields`")
        }
        system = members["system"]?.string ?? ""
        object = members["object"]?.string ?? ""
        do throws(Malformed) {
            self.fields = try fields.map { field throws(Malformed) in try Field(json: field) }
        } catch {
            throw refusal(error.message)
        }
    }

    struct Malformed: Error {
        let message: String
    }

    /// What a path leads to.
    enum Finding {
        case field(Field)
        /// A field whose parts the schema does not list.
        case open
        case unknown(name: String, among: [String])
    }

    func find(_ path: FieldPath) -> Finding { Self.find(path.steps[...], in: fields) }

    private static func find(_ steps: ArraySlice<FieldPath.Step>, in fields: [Field]) -> Finding {
        guard case .name(let name)? = steps.first else { return .open }
        guard let field = fields.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            return .unknown(name: name, among: fields.map(\.name))
        }
        var rest = steps.dropFirst()
        while case .index? = rest.first { rest = rest.dropFirst() }
        if rest.isEmpty { return .field(field) }
        guard let inner = field.fields else {
            // A scalar has no parts; an object without a list of fields may have any.
            return field.type == .object || field.type == .any || field.isList
                ? .open : .unknown(name: "\(rest.first.map(Self.text) ?? "")", among: [])
        }
        return find(rest, in: inner)
    }

    private static func text(_ step: FieldPath.Step) -> String {
        switch step {
        case .name(let name): name
        case .index(let index): "[\(index)]"
        }
    }
}

extension ObjectSchema.Field {
    init(json: Value) throws(ObjectSchema.Malformed) {
        guard let members = json.object, let name = members["name"]?.string, !name.isEmpty else {
            throw ObjectSchema.Malformed(message: "a field without a name")
        }
        self.name = name
        let typeName = members["type"]?.string ?? "any"
        guard let type = ObjectSchema.FieldType(rawValue: typeName) else {
            throw ObjectSchema.Malformed(
                message: "field `\(name)` has the unknown type '\(typeName)'")
        }
        self.type = type
        length = members["length"]?.number?.int
        precision = members["precision"]?.number?.int
        scale = members["scale"]?.number?.int
        isRequired = members["required"]?.bool ?? false
        isCreateable = members["createable"]?.bool ?? true
        isUpdateable = members["updateable"]?.bool ?? true
        picklist = members["picklist"]?.array?.compactMap(\.string) ?? []
        isList = members["list"]?.bool ?? false
        if let inner = members["fields"]?.array {
            var fields: [ObjectSchema.Field] = []
            for field in inner { fields.append(try ObjectSchema.Field(json: field)) }
            self.fields = fields
        } else {
            fields = nil
        }
    }
}

/// Supplies the schemas that `left.schema` and `right.schema` name.
public protocol SchemaProvider: Sendable {
    /// - Parameter path: As written in the mapping.
    /// - Returns: The file's text; nil when there is no such file.
    func schema(_ path: String) throws -> String?
}

/// Schemas held in memory, for tests and tools.
public struct SchemasInMemory: SchemaProvider {
    private let schemas: [String: String]
    public init(_ schemas: [String: String] = [:]) { self.schemas = schemas }
    public func schema(_ path: String) -> String? { schemas[path] }
}
