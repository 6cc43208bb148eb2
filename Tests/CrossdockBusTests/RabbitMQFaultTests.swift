internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Testing

@testable internal import CrossdockBus

@Suite("RabbitMQ: what goes wrong", .liveBroker)
struct RabbitMQFaultTests {
    private let prefix = LiveBroker.prefix()
    private let problems = Shared<[BusError]>([])

    private func bus(
        through proxy: FaultProxy? = nil, _ change: (inout BrokerSettings) -> Void = { _ in }
    ) throws -> RabbitMQBus {
        let settings = try LiveBroker.settings { settings in
            if let proxy { settings.address.hosts = [.init(name: "127.0.0.1", port: proxy.port)] }
            change(&settings)
        }
        return try RabbitMQBus(settings) { [problems] error in
            problems.withLock { $0.append(error) }
        }
    }

    private func proxy() throws -> FaultProxy {
        try FaultProxy(to: try LiveBroker.settings().address.hosts[0].port)
    }

    private func ask<Answer: Sendable>(
        _ bus: RabbitMQBus,
        _ body: @escaping @Sendable (AMQPLink, UInt16) throws(AMQPFailure) -> Answer
    ) async throws -> Answer {
        try await bus.connections.publishing.ask { link throws(AMQPFailure) in
            try link.onScratchChannel { channel throws(AMQPFailure) in try body(link, channel) }
        }
    }

    @Test("Connections cut while messages are sent and received lose none of them")
    func cutConnections() async throws {
        let proxy = try proxy()
        let bus = try bus(through: proxy)
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        let subscription = try await bus.subscribe(to: conformance.queue("a"), prefetch: 50)
        let received = Shared<Set<String>>([])
        let cutter = Task {
            for _ in 0..<4 {
                try await Task.sleep(for: .milliseconds(250))
                proxy.cut()
            }
        }
        async let consuming: Void = subscription.work(limit: 50) { delivery in
            let count = received.withLock { received in
                received.insert(delivery.payload.id)
                return received.count
            }
            subscription.settle(delivery, .accept)
            if count == 3_000 { subscription.stop() }
        }
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<30 {
                group.addTask {
                    for number in 0..<100 {
                        let results = await bus.publish(
                            [conformance.message(sender * 100 + number)], to: conformance.topic,
                            requiresQueue: true)
                        #expect(results == [nil])
                        try? await Task.sleep(for: .milliseconds(8))
                    }
                }
            }
        }
        try await consuming
        _ = try await cutter.value
        #expect(received.withLock(\.count) == 3_000)
        #expect(proxy.connections >= 6)
        #expect(problems.withLock { $0.contains { $0.code == .busUnreachable } })
        await subscription.cancel()
        await conformance.removeQueues(of: bus)
        await bus.close()
        proxy.close()
    }

    @Test("A connection that went silent is noticed, and its messages are sent again")
    func halfOpen() async throws {
        let proxy = try proxy()
        let bus = try bus(through: proxy) { $0.heartbeat = .seconds(1) }
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        try await conformance.publish(0..<5)
        proxy.stall(true)
        let publishing = Task { try await conformance.publish(5..<10) }
        try await eventually("the silence is noticed") {
            if case .down = bus.health { true } else { false }
        }
        proxy.cut()
        proxy.stall(false)
        try await publishing.value
        let received = try await conformance.receive(10, from: conformance.queue("a"))
        #expect(Set(received.map(\.id)).count == 10)
        await conformance.removeQueues(of: bus)
        await bus.close()
        proxy.close()
    }

    @Test("Without a broker a message is refused in time, and known not to be sent")
    func noBroker() async throws {
        let proxy = try proxy()
        let bus = try bus(through: proxy) { $0.publishTimeout = .milliseconds(300) }
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        proxy.refuse(true)
        proxy.cut()
        try await eventually("the loss is noticed") {
            if case .down = bus.health { true } else { false }
        }
        let results = await bus.publish(
            [conformance.message(1)], to: conformance.topic, requiresQueue: true)
        #expect(results.map { $0?.code } == [.busUnreachable])
        #expect(results.map { $0?.disposition } == [.transient(retryAfter: nil)])
        proxy.refuse(false)
        try await eventually("it is back") { bus.health == .up }
        await conformance.removeQueues(of: bus)
        await bus.close()
        proxy.close()
    }

    @Test("A message sent into silence is told apart: its outcome is unknown")
    func unknownOutcome() async throws {
        let proxy = try proxy()
        let bus = try bus(through: proxy) { $0.publishTimeout = .milliseconds(300) }
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        try await conformance.publish(0..<1)
        proxy.stall(true)
        let results = await bus.publish(
            [conformance.message(1)], to: conformance.topic, requiresQueue: true)
        #expect(results.map { $0?.code } == [.busOutcomeUnknown])
        #expect(results.map { $0?.disposition } == [.unknownOutcome])
        proxy.stall(false)
        await conformance.removeQueues(of: bus)
        await bus.close()
        proxy.close()
    }

    @Test("A queue deleted under its consumer is made again, and that is reported")
    func queueDeleted() async throws {
        let bus = try bus()
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        let queue = conformance.queue("a")
        let subscription = try await bus.subscribe(to: queue, prefetch: 10)
        try await ask(bus) { link, channel throws(AMQPFailure) in
            try link.deleteQueue(queue, on: channel)
        }
        try await eventually("it is reported") {
            problems.withLock { $0.contains { $0.code == .busQueueGone } }
        }
        try await eventually("the queue takes messages again") {
            await bus.publish([conformance.message(1)], to: conformance.topic, requiresQueue: true)
                == [nil]
        }
        let delivery = try #require(try await subscription.next())
        #expect(delivery.payload.id == conformance.message(1).id)
        subscription.settle(delivery, .accept)
        await subscription.cancel()
        await conformance.removeQueues(of: bus)
        await bus.close()
    }

    @Test("A queue that exists with other arguments stops the start, and the difference is named")
    func differentArguments() async throws {
        let bus = try bus()
        let conformance = BusConformance(bus: bus, prefix: prefix)
        let queue = conformance.queue("a")
        try await ask(bus) { link, channel throws(AMQPFailure) in
            try link.declareQueue(
                queue,
                arguments: [
                    AMQPField("x-queue-type", .text("quorum")),
                    AMQPField("x-delivery-limit", .integer(5)),
                ], on: channel)
        }
        await #expect {
            try await conformance.declare("a")
        } throws: { error in
            guard let error = error as? BusError else { return false }
            return error.code == .busTopologyDiffers && error.message.contains(queue)
                && error.message.contains("x-")
        }
        try await ask(bus) { link, channel throws(AMQPFailure) in
            try link.deleteQueue(queue, on: channel)
        }
        await bus.close()
    }

    @Test("A missing exchange fails its own messages and no others")
    func missingExchange() async throws {
        let bus = try bus()
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        let results = Shared<[BusError?]>([])
        let bad = (0..<20).compactMap { number in
            bus.connections.publish(
                AMQPMessage(conformance.message(number)), exchange: "\(prefix)nowhere",
                routingKey: ""
            ) { error in results.withLock { $0.append(error) } }
        }
        async let good: Void = conformance.publish(100..<200)
        bus.connections.publisher.submit(bad)
        try await good
        try await eventually("all bad ones are answered") { results.withLock(\.count) == 20 }
        #expect(results.withLock { $0.allSatisfy { $0?.code == .busNotThere } })
        #expect(try await conformance.receive(100, from: conformance.queue("a")).count == 100)
        await conformance.removeQueues(of: bus)
        await bus.close()
    }

    @Test("A full queue refuses, which is transient, and takes messages again when there is room")
    func fullQueue() async throws {
        let bus = try bus { $0.publishTimeout = .milliseconds(500) }
        let conformance = BusConformance(bus: bus, prefix: prefix)
        var queue = BusQueue(
            conformance.queue("a"), topic: conformance.topic,
            deadLetters: conformance.deadLetters("a"))
        queue.maxBytes = .init(2_000)
        _ = try await bus.declare(
            BusTopology(topics: [BusTopic(conformance.topic)], queues: [queue]))
        var taken = 0
        var refusal: BusError?
        while refusal == nil, taken < 200 {
            let message = conformance.message(taken, body: String(repeating: "x", count: 500))
            refusal = await bus.publish([message], to: conformance.topic, requiresQueue: true)[0]
            if refusal == nil { taken += 1 }
        }
        #expect(refusal?.code == .busRefused)
        #expect(refusal?.disposition == .transient(retryAfter: nil))
        _ = try await conformance.receive(taken, from: queue.name)
        try await eventually("there is room again") {
            await bus.publish(
                [conformance.message(1_000)], to: conformance.topic, requiresQueue: true) == [nil]
        }
        await conformance.removeQueues(of: bus)
        await bus.close()
    }

    @Test("Headers beyond what AMQP carries are refused before anything is sent")
    func badHeaders() async throws {
        let bus = try bus()
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        var nested = AMQPValue.text("x")
        for _ in 0..<40 { nested = .list([nested]) }
        #expect(throws: BusError.self) {
            _ = try AMQPTableCoding.size(of: [AMQPField("deep", nested)])
        }
        var long = conformance.message(1)
        long.headers = [BusHeader(String(repeating: "n", count: 256), 1)]
        var large = conformance.message(2)
        large.headers = [BusHeader("h", .string(String(repeating: "x", count: 130_000)))]
        var badID = conformance.message(3)
        badID.id = String(repeating: "i", count: 256)
        let results = await bus.publish(
            [long, large, badID, conformance.message(4)], to: conformance.topic,
            requiresQueue: true)
        #expect(
            results.map { $0?.code } == [
                .busUnreadableMessage, .busUnreadableMessage, .busUnreadableMessage, nil,
            ])
        await conformance.removeQueues(of: bus)
        await bus.close()
    }

    @Test("Headers nested beyond the bound do not reach a route, and do not stop the queue")
    func deepHeaders() async throws {
        let bus = try bus()
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        try await ask(bus) { [prefix] link, channel throws(AMQPFailure) in
            var nested = AMQPValue.text("x")
            for _ in 0..<5_000 { nested = .table([AMQPField("n", nested)]) }
            var message = AMQPMessage()
            message.headers = [AMQPField("deep", nested)]
            message.properties.deliveryMode = 2
            try link.publish(
                message, exchange: "crossdock.\(prefix)accounts", routingKey: "0",
                mandatory: false, on: channel)
        }
        try await conformance.publish(0..<1)
        let received = try await conformance.receive(1, from: conformance.queue("a"))
        #expect(received.map(\.id) == [conformance.message(0).id])
        #expect(problems.withLock { $0.contains { $0.code == .busUnreadableMessage } })
        try await eventually("the broker has it with the dead letters") {
            try await bus.backlog(of: conformance.deadLetters("a")).ready == 1
        }
        await conformance.removeQueues(of: bus)
        await bus.close()
    }

    @Test("A wrong password and an unknown virtual host are told at once, without the password")
    func wrongLogin() async throws {
        for change: @Sendable (inout BrokerSettings) -> Void in [
            { $0.address.password = .init("s3cret-wrong") },
            { $0.address.virtualHost = "no-such-host" },
        ] {
            let bus = try bus(change)
            await #expect {
                _ = try await bus.declare(BusTopology(topics: [BusTopic("t")]))
            } throws: { error in
                guard let error = error as? BusError else { return false }
                return error.code == .busLoginRefused && !error.description.contains("s3cret")
            }
            await bus.close()
        }
    }

    @Test("A second host of the address is used when the first does not answer")
    func failOver() async throws {
        let dead = try proxy()
        dead.close()
        let bus = try bus { settings in
            settings.address.hosts.insert(.init(name: "127.0.0.1", port: dead.port), at: 0)
        }
        let conformance = BusConformance(bus: bus, prefix: prefix)
        try await conformance.declare("a")
        try await conformance.publish(0..<3)
        await conformance.removeQueues(of: bus)
        await bus.close()
    }

    @Test("Ordered work is spread over partitions and stays in order")
    func partitions() async throws {
        let bus = try bus()
        let conformance = BusConformance(bus: bus, prefix: prefix)
        let queue = BusQueue(
            conformance.queue("a"), topic: conformance.topic, partitions: 4,
            deadLetters: conformance.deadLetters("a"))
        _ = try await bus.declare(
            BusTopology(topics: [BusTopic(conformance.topic, partitions: 4)], queues: [queue]))
        try await conformance.publish(0..<200) { "key-\($0 % 13)" }
        let subscription = try await bus.subscribe(to: queue.name, prefetch: 40)
        let orders = Shared<[String: [Int]]>([:])
        try await subscription.work(limit: 20) { delivery in
            let number = delivery.payload[header: "number"]?.number?.int ?? -1
            await Task.yield()
            let count = orders.withLock { orders in
                orders[delivery.payload.orderKey ?? "", default: []].append(number)
                return orders.values.reduce(0) { $0 + $1.count }
            }
            subscription.settle(delivery, .accept)
            if count == 200 { subscription.stop() }
        }
        await subscription.cancel()
        for (_, numbers) in orders.withLock({ $0 }) { #expect(numbers == numbers.sorted()) }
        #expect(orders.withLock(\.count) == 13)
        await conformance.removeQueues(of: bus)
        for partition in queue.partitionNames {
            try? await ask(bus) { link, channel throws(AMQPFailure) in
                try link.deleteQueue(partition, on: channel)
            }
        }
        await bus.close()
    }
}
