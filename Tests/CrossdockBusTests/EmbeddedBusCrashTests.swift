internal import CrossdockBus
internal import CrossdockCore
internal import CrossdockSettings
internal import Glibc
internal import Testing

/// Processes that publish and consume are killed at random instants; what they had been promised is
/// compared with what the files hold.
///
/// `CROSSDOCK_BUS_KILLS` sets how often, 8 by default.
@Suite("Embedded bus: kill -9", .serialized)
struct EmbeddedBusCrashTests {
    @Test("Nothing acknowledged is lost and nothing durably accepted comes back")
    func kills() async throws {
        let folder = try TemporaryFolder()
        let kills = getenv("CROSSDOCK_BUS_KILLS").flatMap { Int(String(cString: $0)) } ?? 8
        for round in 0..<kills {
            let path = folder.path
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, round = round as Int] in
                try await Victim(folder: path, round: round).live()
            }
        }
        var ledger = Ledger()
        try ledger.read("\(folder.path)/ledger")
        #expect(ledger.acknowledged.count > 0)
        #expect(ledger.acceptedAgain.isEmpty)

        var options = EmbeddedBus.Options(folder: "\(folder.path)/bus")
        options.segmentSize = Victim.segmentSize
        let bus = try EmbeddedBus(options, onFatal: { Issue.record("fatal: \($0)") })
        _ = try await bus.declare(Victim.topology)
        let backlog = try await bus.backlog(of: "q")
        let left = try await BusConformance(bus: bus, prefix: "")
            .receive(backlog.ready, from: "q").map(\.id)
        #expect(Set(left).count == left.count)
        let lost = ledger.acknowledged.subtracting(ledger.delivered).subtracting(left)
        #expect(lost.isEmpty)
        #expect(ledger.accepted.isDisjoint(with: left))
        await bus.close()
    }
}

/// A process that works with the bus until it is killed, and writes down what it was promised.
struct Victim {
    static let segmentSize = ByteCount.kibibytes(256)
    static let topology = BusTopology(
        topics: [BusTopic("t")], queues: [BusQueue("q", topic: "t", deadLetters: "d")])

    let folder: String
    let round: Int

    func live() async throws {
        var options = EmbeddedBus.Options(folder: "\(folder)/bus")
        options.segmentSize = Self.segmentSize
        let bus = try EmbeddedBus(options, onFatal: { _ in })
        _ = try await bus.declare(Self.topology)
        let ledger = open("\(folder)/ledger", O_WRONLY | O_APPEND | O_CREAT, 0o600)
        dieSoon()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask { await send(sender, on: bus, to: ledger) }
            }
            group.addTask { try await consume(bus, to: ledger) }
            try await group.waitForAll()
        }
    }

    /// The instant is drawn anew each time, from before the first message to the middle of the work.
    private func dieSoon() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                usleep(UInt32.random(in: 1_000...250_000))
                kill(getpid(), SIGKILL)
                return nil
            }, nil)
    }

    private func send(_ sender: Int, on bus: EmbeddedBus, to ledger: Int32) async {
        for number in 0... {
            let ids = (0..<Int.random(in: 1...5)).map { "\(round)-\(sender)-\(number)-\($0)" }
            let messages = ids.map { id in
                BusMessage(
                    id: id, time: Instant(millisecondsSince1970: 0),
                    body: [UInt8](repeating: 1, count: Int.random(in: 0...2_000)))
            }
            let results = await bus.publish(messages, to: "t", requiresQueue: true)
            note(zip(ids, results).filter { $0.1 == nil }.map { "P \($0.0)" }, to: ledger)
        }
    }

    private func consume(_ bus: EmbeddedBus, to ledger: Int32) async throws {
        let subscription = try await bus.subscribe(to: "q", prefetch: 200)
        while true {
            var accepted: [String] = []
            for _ in 0..<Int.random(in: 1...60) {
                guard let delivery = try await subscription.next() else { return }
                note(["D \(delivery.payload.id)"], to: ledger)
                if Int.random(in: 0..<10) == 0 {
                    subscription.settle(delivery, .giveBack)
                } else {
                    subscription.settle(delivery, .accept)
                    accepted.append(delivery.payload.id)
                }
            }
            await bus.sync()
            note(accepted.map { "A \($0)" }, to: ledger)
        }
    }

    /// One write call, so that a line is there whole or not at all.
    private func note(_ lines: [String], to ledger: Int32) {
        let text = lines.map { $0 + "\n" }.joined()
        _ = text.withCString { write(ledger, $0, strlen($0)) }
    }
}

struct Ledger {
    private(set) var acknowledged: Set<String> = []
    private(set) var delivered: Set<String> = []
    private(set) var accepted: Set<String> = []
    /// Delivered after it had been accepted durably.
    private(set) var acceptedAgain: [String] = []

    mutating func read(_ path: String) throws {
        guard let file = fopen(path, "r") else { return }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(
                decoding: line.prefix { $0 != 0 && $0 != 0x0A }.map { UInt8(bitPattern: $0) },
                as: UTF8.self)
            let id = String(text.dropFirst(2))
            switch text.first {
            case "P": acknowledged.insert(id)
            case "D":
                delivered.insert(id)
                if accepted.contains(id) { acceptedAgain.append(id) }
            case "A": accepted.insert(id)
            default: break
            }
        }
    }
}
