internal import Foundation

/// The file operations of the registry: what it writes is on disk when they return.
enum RegistryFiles {
    static func failure(_ what: String, _ path: String) -> ModelError {
        let reason = String(cString: strerror(errno))
        return ModelError(.registryUnwritable, "cannot \(what) '\(path)': \(reason)")
    }

    static func read(_ path: String, limit: Int = XGBoostFile.maximumSize) throws(ModelError)
        -> [UInt8]
    {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open", path) }
        defer { close(file) }
        var information = stat()
        guard fstat(file, &information) == 0 else { throw failure("read", path) }
        let size = Int(information.st_size)
        guard size <= limit else {
            throw ModelError(.modelTooLarge, "'\(path)' has \(size >> 20) MiB")
        }
        var bytes = [UInt8](repeating: 0, count: size)
        var filled = 0
        while filled < size {
            let count = bytes.withUnsafeMutableBytes { buffer in
                guard let start = buffer.baseAddress else { return 0 }
                return Foundation.read(file, start + filled, size - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("read", path) }
            filled += count
        }
        return bytes
    }

    /// Writes a new file and waits until it is on disk.
    static func create(_ path: String, _ bytes: [UInt8]) throws(ModelError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("create", path) }
        defer { close(file) }
        try write(bytes, to: file, path)
        guard fsync(file) == 0 else { throw failure("write", path) }
    }

    /// Appends a line to a file that is only ever appended to. A line that a crash cut off is closed
    /// first, so that it cannot swallow the new one.
    static func append(_ line: [UInt8], to path: String) throws(ModelError) {
        let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("open", path) }
        defer { close(file) }
        var last: UInt8 = 0x0A
        let end = lseek(file, 0, SEEK_END)
        if end > 0, pread(file, &last, 1, end - 1) != 1 { throw failure("read", path) }
        try write((last == 0x0A ? [] : [0x0A]) + line + [0x0A], to: file, path)
        guard fsync(file) == 0 else { throw failure("write", path) }
    }

    private static func write(_ bytes: [UInt8], to file: CInt, _ path: String) throws(ModelError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                guard let start = buffer.baseAddress else { return 0 }
                return Foundation.write(file, start + written, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            written += count
        }
    }

    static func makeFolder(_ path: String) throws(ModelError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ModelError(.registryUnwritable, "cannot create '\(path)'", cause: error)
        }
    }

    /// Makes the names in a folder durable.
    static func syncFolder(_ path: String) throws(ModelError) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("open", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("write", path) }
    }

    /// - Returns: false when something stands at the target already.
    static func move(_ source: String, to target: String) throws(ModelError) -> Bool {
        if rename(source, target) == 0 { return true }
        if errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR { return false }
        throw failure("move to", target)
    }

    static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    /// When a file was last changed and how long it is; nil when it is not there.
    static func stamp(_ path: String) -> [Int]? {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        return [
            Int(information.st_mtim.tv_sec), Int(information.st_mtim.tv_nsec),
            Int(information.st_size),
        ]
    }

    /// Holds a lock among processes while `body` runs.
    static func locked<Result>(
        _ path: String, _ body: () throws(ModelError) -> Result
    ) throws(ModelError) -> Result {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("open", path) }
        // Closing the file gives the lock back, also when the process dies.
        defer { close(file) }
        while flock(file, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure("lock", path) }
        }
        return try body()
    }

    static var now: String { Timestamp.instant(Date().timeIntervalSince1970.rounded(.down)) }
}
