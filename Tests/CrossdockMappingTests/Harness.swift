import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

/// A mapping written down in a test: its rows, and what it should do with records.
struct Harness {
    let mapping: Mapping

    /// - Parameter rows: The list under `fields`.
    init(
        _ rows: String, defaults: String = "", more: String = "", tables: [String: String] = [:],
        schemas: [String: String] = [:]
    ) throws {
        var text =
            "mapping: m\nleft: {system: l, object: L\(schemas["left"] == nil ? "" : ", schema: left")}\n"
        text += "right: {system: r, object: R\(schemas["right"] == nil ? "" : ", schema: right")}\n"
        if !defaults.isEmpty { text += "defaults: {\(defaults)}\n" }
        text += "fields:\n\(rows)\n\(more)\n"
        mapping = try Mapping.load(
            text, path: "m.yaml", tables: TablesInMemory(tables), schemas: SchemasInMemory(schemas))
    }

    /// The mapped record as JSON text.
    func map(
        _ record: String, _ direction: MappingDirection = .toRight,
        services: MappingServices = .none, quotesDecimals: Bool = false
    ) throws -> String {
        let document = try JSONDocument(Array(record.utf8))
        let bytes = try mapping.compiled(direction).apply(
            document.root, services: services, quotesDecimals: quotesDecimals)
        _ = try JSONDocument(bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func back(_ record: String, services: MappingServices = .none) throws -> String {
        try map(record, .toLeft, services: services)
    }

    /// `CD2104 Field`, or the output when it did not fail.
    func failure(
        _ record: String, _ direction: MappingDirection = .toRight,
        services: MappingServices = .none
    ) throws -> String {
        do {
            return try map(record, direction, services: services)
        } catch let failure as MappingFailure {
            return "\(failure.code.id) \(failure.field ?? "-")"
        }
    }
}

/// The complaints about a mapping with their places: `CD2102 3:5`.
func complaints(
    _ rows: String, defaults: String = "", more: String = "", tables: [String: String] = [:],
    schemas: [String: String] = [:]
) -> [String] {
    diagnostics(rows, defaults: defaults, more: more, tables: tables, schemas: schemas).map {
        "\($0.code.id) \($0.span?.line ?? 0):\($0.span?.column ?? 0)"
    }
}

/// The complaints about a mapping, whether it could be loaded or not.
func diagnostics(
    _ rows: String, defaults: String = "", more: String = "", tables: [String: String] = [:],
    schemas: [String: String] = [:]
) -> [Diagnostic] {
    do {
        return try Harness(
            rows, defaults: defaults, more: more, tables: tables, schemas: schemas
        ).mapping.diagnostics
    } catch let error as DiagnosticsError {
        return error.diagnostics
    } catch {
        Issue.record("another error: \(error)")
        return []
    }
}
