internal import CrossdockDiagnostics
internal import Glibc

/// Tables and schemas of a project on disk.
///
/// Tables lie in `tables/` beside the mapping file, else in `mappings/tables/` of the project; schemas
/// are named by their path in the project.
public struct ProjectFiles: Lookup, SchemaProvider {
    private let root: String
    private let folders: [String]

    /// Unit: bytes of one table or schema.
    private static let maximumSize = 64 << 20

    /// - Parameters:
    ///   - root: The project's folder.
    ///   - mappingFile: The path of the mapping file.
    public init(root: String, mappingFile: String) {
        self.root = root
        let folder = mappingFile.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let beside = mappingFile.hasPrefix("/") && folder.isEmpty ? "/" : folder
        let project = Self.joined(root, "mappings/tables")
        let own = Self.joined(beside, "tables")
        folders = own == project ? [own] : [own, project]
    }

    public func table(_ name: String) throws -> TableText? {
        for folder in folders {
            let path = Self.joined(folder, name + ".csv")
            if let text = try Self.read(path) { return TableText(text: text, file: path) }
        }
        return nil
    }

    public var tableNames: [String] {
        var names: Set<String> = []
        for folder in folders {
            guard let directory = opendir(folder) else { continue }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        String(cString: $0)
                    }
                }
                if name.hasSuffix(".csv") { names.insert(String(name.dropLast(4))) }
            }
        }
        return names.sorted()
    }

    public func schema(_ path: String) throws -> String? {
        try Self.read(path.hasPrefix("/") ? path : Self.joined(root, path))
    }

    private static func joined(_ folder: String, _ name: String) -> String {
        folder.isEmpty || folder == "."
            ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// - Returns: Nil when there is no such file.
    private static func read(_ path: String) throws -> String? {
        guard let file = fopen(path, "re") else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw StreamFailure("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { break }
            bytes.append(contentsOf: piece[..<count])
            guard bytes.count <= maximumSize else {
                throw StreamFailure("\(path) is larger than \(maximumSize >> 20) MiB")
            }
        }
        guard ferror(file) == 0 else { throw StreamFailure("\(path) cannot be read") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw StreamFailure("\(path) is not UTF-8")
        }
        return text
    }
}
