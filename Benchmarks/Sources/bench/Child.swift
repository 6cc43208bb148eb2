internal import Glibc

/// A process that was started here.
final class Child {
    private let id: pid_t
    private var status: Int32?

    /// - Parameter log: Gets what the process prints.
    init(_ arguments: [String], log: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var started: pid_t = 0
        let result = posix_spawn(&started, arguments[0], &actions, nil, &words, environ)
        guard result == 0 else {
            throw Trouble("\(arguments[0]) cannot be started: \(String(cString: strerror(result)))")
        }
        id = started
    }

    var isRunning: Bool {
        if status != nil { return false }
        var found: Int32 = 0
        guard waitpid(id, &found, WNOHANG) == id else { return true }
        status = found
        return false
    }

    /// Asks it to stop and waits; insists after ten seconds.
    func end() {
        guard isRunning else { return }
        kill(id, SIGTERM)
        for _ in 0..<1_000 where isRunning { usleep(10_000) }
        guard isRunning else { return }
        kill(id, SIGKILL)
        wait()
    }

    @discardableResult
    func wait() -> Bool {
        var found: Int32 = 0
        while status == nil {
            if waitpid(id, &found, 0) == id {
                status = found
            } else if errno != EINTR {
                return false
            }
        }
        return status == 0
    }

    func residentMegabytes() throws -> Double {
        let text = String(decoding: try Output.read("/proc/\(id)/status"), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { throw Trouble("the process is gone") }
        return kibibytes * 1_024 / 1e6
    }

    /// Runs a program to its end; false when it failed.
    @discardableResult
    static func run(_ arguments: [String]) -> Bool {
        guard let child = try? Child(arguments, log: "/dev/null") else { return false }
        return child.wait()
    }

    /// What a program prints.
    static func output(_ arguments: [String]) throws -> String {
        var template = Array("/tmp/crossdock-bench-out.XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw Trouble("no temporary file can be made") }
        close(file)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        let child = try Child(arguments, log: path)
        let isGood = child.wait()
        let text = String(decoding: try Output.read(path), as: UTF8.self)
        guard isGood else { throw Trouble("\(arguments[0]) failed: \(text)") }
        return text
    }

    /// The path of a program in this program's folder.
    static func beside(_ name: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw Trouble("where this program lies cannot be found out") }
        let own = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let slash = own.lastIndex(of: "/") else { throw Trouble("'\(own)' is no path") }
        return own[...slash] + name
    }
}
