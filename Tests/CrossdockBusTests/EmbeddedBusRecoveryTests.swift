internal import CrossdockCore
internal import CrossdockSettings
internal import Glibc
internal import Testing

@testable internal import CrossdockBus

@Suite("Embedded bus: what survives, and what is refused")
struct EmbeddedBusRecoveryTests {
    private let folder: TemporaryFolder
    private static let topology = BusTopology(
        topics: [BusTopic("t")],
        queues: [BusQueue("q", topic: "t", deadLetters: "dlq")])

    init() throws { folder = try TemporaryFolder() }

    private func open(
        segmentSize: ByteCount = .kibibytes(64), maxBytes: ByteCount = .mebibytes(100),
        disk: Disk = Disk(), onFatal: @escaping @Sendable (BusError) -> Void = { _ in }
    ) async throws -> EmbeddedBus {
        var options = EmbeddedBus.Options(folder: folder.path)
        options.segmentSize = segmentSize
        options.maxBytes = maxBytes
        options.publishTimeout = .milliseconds(200)
        let bus = try EmbeddedBus(options, clock: SystemClock(), disk: disk, onFatal: onFatal)
        _ = try await bus.declare(Self.topology)
        return bus
    }

    private func message(_ number: Int, size: Int = 100) -> BusMessage {
        BusMessage(
            id: "m\(number)", time: Instant(millisecondsSince1970: 1_760_000_000_000),
            body: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
    }

    private func publish(_ numbers: Range<Int>, on bus: EmbeddedBus, size: Int = 100) async throws {
        for error in await bus.publish(
            numbers.map { message($0, size: size) }, to: "t", requiresQueue: true)
        {
            if let error { throw error }
        }
    }

    private func receive(_ count: Int, from bus: EmbeddedBus) async throws -> [String] {
        try await BusConformance(bus: bus, prefix: "").receive(count, from: "q").map(\.id)
    }

    private var logs: [String] {
        get throws {
            try Disk().names(in: "\(folder.path)/topics/t").filter { $0.hasSuffix(".log") }
                .map { "\(folder.path)/topics/t/\($0)" }
        }
    }

    private var journal: String { "\(folder.path)/topics/t/queues/q.queue" }

    private func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = try Disk().contents(path)
        body(&bytes)
        let file = try Disk().open(path, O_RDWR | O_TRUNC)
        try Disk().write(bytes, to: file, at: 0)
    }

    /// Lets go of a bus as a process does that is killed: nothing is settled, nothing is noted.
    private func copyAfterCrash(_ body: (EmbeddedBus) async throws -> Void) async throws {
        let bus = try await open()
        try await body(bus)
        let copy = try TemporaryFolder()
        #expect(system("cp -r '\(folder.path)'/. '\(copy.path)'") == 0)
        await bus.close()
        #expect(system("rm -rf '\(folder.path)'/* && cp -r '\(copy.path)'/. '\(folder.path)'") == 0)
    }

    @Test("Messages and what was accepted survive a restart")
    func restart() async throws {
        var bus = try await open()
        try await publish(0..<10, on: bus)
        #expect(try await receive(4, from: bus) == ["m0", "m1", "m2", "m3"])
        await bus.close()
        bus = try await open()
        #expect(try await bus.backlog(of: "q") == BusBacklog(ready: 6, unsettled: 0))
        #expect(try await receive(6, from: bus) == (4..<10).map { "m\($0)" })
        await bus.close()
    }

    @Test("After a crash exactly the unsettled messages come again, counted")
    func crashCounts() async throws {
        try await copyAfterCrash { bus in
            try await publish(0..<10, on: bus)
            let subscription = try await bus.subscribe(to: "q", prefetch: 5)
            for number in 0..<5 {
                let delivery = try #require(try await subscription.next())
                if number % 2 == 0 { subscription.settle(delivery, .accept) }
            }
            await bus.sync()
        }
        let bus = try await open()
        let subscription = try await bus.subscribe(to: "q", prefetch: 100)
        var earlier: [String: Int] = [:]
        for _ in 0..<7 {
            let delivery = try #require(try await subscription.next())
            earlier[delivery.payload.id] = delivery.earlierDeliveries
            subscription.settle(delivery, .accept)
        }
        // Of the three that took the room of the accepted ones, we only know that they were sent out.
        #expect(earlier.keys.sorted() == ["m1", "m3", "m5", "m6", "m7", "m8", "m9"])
        #expect(earlier["m1"] == 1)
        #expect(earlier["m3"] == 1)
        #expect(earlier["m9"] == 0)
        await subscription.cancel()
        await bus.close()
    }

    @Test("A message that is retried later keeps its time and count over a restart")
    func delayedRestart() async throws {
        var bus = try await open()
        try await publish(0..<1, on: bus)
        var subscription = try await bus.subscribe(to: "q", prefetch: 5)
        let delivery = try #require(try await subscription.next())
        subscription.settle(delivery, .retry(after: .milliseconds(400)))
        await subscription.cancel()
        await bus.close()
        bus = try await open()
        subscription = try await bus.subscribe(to: "q", prefetch: 5)
        let again = try #require(try await subscription.next())
        #expect(again.earlierDeliveries == 1)
        subscription.settle(again, .accept)
        await subscription.cancel()
        await bus.close()
    }

    @Test(
        "A torn tail is cut off; what was acknowledged before it stays", arguments: [1, 9, 40, 150])
    func tornTail(cut: Int) async throws {
        var bus = try await open()
        try await publish(0..<5, on: bus)
        await bus.close()
        let path = try #require(try logs.last)
        let whole = try Disk().contents(path)
        bus = try await open()
        try await publish(5..<6, on: bus)
        await bus.close()
        // The journal of that run knows of nothing behind the first five.
        try change(path) { $0.removeLast(min(cut, $0.count - whole.count)) }
        bus = try await open()
        let backlog = try await bus.backlog(of: "q")
        #expect(backlog.ready == 5)
        try await publish(6..<8, on: bus)
        #expect(try await receive(7, from: bus) == (0..<5).map { "m\($0)" } + ["m6", "m7"])
        await bus.close()
    }

    @Test("Garbage behind the end of the log is cut off")
    func garbageTail() async throws {
        var bus = try await open()
        try await publish(0..<5, on: bus)
        await bus.close()
        try change(try #require(try logs.last)) { bytes in
            bytes += (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 131) }
        }
        bus = try await open()
        #expect(try await receive(5, from: bus).count == 5)
        await bus.close()
    }

    @Test("A flipped bit in what was acknowledged is found, never skipped")
    func flippedBit() async throws {
        let bus = try await open()
        for number in 0..<20 { try await publish(number..<(number + 1), on: bus) }
        await bus.close()
        let path = try #require(try logs.last)
        let pristine = try Disk().contents(path)
        var refused = 0
        let offsets = stride(from: 8, to: pristine.count - 400, by: 97)
        for offset in offsets {
            try change(path) { bytes in
                bytes = pristine
                bytes[offset] ^= 0x10
            }
            do {
                let bus = try await open()
                await bus.close()
            } catch let error as BusError {
                #expect([.busDamaged, .busFormat].contains(error.code))
                refused += 1
            }
        }
        // Bytes 52 to 59 of the header are not used and the checksum covers them too.
        #expect(refused == Array(offsets).count)
    }

    @Test("A flipped bit in a finished segment stops its queue when it gets there")
    func flippedBitInFinishedSegment() async throws {
        var bus = try await open(segmentSize: .kibibytes(4))
        for number in 0..<100 { try await publish(number..<(number + 1), on: bus) }
        await bus.close()
        #expect(try logs.count > 3)
        try change(try logs[1]) { $0[300] ^= 1 }
        bus = try await open(segmentSize: .kibibytes(4))
        let subscription = try await bus.subscribe(to: "q", prefetch: 10)
        var received = 0
        await #expect(throws: BusError.self) {
            while let delivery = try await subscription.next() {
                received += 1
                subscription.settle(delivery, .accept)
            }
        }
        #expect(received > 0 && received < 100)
        #expect(BusError.damaged("", at: 0, "").code == .busDamaged)
        await subscription.cancel()
        await bus.close()
        #expect(try BusInspection.read(folder: folder.path).topics.count == 2)
    }

    @Test("A damaged end of a queue's journal repeats deliveries and loses none")
    func journalTail() async throws {
        try await copyAfterCrash { bus in
            try await publish(0..<10, on: bus)
            #expect(try await receive(10, from: bus).count == 10)
            await bus.sync()
        }
        let length = try Disk().contents(journal).count
        for cut in stride(from: 1, to: length - 36, by: 3) {
            let saved = try Disk().contents(journal)
            try change(journal) { $0.removeLast(cut) }
            let bus = try await open()
            let backlog = try await bus.backlog(of: "q")
            #expect(backlog.ready <= 10)
            let received = try await receive(backlog.ready, from: bus)
            #expect(Set(received).isSubset(of: Set((0..<10).map { "m\($0)" })))
            await bus.close()
            try change(journal) { $0 = saved }
        }
    }

    @Test("A journal whose snapshot is damaged, or that knows more than the log, is refused")
    func journalDamage() async throws {
        let bus = try await open()
        try await publish(0..<10, on: bus)
        #expect(try await receive(10, from: bus).count == 10)
        await bus.close()
        let saved = try Disk().contents(journal)
        try change(journal) { $0[26] ^= 1 }
        await #expect { _ = try await open() } throws: { ($0 as? BusError)?.code == .busDamaged }
        try change(journal) { $0 = saved }
        try change(try #require(try logs.last)) { $0.removeLast(200) }
        await #expect { _ = try await open() } throws: { ($0 as? BusError)?.code == .busDamaged }
    }

    @Test("Segments that every queue is through with are removed, others are kept")
    func compaction() async throws {
        let bus = try await open(segmentSize: .kibibytes(4))
        _ = try await bus.declare(
            BusTopology(queues: [BusQueue("slow", topic: "t", deadLetters: "dlq")]))
        for number in 0..<200 { try await publish(number..<(number + 1), on: bus) }
        let all = try logs.count
        #expect(all > 5)
        _ = try await receive(200, from: bus)
        await bus.sync()
        #expect(try logs.count == all)
        let conformance = BusConformance(bus: bus, prefix: "")
        _ = try await conformance.receive(100, from: "slow")
        try await eventually("half of the segments go") {
            try logs.count < all && logs.count > 1
        }
        _ = try await conformance.receive(100, from: "slow")
        try await eventually("one segment is left") { try logs.count == 1 }
        await bus.close()
    }

    @Test("One message that waits for its retry keeps one segment and no more")
    func pinnedSegment() async throws {
        var bus = try await open(segmentSize: .kibibytes(4))
        for number in 0..<200 { try await publish(number..<(number + 1), on: bus) }
        let subscription = try await bus.subscribe(to: "q", prefetch: 20)
        for number in 0..<200 {
            let delivery = try #require(try await subscription.next())
            subscription.settle(delivery, number == 50 ? .retry(after: .seconds(3_600)) : .accept)
        }
        await subscription.cancel()
        try await eventually("two segments are left") { try logs.count == 2 }
        await bus.close()
        bus = try await open(segmentSize: .kibibytes(4))
        #expect(try await bus.backlog(of: "q") == BusBacklog(ready: 1, unsettled: 0))
        let inspected = try BusInspection.read(folder: folder.path)
        let queue = inspected.topics.first { $0.name == "t" }?.queues.first
        #expect(queue?.delayed == 1)
        #expect(queue?.waiting == 0)
        let waiting = try BusInspection.messages(
            of: "q", topic: "t", folder: folder.path, limit: 10)
        #expect(waiting.map(\.id) == ["m50"])
        await bus.close()
    }

    @Test("A full topic lets senders wait, then refuses, then goes on when there is room")
    func backPressure() async throws {
        let bus = try await open(segmentSize: .kibibytes(4), maxBytes: .kibibytes(16))
        var accepted = 0
        var refusal: BusError?
        while refusal == nil {
            refusal = await bus.publish(
                [message(accepted, size: 1_000)], to: "t", requiresQueue: true)[0]
            if refusal == nil { accepted += 1 }
        }
        #expect(refusal?.code == .busFull)
        #expect(accepted >= 12 && accepted <= 20)
        #expect(try await receive(accepted, from: bus).count == accepted)
        try await eventually("there is room again") {
            await bus.publish([message(0)], to: "t", requiresQueue: true) == [nil]
        }
        await bus.close()
    }

    @Test("Only one process may have the bus")
    func locked() async throws {
        let bus = try await open()
        await #expect { _ = try await open() } throws: { ($0 as? BusError)?.code == .busLocked }
        await bus.close()
        let again = try await open()
        await again.close()
    }

    @Test("A folder of another version is left alone")
    func foreignFormat() async throws {
        let bus = try await open()
        await bus.close()
        try change("\(folder.path)/format") { $0 = Array("crossdock-bus 2\n".utf8) }
        await #expect { _ = try await open() } throws: { ($0 as? BusError)?.code == .busFormat }
    }

    @Test("A closed bus refuses everything with its code")
    func closed() async throws {
        let bus = try await open()
        await bus.close()
        let results = await bus.publish([message(1)], to: "t", requiresQueue: true)
        #expect(results.map { $0?.code } == [.busClosed])
        await #expect(throws: BusError.closed) { _ = try await bus.subscribe(to: "q", prefetch: 1) }
    }

    @Test("A message beyond the limit is refused")
    func tooLarge() async throws {
        var options = EmbeddedBus.Options(folder: folder.path)
        options.maxMessageSize = .kibibytes(10)
        let bus = try EmbeddedBus(options, onFatal: { _ in })
        _ = try await bus.declare(Self.topology)
        let results = await bus.publish([message(1, size: 11_000)], to: "t", requiresQueue: true)
        #expect(results.map { $0?.code } == [.busMessageTooLarge])
        await bus.close()
    }
}
