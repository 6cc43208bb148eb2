internal import CrossdockCore
internal import CrossdockDiagnostics
internal import Glibc

/// A folder and what is done with the files in it. All calls block.
///
/// - Trust: names below the folder may come from messages. ``path(_:)`` lets none lead out of it, by
///   dots or by links.
struct Folder: Sendable {
    /// Without a slash at its end.
    let root: String

    init(_ root: String) {
        var root = root
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        self.root = root
    }

    struct Entry: Sendable {
        /// Relative to the folder, with `/` between its parts.
        let name: String
        let size: Int64
        /// Milliseconds since 1970.
        let modified: Int64
    }

    var exists: Bool { Self.status(root).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    // MARK: - Looking

    /// The files, hidden ones left out; sorted by name.
    ///
    /// - Parameter depth: How many levels below the folder are looked at; the folder itself is 1.
    func files(depth: ClosedRange<Int>) throws -> [Entry] {
        var found: [Entry] = []
        var folders = [(name: "", level: 1)]
        while let (folder, level) = folders.popLast() {
            for name in try Self.names(in: folder.isEmpty ? root : "\(root)/\(folder)") {
                let relative = folder.isEmpty ? name : "\(folder)/\(name)"
                // A file can go away between being listed and being looked at.
                guard let status = Self.status("\(root)/\(relative)") else { continue }
                switch status.st_mode & S_IFMT {
                case S_IFDIR:
                    if level < depth.upperBound { folders.append((relative, level + 1)) }
                case S_IFREG where level >= depth.lowerBound:
                    found.append(Self.entry(relative, status))
                default:
                    break
                }
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    func entry(_ name: String) -> Entry? {
        Self.status("\(root)/\(name)").map { Self.entry(name, $0) }
    }

    private static func entry(_ name: String, _ status: stat) -> Entry {
        let modified = status.st_mtim
        return Entry(
            name: name, size: Int64(status.st_size),
            modified: Int64(modified.tv_sec) &* 1_000 &+ Int64(modified.tv_nsec) / 1_000_000)
    }

    private static func names(in folder: String) throws -> [String] {
        guard let directory = opendir(folder) else { throw failure("cannot be read", folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name, !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    // MARK: - Names

    /// The path of a file by its name below the folder.
    ///
    /// - Throws: For a name that leads out of the folder.
    func path(_ name: String) throws -> String {
        let outside = RouteError(
            "'\(name.prefix(200))' is not below the folder '\(root)'",
            exceptionClass: "java.lang.IllegalArgumentException")
        guard !name.utf8.contains(0), !name.hasPrefix("/") else { throw outside }
        var parts: [Substring] = []
        for part in name.split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { throw outside }
            } else {
                parts.append(part)
            }
        }
        guard !parts.isEmpty else { throw outside }
        return "\(root)/\(parts.joined(separator: "/"))"
    }

    /// Makes the folders above a file and makes sure that no link led out of this one.
    func makeFolders(above path: String, jailed: Bool = true) throws {
        let parent = Self.parent(of: path)
        try Self.makeFolder(parent)
        guard jailed else { return }
        guard let real = Self.real(parent), let realRoot = Self.real(root),
            real == realRoot || real.hasPrefix(realRoot == "/" ? "/" : realRoot + "/")
        else {
            throw RouteError(
                "'\(path.prefix(200))' is not below the folder '\(root)'",
                exceptionClass: "java.lang.IllegalArgumentException")
        }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path != "/", path != "." else {
            throw failure("cannot be made", path)
        }
        try makeFolder(parent(of: path))
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw failure("cannot be made", path)
        }
    }

    static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    // MARK: - Reading, writing, moving

    static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("cannot be read", path) }
        defer { close(file) }
        var status = stat()
        let size = fstat(file, &status) == 0 ? max(0, Int(status.st_size)) : 0
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        var chunk = [UInt8](repeating: 0, count: max(4_096, min(size, 1 << 20)))
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("cannot be read", path)
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Writes a file whole: who looks sees the old one or the new one.
    static func replace(_ path: String, with bytes: [UInt8], forced: Bool) throws {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let temporary = "\(path[..<slash]).\(path[slash...]).\(getpid()).part"
        do {
            try write(bytes, to: temporary, O_CREAT | O_TRUNC, forced: forced)
            try rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    static func append(_ bytes: [UInt8], to path: String, forced: Bool) throws {
        try write(bytes, to: path, O_CREAT | O_APPEND, forced: forced)
    }

    private static func write(
        _ bytes: [UInt8], to path: String, _ flags: Int32, forced: Bool
    ) throws {
        let file = open(path, O_WRONLY | O_CLOEXEC | flags, 0o666)
        guard file >= 0 else { throw failure("cannot be written", path) }
        defer { close(file) }
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(
                    file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw failure("cannot be written", path)
                }
                rest = rest.dropFirst(count)
            }
        }
        if forced, fsync(file) != 0 { throw failure("cannot be written", path) }
    }

    static func rename(_ from: String, to path: String) throws {
        guard Glibc.rename(from, path) == 0 else {
            throw failure("cannot be moved to '\(path)'", from)
        }
    }

    /// Makes a file that must not be there yet.
    ///
    /// - Returns: Whether it was made.
    static func create(_ path: String) throws -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if file < 0 {
            if errno == EEXIST { return false }
            throw failure("cannot be made", path)
        }
        close(file)
        return true
    }

    /// A file that is gone already is fine.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot be removed", path) }
    }

    static func exists(_ path: String) -> Bool { status(path) != nil }

    private static func failure(_ what: String, _ path: String) -> RouteError {
        RouteError(
            "'\(path)' \(what): \(String(cString: strerror(errno)))",
            disposition: .transient(retryAfter: nil),
            exceptionClass:
                "org.apache.camel.component.file.GenericFileOperationFailedException")
    }
}
