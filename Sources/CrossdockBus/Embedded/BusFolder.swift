internal import CPlatform
internal import Glibc

/// The folder of an embedded bus: one process at a time, one format.
struct BusFolder: Sendable {
    let path: String
    let disk: Disk
    /// Held as long as the file is open; nil for who only looks.
    private var lock: FolderLock?

    /// Lets others have the folder.
    mutating func release() { lock = nil }

    static let formatText = "crossdock-bus 1\n"

    /// Opens the folder for use, or makes it.
    ///
    /// - Throws: ``BusError`` with CD6140 when another process has it.
    static func open(_ path: String, disk: Disk) throws(BusError) -> BusFolder {
        let file = try usable { () throws(DiskError) in
            try makeFolders(path, disk: disk)
            return try disk.open("\(path)/lock", O_RDWR | O_CREAT)
        }
        let folder = BusFolder(
            path: path, disk: disk, lock: try FolderLock(file, folder: path))
        try folder.checkFormat(creates: true)
        try usable { () throws(DiskError) in try disk.makeFolder(folder.topics) }
        return folder
    }

    /// Looks into the folder without using it.
    static func read(_ path: String, disk: Disk) throws(BusError) -> BusFolder {
        let folder = BusFolder(path: path, disk: disk, lock: nil)
        try folder.checkFormat(creates: false)
        return folder
    }

    var topics: String { "\(path)/topics" }

    func topicFolder(_ name: String) throws(BusError) -> String {
        "\(topics)/\(try Self.fileName(name))"
    }

    /// The topics there are.
    func topicNames() throws(BusError) -> [String] {
        guard disk.exists(topics) else { return [] }
        return try usable { () throws(DiskError) in try disk.names(in: topics) }
            .compactMap(Self.name)
    }

    /// The queues of a topic.
    func queueNames(of topic: String) throws(BusError) -> [String] {
        let folder = try queueFolder(of: topic)
        guard disk.exists(folder) else { return [] }
        return try usable { () throws(DiskError) in try disk.names(in: folder) }
            .filter { $0.hasSuffix(".queue") }
            .compactMap { Self.name(String($0.dropLast(".queue".count))) }
    }

    func queueFolder(of topic: String) throws(BusError) -> String {
        "\(try topicFolder(topic))/queues"
    }

    func queuePath(_ queue: String, of topic: String) throws(BusError) -> String {
        "\(try queueFolder(of: topic))/\(try Self.fileName(queue)).queue"
    }

    private func checkFormat(creates: Bool) throws(BusError) {
        let file = "\(path)/format"
        guard disk.exists(file) else {
            guard creates else { throw BusError(.busFormat, "\(path) is no folder of a bus") }
            return try usable { () throws(DiskError) in
                let opened = try disk.open(file, O_RDWR | O_CREAT)
                try disk.write(Array(Self.formatText.utf8), to: opened, at: 0)
                try disk.flush(opened)
                try disk.flushFolder(path)
            }
        }
        let found = try usable { () throws(DiskError) in try disk.contents(file) }
        guard found == Array(Self.formatText.utf8) else {
            let text = String(decoding: found.prefix(40), as: UTF8.self)
            throw BusError(.busFormat, "\(file) says '\(text.filter { !$0.isNewline })'")
        }
    }

    private static func makeFolders(_ path: String, disk: Disk) throws(DiskError) {
        var prefix = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            prefix += "/\(part)"
            if !disk.exists(prefix) { try disk.makeFolder(prefix) }
        }
    }

    // MARK: Names as file names

    /// A name with everything but letters, digits, `-`, `_` and inner `.` as `%XX`.
    static func fileName(_ name: String) throws(BusError) -> String {
        try BusName.check(name)
        var bytes: [UInt8] = []
        for (index, byte) in name.utf8.enumerated() {
            let isPlain =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: byte == UInt8(ascii: ".") && index > 0
                }
            if isPlain { bytes.append(byte) } else { bytes += "%\(hex(byte))".utf8 }
        }
        guard bytes.count <= 240 else {
            throw BusError(.busName, "'\(name.prefix(80))' is too long for the embedded bus")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }

    /// The name that a file stands for; nil for files that are not ours.
    static func name(_ file: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(file.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        guard let name = String(validating: bytes, as: UTF8.self) else { return nil }
        let canonical = try? fileName(name)
        return canonical == file ? name : nil
    }
}

/// The exclusive right to a folder.
final class FolderLock: Sendable {
    private let file: DiskFile

    init(_ file: DiskFile, folder: String) throws(BusError) {
        let error = platform_lock_file(file.descriptor)
        guard error == 0 else {
            throw error == EWOULDBLOCK
                ? BusError(.busLocked, "another process has \(folder) open")
                : BusError(.busUnwritable, "lock of \(folder): \(SystemError.text(error))")
        }
        self.file = file
    }

    // Closing alone would leave the lock to a child process that is just being started.
    deinit { platform_unlock_file(file.descriptor) }
}
