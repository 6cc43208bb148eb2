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
        nftw(
            path, { path, _, _, _ in path.map { Glibc.remove($0) } ?? 0 }, 16, FTW_DEPTH | FTW_PHYS)
    }
}
