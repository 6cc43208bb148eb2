internal import CrossdockDiagnostics
internal import Glibc

/// Folders that go away with the run.
enum TemporaryFolder {
    /// - Throws: ``DiagnosticsError`` with CD0112.
    static func make() throws(DiagnosticsError) -> String {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/crossdock-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else {
            throw DiagnosticsError(
                Diagnostic(
                    .unwritableFile,
                    "no folder can be made in \(base): \(String(cString: strerror(errno)))"))
        }
        return String(cString: path)
    }

    /// Removes a folder with everything in it; links are not followed.
    static func remove(_ path: String) {
        for name in FolderListing.names(in: path) {
            let entry = "\(path)/\(name)"
            var status = stat()
            guard lstat(entry, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { remove(entry) } else { unlink(entry) }
        }
        rmdir(path)
    }
}

enum FolderListing {
    /// Names in a folder in order, hidden ones included; none when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
