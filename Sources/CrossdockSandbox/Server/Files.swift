internal import Glibc

/// The few file operations the sandbox needs.
enum Files {
    static func read(_ path: String) throws(SandboxError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path, "cannot be read") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, "cannot be read") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Writes beside the place and renames into it, so that nobody reads half a file.
    static func replace(
        _ path: String, with bytes: [UInt8], mode: mode_t = 0o600
    ) throws(SandboxError) {
        let fresh = "\(path).\(getpid()).new"
        let file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure(path, "cannot be written") }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = failure(path, "cannot be written")
                close(file)
                unlink(fresh)
                throw error
            }
            written += count
        }
        close(file)
        guard rename(fresh, path) == 0 else { throw failure(path, "cannot be put in place") }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func makeFolder(_ path: String) throws(SandboxError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else {
                throw failure(made, "cannot be made")
            }
        }
    }

    /// A new folder of this process alone.
    static func makeTemporaryFolder() throws(SandboxError) -> String {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/crossdock-sandbox-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw failure(base, "cannot be written") }
        return String(cString: made)
    }

    /// Removes a folder of ours and the files in it.
    static func removeFolder(_ path: String) {
        for name in (try? names(in: path)) ?? [] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// Names in a folder, sorted, without those that begin with a dot.
    static func names(in path: String) throws(SandboxError) -> [String] {
        guard let folder = opendir(path) else { throw failure(path, "cannot be read") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func failure(_ path: String, _ what: String) -> SandboxError {
        SandboxError(.sandboxData, "\(path) \(what): \(String(cString: strerror(errno)))")
    }
}
