internal import CrossdockDiagnostics
internal import Glibc

/// Writes whole files or none.
enum ProjectFile {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func write(_ content: [UInt8], to path: String, replacing: Bool) throws(DiagnosticsError)
    {
        if !replacing, exists(path) {
            throw refusal(path, "it is there already")
        }
        try makeDirectory(of: path)
        let temporary = path + ".part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw refusal(path, String(cString: strerror(errno))) }
        let isWritten = content.withUnsafeBytes { bytes -> Bool in
            var rest = bytes
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(descriptor, start, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return true
        }
        let reason = String(cString: strerror(errno))
        guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw refusal(path, reason)
        }
    }

    static func makeDirectory(of path: String) throws(DiagnosticsError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/").dropLast() {
            prefix += prefix.isEmpty || prefix.hasSuffix("/") ? String(part) : "/\(part)"
            if mkdir(prefix, 0o755) != 0, errno != EEXIST {
                throw refusal(prefix, String(cString: strerror(errno)))
            }
        }
    }

    private static func refusal(_ path: String, _ reason: String) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(.unwritableFile, "\(path) cannot be written: \(reason)"))
    }
}
