internal import CPlatform
internal import CrossdockDiagnostics
internal import Glibc

/// The file calls of the embedded bus, each of which can fail for real.
///
/// A test puts faults between the bus and the system; nothing else does.
struct Disk: Sendable {
    enum Call: String, Sendable {
        case open, read, write, flush, truncate, rename, remove, reserve, list
    }

    /// Returns an error number to report instead of making the call.
    var fault: (@Sendable (Call, _ path: String) -> Int32?)?

    init(fault: (@Sendable (Call, _ path: String) -> Int32?)? = nil) { self.fault = fault }

    private func check(_ call: Call, _ path: String) throws(DiskError) {
        if let number = fault?(call, path) { throw DiskError(call, path, number) }
    }

    func makeFolder(_ path: String) throws(DiskError) {
        try check(.open, path)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw DiskError(.open, path, errno)
        }
    }

    func open(_ path: String, _ flags: Int32) throws(DiskError) -> DiskFile {
        try check(.open, path)
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskError(.open, path, errno) }
        return DiskFile(path: path, descriptor: descriptor)
    }

    func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Writes all bytes at `offset`.
    func write(_ bytes: [UInt8], to file: DiskFile, at offset: UInt64) throws(DiskError) {
        try bytes.withUnsafeBufferPointer { bytes throws(DiskError) in
            try write(UnsafeRawBufferPointer(bytes), to: file, at: offset)
        }
    }

    private func write(
        _ bytes: UnsafeRawBufferPointer, to file: DiskFile, at offset: UInt64
    ) throws(DiskError) {
        try check(.write, file.path)
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(
                file.descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw DiskError(.write, file.path, errno)
            }
            done += count
        }
    }

    /// Fills `bytes` from `offset`; returns how many there were: fewer only at the file's end.
    func read(
        _ file: DiskFile, at offset: UInt64, into bytes: inout [UInt8]
    ) throws(DiskError) -> Int {
        try bytes.withUnsafeMutableBufferPointer { bytes throws(DiskError) in
            try read(file, at: offset, into: UnsafeMutableRawBufferPointer(bytes))
        }
    }

    private func read(
        _ file: DiskFile, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int {
        try check(.read, file.path)
        var done = 0
        while done < buffer.count {
            let count = pread(
                file.descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
                off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw DiskError(.read, file.path, errno)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Makes what was written survive a loss of power. A failure cannot be tried again: the system may
    /// have dropped the data and report success the next time.
    func flush(_ file: DiskFile) throws(DiskError) {
        try check(.flush, file.path)
        guard fdatasync(file.descriptor) == 0 else { throw DiskError(.flush, file.path, errno) }
    }

    func flushFolder(_ path: String) throws(DiskError) {
        try check(.flush, path)
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskError(.open, path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw DiskError(.flush, path, errno) }
    }

    func truncate(_ file: DiskFile, to length: UInt64) throws(DiskError) {
        try check(.truncate, file.path)
        guard ftruncate(file.descriptor, off_t(length)) == 0 else {
            throw DiskError(.truncate, file.path, errno)
        }
    }

    /// Sets blocks aside, so that a full disk shows before anything is written, not in the middle.
    func reserve(_ file: DiskFile, from offset: UInt64, length: UInt64) throws(DiskError) {
        try check(.reserve, file.path)
        let error = platform_reserve(file.descriptor, Int64(offset), Int64(length))
        guard error == 0 || error == EOPNOTSUPP || error == ENOSYS else {
            throw DiskError(.reserve, file.path, error)
        }
    }

    func rename(_ from: String, to path: String) throws(DiskError) {
        try check(.rename, path)
        guard Glibc.rename(from, path) == 0 else { throw DiskError(.rename, path, errno) }
    }

    func remove(_ path: String) throws(DiskError) {
        try check(.remove, path)
        guard unlink(path) == 0 || errno == ENOENT else { throw DiskError(.remove, path, errno) }
    }

    func removeFolder(_ path: String) throws(DiskError) {
        try check(.remove, path)
        guard rmdir(path) == 0 || errno == ENOENT else { throw DiskError(.remove, path, errno) }
    }

    /// The names in a folder, sorted.
    func names(in folder: String) throws(DiskError) -> [String] {
        try check(.list, folder)
        guard let directory = opendir(folder) else { throw DiskError(.list, folder, errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func length(of file: DiskFile) throws(DiskError) -> UInt64 {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { throw DiskError(.read, file.path, errno) }
        return UInt64(max(0, status.st_size))
    }

    /// A whole small file.
    func contents(_ path: String) throws(DiskError) -> [UInt8] {
        let file = try open(path, O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: Int(try length(of: file)))
        let count = try read(file, at: 0, into: &bytes)
        return Array(bytes[..<count])
    }
}

/// An open file; closed with its last owner.
final class DiskFile: Sendable {
    let path: String
    let descriptor: Int32

    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}

/// A file call failed.
struct DiskError: Error, Hashable {
    let call: Disk.Call
    let path: String
    let number: Int32

    init(_ call: Disk.Call, _ path: String, _ number: Int32) {
        self.call = call
        self.path = path
        self.number = number
    }

    /// No room: the message can be refused and everything else goes on.
    var isFull: Bool { number == ENOSPC || number == EDQUOT || number == EFBIG }

    var text: String { "\(call.rawValue) of \(path): \(SystemError.text(number))" }

    /// As an error of the bus, for calls whose failure ends nothing else.
    var asUnusable: BusError {
        isFull
            ? BusError(.busDiskFull, text, .transient(retryAfter: .seconds(5)))
            : BusError(.busUnwritable, text)
    }

    /// As the error after which the bus must not go on.
    var asFatal: BusError { BusError(.busDiskFailed, text) }
}

/// Runs file calls whose failure ends nothing but what was asked for.
func usable<Result>(_ body: () throws(DiskError) -> Result) throws(BusError) -> Result {
    do throws(DiskError) { return try body() } catch { throw error.asUnusable }
}
