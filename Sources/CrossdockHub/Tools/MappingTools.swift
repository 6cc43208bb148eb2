internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockMapping
internal import CrossdockModels
internal import CrossdockStore
internal import Glibc

/// What mappings may ask for outside of a hub.
public enum MappingTools {
    /// The models of a project and, with `state`, the pairs of ids that its state knows.
    ///
    /// - Throws: ``DiagnosticsError`` for a folder without state, `StateError` for one that a hub holds.
    public static func services(
        for mapping: Mapping, in folder: ProjectFolder = ProjectFolder(), state: String? = nil
    ) async throws -> MappingServices {
        var services = MappingServices(scorer: ProjectScorer(folder))
        if let state {
            let tables = tables(in: mapping.file.rows)
            services.crossReferences = try await pairs(of: tables, in: folder.path(state))
        }
        return services
    }

    /// The tables whose pairs rows ask for.
    static func tables(in rows: [MappingRow]) -> Set<String> {
        var tables: Set<String> = []
        for row in rows {
            switch row.verb {
            case .xref(let rule): tables.insert(rule.table)
            case .each(let rule):
                tables.formUnion(Self.tables(in: rule.rows + (rule.key.map { [$0] } ?? [])))
            default: break
            }
        }
        return tables
    }

    private static func pairs(
        of tables: Set<String>, in directory: String
    ) async throws -> PairsInMemory {
        guard access(directory + "/state.sqlite", F_OK) == 0 else {
            throw DiagnosticsError(
                Diagnostic(
                    .unreadableFile, "there is no state in \(directory)",
                    help: "name the folder of state.dir, where `crossdock run` keeps it"))
        }
        let store = try SQLiteStateStore.open(directory: directory)
        var pairs = PairsInMemory()
        do {
            for table in tables.sorted() { try await pairs.read(table, of: store) }
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        return pairs
    }
}

/// Pairs of ids, read before the first record: a mapping asks on the spot and cannot wait.
struct PairsInMemory: CrossdockMapping.CrossReferences {
    private struct Table {
        var toRight: [String: String] = [:]
        var toLeft: [String: String] = [:]
    }

    private var tables: [String: Table] = [:]
    private static let pageSize = 10_000

    mutating func read(
        _ name: String, of store: any CrossdockCore.CrossReferences
    ) async throws {
        var table = Table()
        var last = ""
        while true {
            let page = try await store.pairs(table: name, after: last, limit: Self.pageSize)
            for pair in page {
                table.toRight[pair.left] = pair.right
                table.toLeft[pair.right] = pair.left
            }
            guard let end = page.last?.left, page.count == Self.pageSize else { break }
            last = end
        }
        tables[name] = table
    }

    func counterpart(of id: String, on side: MappingSide, in table: String) -> String? {
        side == .left ? tables[table]?.toRight[id] : tables[table]?.toLeft[id]
    }
}

/// The models of a project, for rows with `score`.
struct ProjectScorer: Scorer {
    private let shelf: ModelShelf

    init(_ folder: ProjectFolder) {
        shelf = ModelShelf(ModelRegistry(directory: folder.path("models")))
    }

    func score(model: String, output: String, record: JSONNode) throws -> Value {
        let prediction = try shelf.model(try ModelReference(model)).score(record)
        switch output {
        case "score", "probability": return .double(prediction.score)
        case "prediction": return prediction.value
        default:
            guard let value = prediction.value.object?[output] else {
                throw RouteError("the model '\(model)' has no output '\(output)'")
            }
            return value
        }
    }
}
