internal import CrossdockBus
internal import CrossdockCore
internal import CrossdockData
internal import CrossdockSettings
internal import Glibc
internal import Synchronization

/// The embedded bus with 1,000 senders, each waiting until its message is on the disk.
enum EmbeddedBusBenchmark {
    private static let senders = 1_000

    static func run(_ surroundings: Surroundings) async throws -> [Line] {
        let bodies = AccountRecords.records(1_000)
        let count = 100_000
        var figures = (sent: [Double](), received: [Double](), raw: [Double](), read: [Double]())
        let repetitions = surroundings.repetitions(5)
        for round in 0...repetitions {
            let folder = "\(surroundings.folder)/bus\(round)"
            let (sent, received) = try await throughBus(folder, bodies, count)
            let bytes = try DiskAlone.size(of: "\(folder)/topics")
            Child.run(["/bin/rm", "-rf", folder])
            let disk = try DiskAlone("\(surroundings.folder)/raw", bytes: bytes, count: count)
            let raw = try disk.write(group: senders)
            let read = try disk.read(group: senders)
            // The first round fills caches and makes threads.
            guard round > 0 else { continue }
            figures.sent.append(sent)
            figures.received.append(received)
            figures.raw.append(raw)
            figures.read.append(read)
        }
        return [
            Line(
                name: "embedded bus in, 1,000 in flight", unit: "msg/s", ours: Series(figures.sent),
                reference: ("write + fdatasync per 1,000", Series(figures.raw))),
            Line(
                name: "embedded bus out, settled", unit: "msg/s", ours: Series(figures.received),
                reference: ("read, 16 B + fdatasync per 1,000", Series(figures.read))),
        ]
    }

    private static func throughBus(
        _ folder: String, _ bodies: [[UInt8]], _ count: Int
    ) async throws -> (sent: Double, received: Double) {
        let bus = try EmbeddedBus(
            EmbeddedBus.Options(folder: folder),
            onFatal: { Output.complain("the bus failed: \($0)") })
        let figures = try await BusLoad(bus: bus, bodies: bodies, count: count, senders: senders)
            .run(prefetch: 1_600)
        await bus.close()
        return figures
    }
}

/// Messages sent by tasks that each wait for their own, then received and settled by workers.
struct BusLoad {
    let bus: any BusTransport
    let bodies: [[UInt8]]
    let count: Int
    let senders: Int

    private static let topic = "bench"
    private static let queue = "crossdock.bench.load"

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    func run(prefetch: Int) async throws -> (sent: Double, received: Double) {
        try await declare()
        return (try await send(), try await receive(prefetch: prefetch))
    }

    func declare() async throws {
        _ = try await bus.declare(
            BusTopology(
                topics: [BusTopic(Self.topic)],
                queues: [BusQueue(Self.queue, topic: Self.topic, deadLetters: "crossdock.dlq.load")]
            ))
    }

    /// - Returns: Messages a second.
    func send() async throws -> Double {
        let next = Count()
        let start = Seconds.wall
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<senders {
                group.addTask {
                    while true {
                        let number = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
                        if number >= count { return }
                        try await bus.publish(message(number), to: Self.topic)
                    }
                }
            }
            try await group.waitForAll()
        }
        return Double(count) / (Seconds.wall - start)
    }

    /// - Returns: Messages a second.
    func receive(prefetch: Int) async throws -> Double {
        let start = Seconds.wall
        let subscription = try await bus.subscribe(to: Self.queue, prefetch: prefetch)
        let received = Count()
        let (wanted, settled) = (count, received)
        try await subscription.work(limit: prefetch) { delivery in
            subscription.settle(delivery, .accept)
            if settled.value.wrappingAdd(1, ordering: .relaxed).newValue == wanted {
                subscription.stop()
            }
        }
        await subscription.cancel()
        return Double(count) / (Seconds.wall - start)
    }

    private func message(_ number: Int) -> BusMessage {
        BusMessage(
            id: "m\(number)", orderKey: "salesforce/Account/\(number)",
            time: Instant(millisecondsSince1970: 1_790_000_000_000),
            contentType: "application/json",
            headers: [
                BusHeader("cloudEvents_specversion", "1.0"),
                BusHeader("cloudEvents_source", "salesforce"),
                BusHeader("cloudEvents_type", "crossdock.salesforce.Account.updated.v1"),
                BusHeader("cloudEvents_subject", "001ABC"),
                BusHeader("cloudEvents_time", "2026-01-01T00:00:00.000Z"),
            ], body: bodies[number % bodies.count])
    }
}

/// The same bytes written and read without a bus.
struct DiskAlone {
    private let path: String
    private let size: Int
    private let count: Int

    /// - Parameters:
    ///   - bytes: What `count` messages take on the disk.
    init(_ path: String, bytes: Int, count: Int) throws {
        self.path = path
        size = max(1, bytes / count)
        self.count = count
    }

    func write(group: Int) throws -> Double {
        let file = try open(O_RDWR | O_CREAT | O_TRUNC)
        defer { close(file) }
        let piece = [UInt8](repeating: 0x61, count: size * group)
        let start = Seconds.wall
        for number in 0..<(count / group) {
            guard pwrite(file, piece, piece.count, number * piece.count) == piece.count,
                fdatasync(file) == 0
            else { throw Trouble("\(path) cannot be written") }
        }
        return Double(count) / (Seconds.wall - start)
    }

    func read(group: Int) throws -> Double {
        let file = try open(O_RDONLY)
        defer { close(file) }
        let journal = Glibc.open("\(path).journal", O_RDWR | O_CREAT | O_TRUNC, 0o600)
        defer { close(journal) }
        var piece = [UInt8](repeating: 0, count: size * group)
        let settled = [UInt8](repeating: 0x61, count: 16 * group)
        let start = Seconds.wall
        for number in 0..<(count / group) {
            guard pread(file, &piece, piece.count, number * piece.count) == piece.count,
                pwrite(journal, settled, settled.count, number * settled.count) == settled.count,
                fdatasync(journal) == 0
            else { throw Trouble("\(path) cannot be read") }
        }
        return Double(count) / (Seconds.wall - start)
    }

    private func open(_ flags: Int32) throws -> Int32 {
        let file = Glibc.open(path, flags, 0o600)
        guard file >= 0 else { throw Trouble("\(path) cannot be opened") }
        return file
    }

    /// All bytes of files under a folder.
    static func size(of folder: String) throws -> Int {
        let text = try Child.output(["/usr/bin/du", "-sb", folder])
        guard let size = text.split(whereSeparator: \.isWhitespace).first.flatMap({ Int($0) })
        else {
            throw Trouble("\(folder) has no size")
        }
        return size
    }
}
