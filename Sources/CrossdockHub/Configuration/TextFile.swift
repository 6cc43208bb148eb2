internal import CrossdockDiagnostics
internal import Glibc

/// Reads small files of the project.
enum TextFile {
    /// Unit: bytes.
    static let limit = 64 << 20

    static func read(_ path: String) throws(DiagnosticsError) -> String {
        guard let text = String(validating: try bytes(path), as: UTF8.self) else {
            throw DiagnosticsError(
                Diagnostic(
                    .unreadableFile, "the file is not UTF-8 text",
                    at: SourceSpan(file: path, line: 1, column: 1)))
        }
        return text
    }

    static func bytes(_ path: String) throws(DiagnosticsError) -> [UInt8] {
        func refusal(_ reason: String) -> DiagnosticsError {
            DiagnosticsError(Diagnostic(.unreadableFile, "\(path) cannot be read: \(reason)"))
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw refusal(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal("it is no regular file")
        }
        guard status.st_size <= limit else { throw refusal("it is larger than \(limit >> 20) MiB") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw refusal(String(cString: strerror(errno))) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw refusal("it grows while it is read") }
        }
    }
}
