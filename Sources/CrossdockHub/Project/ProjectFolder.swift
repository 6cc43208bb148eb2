public import CrossdockDiagnostics
public import CrossdockRouting
public import CrossdockSettings
internal import Glibc

/// The files of a project, found from its folder.
public struct ProjectFolder: Sendable {
    /// `.` for the working directory.
    public let root: String

    public init(_ root: String = ".") { self.root = root }

    /// Where a path of the project lies; an absolute one stays as it is.
    public func path(_ name: String) -> String {
        root == "." || root.isEmpty || name.hasPrefix("/") ? name : "\(root)/\(name)"
    }

    /// All files below the given paths whose names end in `suffix`, in order; files named outright
    /// are taken whatever they are called.
    ///
    /// - Throws: ``DiagnosticsError`` with CD0111 for a path that is not there.
    public func files(at paths: [String], endingIn suffixes: [String]) throws(DiagnosticsError)
        -> [String]
    {
        var found: [String] = []
        for name in paths {
            let path = path(name)
            var status = stat()
            guard stat(path, &status) == 0 else {
                throw DiagnosticsError(
                    Diagnostic(
                        .unreadableFile,
                        "\(path) cannot be read: \(String(cString: strerror(errno)))",
                        help: "paths are relative to the project's folder"))
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                found.append(path)
                continue
            }
            collect(path, suffixes, depth: 0, into: &found)
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// Folders that only a machine fills; nothing in them is meant to be run.
    private static let skipped: Set<String> = ["node_modules", "__pycache__"]

    private func collect(
        _ folder: String, _ suffixes: [String], depth: Int, into found: inout [String]
    ) {
        guard depth < 16 else { return }
        for name in FolderListing.names(in: folder)
        where !name.hasPrefix(".") && !Self.skipped.contains(name) {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                collect(path, suffixes, depth: depth + 1, into: &found)
            } else if suffixes.contains(where: { name.hasSuffix($0) }) {
                found.append(path)
            }
        }
    }

    // MARK: Routes

    public static let routeSuffixes = [".camel.yaml", ".camel.yml"]

    /// Reads the route files at some paths; what is wrong inside them is in their findings.
    ///
    /// - Throws: ``DiagnosticsError`` for a path without any route file.
    public func routes(
        at paths: [String], placeholders: Placeholders
    ) throws(DiagnosticsError) -> [RouteFile] {
        let files = try files(at: paths, endingIn: Self.routeSuffixes)
        guard !files.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(
                    .noSuchRouteFile,
                    "no route file in \(paths.map(path).joined(separator: ", "))",
                    help: "route files are called <name>.camel.yaml; `crossdock init` writes one"))
        }
        var read: [RouteFile] = []
        for file in files {
            read.append(
                RouteFile.read(try TextFile.read(file), file: file, placeholders: placeholders))
        }
        return read
    }

    /// Finds Kamelets in `kamelets/`.
    public func kamelets(_ placeholders: Placeholders) -> @Sendable (String) -> RouteFile? {
        { name in
            guard FileName.isPlain(name) else { return nil }
            let path = path("kamelets/\(name).kamelet.yaml")
            guard let text = try? TextFile.read(path) else { return nil }
            return RouteFile.read(text, file: path, placeholders: placeholders)
        }
    }
}

/// Names from routes that become names of files.
enum FileName {
    /// Whether a name stays in its folder.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".")
            && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
    }
}
