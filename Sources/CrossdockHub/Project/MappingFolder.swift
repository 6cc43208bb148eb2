public import CrossdockDiagnostics
public import CrossdockMapping
public import CrossdockProcessors
internal import Synchronization

/// The mappings of a project: `mappings/*.yaml`, each read when it is first asked for.
public final class MappingFolder: Sendable {
    private let folder: ProjectFolder
    private let loaded = Mutex<[String: Mapping]>([:])

    public init(_ folder: ProjectFolder) { self.folder = folder }

    /// The mappings by name, as routes use them.
    public var library: MappingLibrary {
        MappingLibrary(names: { self.names() }, find: { try self.find($0) })
    }

    /// All mapping files, in order.
    public func files() -> [String] {
        let all = (try? folder.files(at: ["mappings"], endingIn: [".yaml", ".yml"])) ?? []
        return all.filter { !$0.hasSuffix(".test.yaml") }
    }

    /// Reads one mapping file with the project's tables and schemas.
    ///
    /// - Throws: ``DiagnosticsError`` with everything that keeps it from being used.
    public func load(_ path: String) throws(DiagnosticsError) -> Mapping {
        let files = ProjectFiles(root: folder.root, mappingFile: path)
        return try Mapping.load(
            try TextFile.read(path), path: path, tables: files, schemas: files)
    }

    private func names() -> [String] {
        files().map { path in
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return name.hasSuffix(".yaml") ? String(name.dropLast(5)) : String(name.dropLast(4))
        }
    }

    private func find(_ name: String) throws -> Mapping? {
        if let known = loaded.withLock({ $0[name] }) { return known }
        let byFileName = zip(names(), files()).first { $0.0 == name }?.1
        let mapping: Mapping
        if let byFileName {
            mapping = try load(byFileName)
        } else if let named = files().lazy.compactMap({ try? self.load($0) }).first(where: {
            $0.name == name
        }) {
            mapping = named
        } else {
            return nil
        }
        loaded.withLock { $0[name] = mapping }
        return mapping
    }
}
