internal import CrossdockData
internal import Glibc

/// The file behind a ``RecordStore``: one line of JSON per commit, appended.
///
/// A line that was cut by a kill is the commit that nobody was told about; it is dropped. At start
/// the file is rewritten, beside the old one and then renamed over it, when it holds much that is
/// outdated.
///
/// - Ownership: holds the file open and locked; closes it in `deinit`.
final class DataLog {
    enum Entry {
        case put(String, StoredRecord)
        case remove(String, String)
        case effect(Journal.Effect)
        case note(String, [UInt8])
        /// All numbers of the journal up to here are used.
        case sequence(Int)
    }

    private let path: String
    private var file: CInt
    private var length = 0
    private var entryCount = 0
    private var currentKeys: Set<String> = []

    /// Opens or creates the file and takes its lock.
    ///
    /// - Throws: ``SandboxError`` with `CD3193`.
    init(path: String) throws(SandboxError) {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(path, "cannot be opened") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw SandboxError(.sandboxData, "\(path) is in use by another sandbox")
        }
    }

    deinit { close(file) }

    /// Whether most of what was replayed is outdated.
    var isWorthCompacting: Bool { entryCount > 1_000 && entryCount > currentKeys.count * 2 }

    /// Hands out all entries, in order; cuts off a last line that is not whole.
    func replay(_ body: (Entry) throws(SandboxError) -> Void) throws(SandboxError) {
        let bytes = try readAll()
        var start = 0
        var line = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            line += 1
            guard let document = try? JSONDocument(Array(bytes[start..<end])) else {
                throw SandboxError(.sandboxData, "\(path):\(line): the line is damaged")
            }
            for node in document.root.elements {
                guard let entry = Self.entry(node) else {
                    throw SandboxError(.sandboxData, "\(path):\(line): an entry is damaged")
                }
                count(entry)
                try body(entry)
            }
            start = end + 1
        }
        length = start
        guard ftruncate(file, length) == 0, lseek(file, length, SEEK_SET) == length else {
            throw Self.failure(path, "cannot be repaired")
        }
    }

    /// Appends entries as one line; when that fails the file is as before.
    func append(_ entries: [Entry]) throws(SandboxError) {
        let line = Self.line(entries)
        guard Self.write(line, to: file) else {
            let error = Self.failure(path, "cannot be written")
            _ = ftruncate(file, length)
            _ = lseek(file, length, SEEK_SET)
            throw error
        }
        length += line.count
    }

    /// Replaces the file by one that holds only `entries`.
    func compact(_ entries: [Entry]) throws(SandboxError) {
        let fresh = "\(path).new"
        let copy = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard copy >= 0 else { throw Self.failure(fresh, "cannot be opened") }
        var written = 0
        var rest = entries[...]
        while !rest.isEmpty {
            let line = Self.line(Array(rest.prefix(500)))
            guard Self.write(line, to: copy) else {
                close(copy)
                throw Self.failure(fresh, "cannot be written")
            }
            written += line.count
            rest = rest.dropFirst(500)
        }
        guard fsync(copy) == 0, flock(copy, LOCK_EX | LOCK_NB) == 0, rename(fresh, path) == 0 else {
            close(copy)
            throw Self.failure(fresh, "cannot take the place of the old file")
        }
        close(file)
        file = copy
        length = written
    }

    private func count(_ entry: Entry) {
        entryCount += 1
        switch entry {
        case .put(let object, let record): currentKeys.insert("\(object)/\(record.key)")
        case .remove(let object, let key): currentKeys.remove("\(object)/\(key)")
        case .effect(let effect): currentKeys.insert("#\(effect.sequence)")
        case .note(let key, _): currentKeys.insert("!\(key)")
        case .sequence: break
        }
    }

    private func readAll() throws(SandboxError) -> [UInt8] {
        var status = stat()
        guard fstat(file, &status) == 0, lseek(file, 0, SEEK_SET) == 0 else {
            throw Self.failure(path, "cannot be read")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                read(file, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path, "cannot be read") }
            filled += count
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to file: CInt) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private static func failure(_ path: String, _ what: String) -> SandboxError {
        SandboxError(.sandboxData, "\(path) \(what): \(String(cString: strerror(errno)))")
    }
}
