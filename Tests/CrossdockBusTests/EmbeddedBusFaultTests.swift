internal import CrossdockCore
internal import CrossdockDiagnostics
internal import Glibc
internal import Synchronization
internal import Testing

@testable internal import CrossdockBus

@Suite("Embedded bus: failing disks")
struct EmbeddedBusFaultTests {
    /// Which calls fail with which error, changed while the bus runs.
    private final class Faults: Sendable {
        private let state = Mutex<[Disk.Call: Int32]>([:])

        func set(_ call: Disk.Call, _ number: Int32?) { state.withLock { $0[call] = number } }

        var disk: Disk {
            Disk { [self] call, path in
                path.hasSuffix(".log") ? state.withLock { $0[call] } : nil
            }
        }
    }

    private let folder: TemporaryFolder
    private let faults = Faults()
    private let fatal = Shared<[BusError]>([])

    init() throws { folder = try TemporaryFolder() }

    private func open() async throws -> EmbeddedBus {
        let bus = try EmbeddedBus(
            EmbeddedBus.Options(folder: folder.path), clock: SystemClock(), disk: faults.disk,
            onFatal: { [fatal] error in fatal.withLock { $0.append(error) } })
        _ = try await bus.declare(
            BusTopology(
                topics: [BusTopic("t")], queues: [BusQueue("q", topic: "t", deadLetters: "d")]))
        return bus
    }

    private func publish(_ number: Int, on bus: EmbeddedBus) async -> BusError? {
        let message = BusMessage(
            id: "m\(number)", time: Instant(millisecondsSince1970: 0), body: Array("x".utf8))
        return await bus.publish([message], to: "t", requiresQueue: true)[0]
    }

    @Test(
        "A full disk refuses the message, and nothing half-written is read back",
        arguments: [Disk.Call.write, .reserve])
    func diskFull(call: Disk.Call) async throws {
        var bus = try await open()
        #expect(await publish(0, on: bus) == nil)
        faults.set(call, ENOSPC)
        // What is set aside already is used up first.
        var refusal: BusError?
        var taken = 1
        let large = BusMessage(
            id: "large", time: Instant(millisecondsSince1970: 0),
            body: [UInt8](repeating: 7, count: 1 << 20))
        while refusal == nil, taken < 20 {
            refusal = await bus.publish([large], to: "t", requiresQueue: true)[0]
            if refusal == nil { taken += 1 }
        }
        #expect(refusal?.code == .busDiskFull)
        #expect(refusal?.disposition == .transient(retryAfter: .seconds(5)))
        faults.set(call, nil)
        #expect(await publish(2, on: bus) == nil)
        #expect(fatal.withLock { $0.isEmpty })
        await bus.close()
        bus = try await open()
        let received = try await BusConformance(bus: bus, prefix: "")
            .receive(taken + 1, from: "q").map(\.id)
        #expect(received.first == "m0")
        #expect(received.last == "m2")
        #expect(try await bus.backlog(of: "q").isEmpty)
        await bus.close()
    }

    @Test("A failed flush ends the bus at once: nothing more is acknowledged")
    func failedFlush() async throws {
        let bus = try await open()
        #expect(await publish(0, on: bus) == nil)
        let subscription = try await bus.subscribe(to: "q", prefetch: 1)
        faults.set(.flush, EIO)
        #expect(await publish(1, on: bus)?.code == .busDiskFailed)
        faults.set(.flush, nil)
        #expect(await publish(2, on: bus)?.code == .busDiskFailed)
        #expect(fatal.withLock { $0.map(\.code) } == [.busDiskFailed])
        guard case .down(let error) = bus.health else {
            Issue.record("the bus says it is up")
            return
        }
        #expect(error.code == .busDiskFailed)
        await bus.close()
        _ = subscription
    }

    @Test("A failed write that is no lack of room ends the bus")
    func failedWrite() async throws {
        let bus = try await open()
        faults.set(.write, EIO)
        #expect(await publish(1, on: bus)?.code == .busDiskFailed)
        #expect(fatal.withLock(\.count) == 1)
        await bus.close()
    }

    @Test("A real full disk refuses and recovers", .enabled(if: FullDisk.isAvailable))
    func realFullDisk() async throws {
        let disk = try FullDisk(bytes: 8 << 20)
        defer { disk.unmount() }
        var options = EmbeddedBus.Options(folder: "\(disk.path)/bus")
        options.publishTimeout = .milliseconds(100)
        let bus = try EmbeddedBus(options, onFatal: { Issue.record("fatal: \($0)") })
        _ = try await bus.declare(
            BusTopology(
                topics: [BusTopic("t")], queues: [BusQueue("q", topic: "t", deadLetters: nil)]))
        var taken = 0
        var refusal: BusError?
        while refusal == nil, taken < 10_000 {
            let message = BusMessage(
                id: "\(taken)", time: Instant(millisecondsSince1970: 0),
                body: [UInt8](repeating: 1, count: 10_000))
            refusal = await bus.publish([message], to: "t", requiresQueue: true)[0]
            if refusal == nil { taken += 1 }
        }
        #expect(refusal?.code == .busDiskFull)
        let received = try await BusConformance(bus: bus, prefix: "").receive(taken, from: "q")
        #expect(received.map(\.id) == (0..<taken).map(String.init))
        await bus.close()
    }
}

/// A small file system in memory, where this process may mount one.
struct FullDisk {
    let path: String

    static var isAvailable: Bool {
        guard geteuid() == 0, let disk = try? FullDisk(bytes: 1 << 20) else { return false }
        disk.unmount()
        return true
    }

    init(bytes: Int) throws {
        let folder = "/tmp/crossdock-full-\(getpid())-\(UInt32.random(in: .min ... .max))"
        guard mkdir(folder, 0o700) == 0,
            mount("tmpfs", folder, "tmpfs", 0, "size=\(bytes)") == 0
        else {
            rmdir(folder)
            throw TemporaryFolder.Failed()
        }
        path = folder
    }

    func unmount() {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }
}
