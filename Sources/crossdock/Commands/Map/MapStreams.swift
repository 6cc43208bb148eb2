internal import CrossdockDiagnostics
internal import CrossdockHub
internal import CrossdockMapping
internal import Glibc

/// Standard output; a reader that went away ends the process quietly, as pipes do.
struct StandardOutput: ByteSink {
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        try Descriptor.write(bytes, to: STDOUT_FILENO, named: "standard output")
    }
}

/// Where records go that failed; nowhere when no file is named.
struct RejectsFile: ByteSink {
    private let descriptor: CInt?
    private let path: String

    /// - Throws: ``DiagnosticsError`` with CD0112.
    init(_ path: String?) throws(DiagnosticsError) {
        self.path = path ?? ""
        guard let path else {
            descriptor = nil
            return
        }
        let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        // A file that was there keeps its mode unless it is told otherwise.
        guard opened >= 0, fchmod(opened, 0o600) == 0 || errno == EPERM || errno == EINVAL else {
            throw DiagnosticsError(
                Diagnostic(
                    .unwritableFile,
                    "\(path) cannot be written: \(String(cString: strerror(errno)))"
                ))
        }
        descriptor = opened
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard let descriptor else { return }
        try Descriptor.write(bytes, to: descriptor, named: path)
    }
}

private enum Descriptor {
    static func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: CInt, named name: String
    ) throws(DiagnosticsError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, start, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { exit(141) }
                throw DiagnosticsError(
                    Diagnostic(
                        .unwritableFile,
                        "\(name) cannot be written: \(String(cString: strerror(errno)))"))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
