internal import CrossdockCore
internal import CrossdockDiagnostics
internal import Glibc
internal import Synchronization

/// Holds a state directory for one process.
///
/// The kernel gives the lock back when the process ends, however it ends.
final class StateLock: Sendable {
    private let descriptor: Mutex<CInt?>

    private init(_ descriptor: CInt) { self.descriptor = Mutex(descriptor) }

    deinit { release() }

    /// Makes the directory, readable by its owner alone, and takes its lock.
    static func take(in directory: String) throws(StateError) -> StateLock {
        try FilePermissions.makeDirectory(directory)
        let path = directory + "/hub.lock"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateError("\(path) cannot be opened: \(lastError())") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = holder(of: descriptor)
            Glibc.close(descriptor)
            throw StateError(
                "another hub\(holder.map { " (process \($0))" } ?? "") uses \(directory)",
                code: .stateHeld)
        }
        ftruncate(descriptor, 0)
        let text = "\(getpid())\n"
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
        return StateLock(descriptor)
    }

    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { Glibc.close(open) }
            descriptor = nil
        }
    }

    private static func holder(of descriptor: CInt) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(
            String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }, as: UTF8.self))
    }
}

func lastError() -> String { String(cString: strerror(errno)) }

enum FilePermissions {
    static func makeDirectory(_ path: String) throws(StateError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += prefix.isEmpty || prefix.hasSuffix("/") ? String(part) : "/\(part)"
            if mkdir(prefix, 0o700) != 0, errno != EEXIST {
                throw StateError("\(prefix) cannot be made: \(lastError())")
            }
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw StateError("\(path) cannot be written: \(lastError())")
        }
    }

    static func restrict(_ path: String) throws(StateError) {
        guard chmod(path, 0o600) == 0 else {
            throw StateError("\(path) cannot be made private: \(lastError())")
        }
    }
}
