internal import CPlatform
internal import Glibc

/// What the machine gives a process.
enum MachineCheck {
    private static let leastFiles: UInt = 256
    private static let enoughFiles: UInt = 1_024

    static func openFiles() -> Checkup {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return Checkup("open files", .warn, "the limit cannot be read")
        }
        return openFiles(limit.rlim_cur)
    }

    static func openFiles(_ limit: UInt) -> Checkup {
        let verdict: Checkup.Verdict =
            limit < leastFiles ? .fail : limit < enoughFiles ? .warn : .ok
        return Checkup(
            "open files", verdict, "\(limit) at most",
            help: verdict == .ok ? nil : "raise it with ulimit -n or LimitNOFILE=")
    }

    /// Whether the kernel says that somebody keeps the clock right.
    ///
    /// Signed log-ins and changed-since reads go wrong with a wrong clock.
    static func clock() -> Checkup {
        switch platform_clock_is_synchronized() {
        case 1: Checkup("clock", .ok, "synchronised")
        case 0:
            Checkup(
                "clock", .warn, "it is not synchronised",
                help: "run chrony, systemd-timesyncd or the like on this machine")
        default: Checkup("clock", .ok, "whether it is synchronised cannot be read here")
        }
    }
}

/// Whether a hub could keep its state in a folder.
enum StateCheck {
    static func check(_ directory: String) -> Checkup {
        var status = stat()
        guard stat(directory, &status) == 0 else { return willBeMade(directory) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return Checkup(
                "state", .fail, "\(directory) is no folder", help: "set state.dir to another one")
        }
        guard access(directory, W_OK | X_OK) == 0 else {
            return Checkup(
                "state", .fail,
                "\(directory) cannot be written: \(String(cString: strerror(errno)))",
                help: "give it to the user who runs the hub, or set state.dir")
        }
        if let holder = holder(of: directory) {
            return Checkup(
                "state", .warn, "\(directory) is held by a running hub\(holder)",
                help: "stop it before another one starts here, or set state.dir")
        }
        return Checkup("state", .ok, "\(directory) can be written")
    }

    private static func willBeMade(_ directory: String) -> Checkup {
        var parent = directory.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        if parent.isEmpty { parent = directory.hasPrefix("/") ? "/" : "." }
        while access(parent, F_OK) != 0, let slash = parent.lastIndex(of: "/") {
            parent = slash == parent.startIndex ? "/" : String(parent[..<slash])
        }
        // A first folder of a relative path lies in the working directory.
        if access(parent, F_OK) != 0 { parent = "." }
        guard access(parent, W_OK | X_OK) == 0 else {
            return Checkup(
                "state", .fail, "\(directory) cannot be made in \(parent)",
                help: "set state.dir to a folder that this user may write")
        }
        return Checkup("state", .ok, "\(directory) will be made")
    }

    /// Tries the lock for a moment.
    ///
    /// - Returns: Nil when nobody holds it, else the process, if it is known.
    private static func holder(of directory: String) -> String? {
        let descriptor = open(directory + "/hub.lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let text = String(
            decoding: bytes.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 },
            as: UTF8.self)
        return text.isEmpty ? "" : " (process \(text))"
    }
}
