internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import Synchronization

/// Takes the files of a folder, one after the other.
///
/// - Source: Camel's `GenericFileConsumer`. A file that is through goes to `.camel` below its folder
///   unless an option says otherwise; one that failed stays and is tried again.
struct FileConsumer: Consumer {
    let folder: Folder
    let options: FileOptions
    let plan: FilePlan
    let route: RouteContext
    let work: BlockingWork
    private let seen = SeenFiles()

    init(
        folder: Folder, options: FileOptions, plan: FilePlan, route: RouteContext,
        work: BlockingWork
    ) {
        self.folder = folder
        self.options = options
        self.plan = plan
        self.route = route
        self.work = work
    }

    func prepare() async throws {
        let (folder, options) = (folder, options)
        try await work {
            if folder.exists { return }
            guard options.autoCreate, !options.startingDirectoryMustExist else {
                throw RouteError(.badAddress, "there is no folder '\(folder.root)'")
            }
            try Folder.makeFolder(folder.root)
        }
    }

    func run(deliver: @escaping Deliver) async throws {
        route.source.become(.polling(settling: .zero))
        guard await route.stop.sleep(for: options.initialDelay, clock: route.clock) else { return }
        var looks = 0
        while !route.stop.isRequested {
            let count = try await look(deliver)
            looks += 1
            route.source.answered(received: count, drained: count == 0, at: route.clock.now)
            if options.repeatCount > 0, looks >= options.repeatCount {
                await route.stop.wait()
                return
            }
            if options.greedy, count > 0 { continue }
            guard await route.stop.sleep(for: options.delay, clock: route.clock) else { return }
        }
    }

    /// - Returns: How many files were taken.
    private func look(_ deliver: Deliver) async throws -> Int {
        let files = try await candidates()
        if files.isEmpty, options.sendEmptyMessageWhenIdle {
            _ = await deliver(Exchange(Message()))
            return 0
        }
        var count = 0
        for (index, file) in files.enumerated() {
            if route.stop.isRequested || Task.isCancelled { break }
            if try await take(file, index, of: files.count, deliver) { count += 1 }
        }
        return count
    }

    // MARK: - Which

    private func candidates() async throws -> [Folder.Entry] {
        let (folder, options) = (folder, options)
        let lowest = max(1, options.minDepth)
        let highest = options.recursive ? max(lowest, options.maxDepth) : 1
        guard lowest <= highest else { return [] }
        var entries = try await work { try folder.files(depth: lowest...highest) }
        entries = try entries.filter { entry in
            var probe = exchange(entry, body: .empty)
            return try plan.takes(entry, &probe) && !isDone(entry.name, among: entries)
                && !(try isSeen(entry, &probe))
        }
        if plan.done != nil { entries = try await complete(entries) }
        if !plan.sort.isEmpty { entries = try sorted(entries) }
        let most = options.maxMessagesPerPoll
        return most > 0 ? Array(entries.prefix(most)) : entries
    }

    /// Whether a file is there only to say that another is complete.
    private func isDone(_ name: String, among entries: [Folder.Entry]) -> Bool {
        guard let pattern = options.doneFileName else { return false }
        let last = name.split(separator: "/").last.map(String.init) ?? name
        guard let start = pattern.firstRange(of: "${file:name") else { return last == pattern }
        let prefix = pattern[..<start.lowerBound]
        let suffix = pattern[start.upperBound...].drop { $0 != "}" }.dropFirst()
        return last.hasPrefix(prefix) && last.hasSuffix(suffix)
            && last.count > prefix.count + suffix.count
    }

    private func complete(_ entries: [Folder.Entry]) async throws -> [Folder.Entry] {
        var ready: [Folder.Entry] = []
        for entry in entries {
            guard let done = try doneFile(of: entry) else { continue }
            if try await work({ Folder.exists(done) }) { ready.append(entry) }
        }
        return ready
    }

    private func doneFile(of entry: Folder.Entry) throws -> String? {
        var probe = exchange(entry, body: .empty)
        let onlyName = entry.name.split(separator: "/").last.map(String.init) ?? entry.name
        probe.message.control["CamelFileName"] = .string(onlyName)
        guard let name = try plan.done?.text(in: &probe) else { return nil }
        return "\(Folder.parent(of: "\(folder.root)/\(entry.name)"))/\(name)"
    }

    private var isIdempotent: Bool { options.idempotent ?? options.noop }

    private func key(_ entry: Folder.Entry, _ exchange: inout Exchange) throws -> String {
        try plan.key?.text(in: &exchange) ?? "\(folder.root)/\(entry.name)"
    }

    private func isSeen(_ entry: Folder.Entry, _ exchange: inout Exchange) throws -> Bool {
        guard isIdempotent else { return false }
        return seen.contains(try key(entry, &exchange))
    }

    private func sorted(_ entries: [Folder.Entry]) throws -> [Folder.Entry] {
        let keyed = try entries.map { entry in
            var probe = exchange(entry, body: .empty)
            let keys = try plan.sort.map { rule -> Value in
                let value = try rule.expression.value(in: &probe)
                guard rule.ignoresCase, case .string(let text) = value else { return value }
                return .string(text.lowercased())
            }
            return (entry: entry, keys: keys)
        }
        return keyed.sorted { one, other in
            for (index, rule) in plan.sort.enumerated() {
                let (a, b) = (one.keys[index], other.keys[index])
                if Self.isBefore(a, b) { return !rule.isReversed }
                if Self.isBefore(b, a) { return rule.isReversed }
            }
            return one.entry.name < other.entry.name
        }.map(\.entry)
    }

    private static func isBefore(_ one: Value, _ other: Value) -> Bool {
        if case .number(let a) = one, case .number(let b) = other, let a = a.int64, let b = b.int64
        {
            return a < b
        }
        return one.scalarText ?? "" < other.scalarText ?? ""
    }

    // MARK: - One file

    /// - Returns: Whether it was taken.
    private func take(
        _ entry: Folder.Entry, _ index: Int, of size: Int, _ deliver: Deliver
    ) async throws -> Bool {
        guard try await isStable(entry) else { return false }
        let lock = "\(folder.root)/\(entry.name).camelLock"
        let usesMarker = options.readLock == .markerFile
        if usesMarker { guard try await work({ try Folder.create(lock) }) else { return false } }
        let taken: Bool
        do { taken = try await process(entry, index, of: size, deliver) } catch {
            if usesMarker { try? await work { try Folder.remove(lock) } }
            throw error
        }
        if usesMarker { try await work { try Folder.remove(lock) } }
        return taken
    }

    private func isStable(_ entry: Folder.Entry) async throws -> Bool {
        guard options.readLock == .changed else { return true }
        guard entry.size >= options.readLockMinLength else { return false }
        let age = route.clock.now.millisecondsSince1970 &- entry.modified
        if Duration.milliseconds(age) < options.readLockMinAge { return false }
        guard await route.stop.sleep(for: options.readLockCheckInterval, clock: route.clock) else {
            return false
        }
        let folder = folder
        let now = try await work { folder.entry(entry.name) }
        return now?.size == entry.size && now?.modified == entry.modified
    }

    private func process(
        _ entry: Folder.Entry, _ index: Int, of size: Int, _ deliver: Deliver
    ) async throws -> Bool {
        var path = "\(folder.root)/\(entry.name)"
        var probe = exchange(entry, body: .empty)
        let key = try key(entry, &probe)
        if let before = try plan.preMove?.text(in: &probe) {
            path = try await move(path, to: before)
        }
        let source = path
        guard let bytes = try? await work({ try Folder.read(source) }) else { return false }
        var received = exchange(entry, body: try body(bytes))
        received.properties["CamelBatchIndex"] = .integer(index)
        received.properties["CamelBatchSize"] = .integer(size)
        received.properties["CamelBatchComplete"] = .bool(index + 1 == size)
        if isIdempotent { seen.insert(key) }
        switch await deliver(received) {
        case .completed(var exchange):
            try await finish(source, entry, &exchange)
        case .failed(var exchange, _):
            if isIdempotent { seen.remove(key) }
            if let failed = try plan.moveFailed?.text(in: &exchange) {
                _ = try await move(source, to: failed)
            }
        case .interrupted:
            if isIdempotent { seen.remove(key) }
            let original = "\(folder.root)/\(entry.name)"
            if source != original { try await work { try Folder.rename(source, to: original) } }
        }
        return true
    }

    private func body(_ bytes: [UInt8]) throws -> Body {
        try plan.charset.map { .text(try $0.decode(bytes)) } ?? .bytes(bytes)
    }

    private func finish(
        _ path: String, _ entry: Folder.Entry, _ exchange: inout Exchange
    ) async throws {
        // A route may have set another name for what it writes; this is about what was read.
        exchange.message.control["CamelFileName"] = .string(entry.name)
        if options.delete {
            try await work { try Folder.remove(path) }
        } else if let to = try plan.move?.text(in: &exchange) {
            _ = try await move(path, to: to)
        }
        if let done = try doneFile(of: entry) { try await work { try Folder.remove(done) } }
    }

    /// - Parameter name: Relative to the folder that the file is in, unless absolute.
    /// - Returns: Where it is now.
    private func move(_ path: String, to name: String) async throws -> String {
        let target = name.hasPrefix("/") ? name : "\(Folder.parent(of: path))/\(name)"
        try await work {
            try Folder.makeFolder(Folder.parent(of: target))
            try Folder.rename(path, to: target)
        }
        return target
    }

    private func exchange(_ entry: Folder.Entry, body: Body) -> Exchange {
        let path = "\(folder.root)/\(entry.name)"
        let onlyName = entry.name.split(separator: "/").last.map(String.init) ?? entry.name
        var control = Headers()
        control["CamelFileName"] = .string(entry.name)
        control["CamelFileNameConsumed"] = .string(entry.name)
        control["CamelFileNameOnly"] = .string(onlyName)
        control["CamelFileRelativePath"] = .string(entry.name)
        control["CamelFilePath"] = .string(path)
        control["CamelFileParent"] = .string(Folder.parent(of: path))
        control["CamelFileAbsolute"] = .bool(path.hasPrefix("/"))
        control["CamelFileAbsolutePath"] = .string(Folder.real(path) ?? path)
        control["CamelFileLength"] = .number(JSONNumber(entry.size))
        control["CamelFileLastModified"] = .number(JSONNumber(entry.modified))
        control["CamelMessageTimestamp"] = .number(JSONNumber(entry.modified))
        return Exchange(Message(body, control: control))
    }
}

/// The files that were taken already; the longest ago is forgotten first.
final class SeenFiles: Sendable {
    private struct State {
        var keys: Set<String> = []
        var order: [String] = []
    }

    private static let capacity = 100_000
    private let state = Mutex(State())

    func contains(_ key: String) -> Bool { state.withLock { $0.keys.contains(key) } }

    func insert(_ key: String) {
        state.withLock { state in
            guard state.keys.insert(key).inserted else { return }
            state.order.append(key)
            guard state.order.count > Self.capacity else { return }
            for old in state.order.prefix(Self.capacity / 2) { state.keys.remove(old) }
            state.order.removeFirst(Self.capacity / 2)
        }
    }

    func remove(_ key: String) {
        state.withLock { state in
            guard state.keys.remove(key) != nil else { return }
            if let at = state.order.lastIndex(of: key) { state.order.remove(at: at) }
        }
    }
}
