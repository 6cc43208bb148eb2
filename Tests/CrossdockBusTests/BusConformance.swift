internal import CrossdockCore
internal import CrossdockData
internal import Synchronization
internal import Testing

@testable internal import CrossdockBus

/// What every bus must do. Each test makes a bus of its own kind and runs one of these on it.
struct BusConformance {
    let bus: any BusTransport
    /// Makes names unique where buses share a broker.
    let prefix: String

    var topic: String { "\(prefix)accounts" }
    func queue(_ consumer: String) -> String {
        BusName.queue(topic: topic, consumer: "\(prefix)\(consumer)")
    }
    func deadLetters(_ consumer: String) -> String {
        BusName.deadLetters(of: "\(prefix)\(consumer)")
    }

    func declare(_ consumers: String...) async throws {
        _ = try await bus.declare(
            BusTopology(
                topics: [BusTopic(topic)],
                queues: consumers.map {
                    BusQueue(queue($0), topic: topic, deadLetters: deadLetters($0))
                }))
    }

    func message(_ number: Int, key: String? = nil, body: String? = nil) -> BusMessage {
        BusMessage(
            id: "\(prefix)\(number)", orderKey: key,
            time: Instant(millisecondsSince1970: 1_760_000_000_000),
            contentType: "application/json",
            headers: [BusHeader("number", .integer(number))],
            body: Array((body ?? #"{"n":\#(number)}"#).utf8))
    }

    func publish(_ numbers: Range<Int>, key: (Int) -> String? = { _ in nil }) async throws {
        let results = await bus.publish(
            numbers.map { message($0, key: key($0)) }, to: topic, requiresQueue: true)
        for error in results { if let error { throw error } }
    }

    /// Receives `count` messages and accepts them.
    func receive(
        _ count: Int, from queue: String, prefetch: Int = 100
    ) async throws -> [BusMessage] {
        let subscription = try await bus.subscribe(to: queue, prefetch: prefetch)
        var messages: [BusMessage] = []
        while messages.count < count, let delivery = try await subscription.next() {
            messages.append(delivery.payload)
            subscription.settle(delivery, .accept)
        }
        await subscription.cancel()
        return messages
    }

    func expectEmpty(_ queue: String) async throws {
        try await eventually("'\(queue)' is empty") { try await bus.backlog(of: queue).isEmpty }
    }

    /// Leaves nothing behind in a broker that others use too.
    func removeQueues(of bus: RabbitMQBus) async {
        let queues = bus.state.withLock { Array($0.queues.keys) + Array($0.retryQueues) }
        for name in queues {
            try? await bus.connections.publishing.ask { link throws(AMQPFailure) in
                try link.onScratchChannel { channel throws(AMQPFailure) in
                    try link.deleteQueue(name, on: channel)
                }
            }
        }
    }

    // MARK: The promises

    func keepsEverything() async throws {
        try await declare("a")
        var sent = message(1, key: "salesforce/Account/1", body: #"{"Name":"Ünïcode ☃"}"#)
        sent.headers = [
            BusHeader("text", "Grüße"), BusHeader("empty", ""), BusHeader("yes", true),
            BusHeader("no", false), BusHeader("count", .integer(42)),
            BusHeader("big", .integer(.max)), BusHeader("small", .integer(.min)),
            BusHeader("price", .number(JSONNumber(unchecked: "12.50"))),
            BusHeader("none", .null), BusHeader("list", ["a", 1, [true]]),
            BusHeader("map", ["k": ["n": 1]]),
        ]
        try await bus.publish(sent, to: topic)
        let received = try await receive(1, from: queue("a"))
        #expect(received == [sent])
        try await expectEmpty(queue("a"))
    }

    func everyQueueGetsEverything() async throws {
        try await declare("a", "b")
        try await publish(0..<50)
        for consumer in ["a", "b"] {
            let received = try await receive(50, from: queue(consumer))
            #expect(received.map(\.id) == (0..<50).map { message($0).id })
        }
    }

    func refusesWhatNobodyHears() async throws {
        _ = try await bus.declare(BusTopology(topics: [BusTopic(topic)]))
        let results = await bus.publish([message(1)], to: topic, requiresQueue: true)
        #expect(results.map { $0?.code } == [.busTopicUnheard])
        let dropped = await bus.publish([message(2)], to: topic, requiresQueue: false)
        #expect(dropped == [nil])
    }

    func deliversAgainWhatIsGivenBack() async throws {
        try await declare("a")
        try await publish(0..<1)
        let subscription = try await bus.subscribe(to: queue("a"), prefetch: 10)
        let first = try #require(try await subscription.next())
        subscription.settle(first, .giveBack)
        let second = try #require(try await subscription.next())
        #expect(second.payload.id == first.payload.id)
        subscription.settle(second, .accept)
        await subscription.cancel()
        try await expectEmpty(queue("a"))
    }

    func givesBackWhatACancelledConsumerHad() async throws {
        try await declare("a")
        try await publish(0..<20)
        let subscription = try await bus.subscribe(to: queue("a"), prefetch: 20)
        let taken = try #require(try await subscription.next())
        subscription.settle(taken, .accept)
        await subscription.cancel()
        let rest = try await receive(19, from: queue("a"))
        #expect(Set(rest.map(\.id)) == Set((1..<20).map { message($0).id }))
        try await expectEmpty(queue("a"))
    }

    func retriesLater() async throws {
        try await declare("a")
        try await publish(0..<1)
        let clock = ContinuousClock()
        let subscription = try await bus.subscribe(to: queue("a"), prefetch: 10)
        let first = try #require(try await subscription.next())
        #expect(first.earlierDeliveries == 0)
        let settled = clock.now
        subscription.settle(first, .retry(after: .milliseconds(300)))
        let second = try #require(try await subscription.next())
        #expect(clock.now - settled >= .milliseconds(250))
        #expect(second.earlierDeliveries == 1)
        #expect(second.payload == first.payload)
        subscription.settle(second, .accept)
        await subscription.cancel()
        try await expectEmpty(queue("a"))
    }

    func putsWithTheDeadLetters() async throws {
        try await declare("a")
        try await publish(0..<3)
        let subscription = try await bus.subscribe(to: queue("a"), prefetch: 10)
        for _ in 0..<3 {
            let delivery = try #require(try await subscription.next())
            let isBad = delivery.payload.id == message(1).id
            subscription.settle(
                delivery,
                isBad
                    ? .deadLetter(
                        DeadLetterReason(code: "CD2101", message: "no such field", route: "r"))
                    : .accept)
        }
        await subscription.cancel()
        try await expectEmpty(queue("a"))
        let letters = try await receive(1, from: deadLetters("a"))
        let letter = try #require(letters.first)
        #expect(letter.id == message(1).id)
        #expect(letter.body == message(1).body)
        #expect(letter[header: "number"] == 1)
        #expect(letter[header: DeadLetterHeader.code] == "CD2101")
        #expect(letter[header: DeadLetterHeader.reason] == "no such field")
        #expect(letter[header: DeadLetterHeader.route] == "r")
        #expect(letter[header: DeadLetterHeader.topic] == .string(topic))
        #expect(letter[header: DeadLetterHeader.queue] == .string(queue("a")))
        try await expectEmpty(deadLetters("a"))
    }

    func neverExceedsPrefetch() async throws {
        try await declare("a")
        try await publish(0..<30)
        let subscription = try await bus.subscribe(to: queue("a"), prefetch: 7)
        var held: [BusSubscription.Delivered] = []
        while held.count < 7 { held.append(try #require(try await subscription.next())) }
        try await eventually("7 messages are unsettled") {
            try await bus.backlog(of: queue("a")).ready == 23
        }
        for delivery in held { subscription.settle(delivery, .accept) }
        for _ in 7..<30 {
            let delivery = try #require(try await subscription.next())
            subscription.settle(delivery, .accept)
        }
        await subscription.cancel()
        try await expectEmpty(queue("a"))
    }

    func sharesWorkAmongConsumers() async throws {
        try await declare("a")
        let seen = Shared<[String: Int]>([:])
        let perConsumer = Shared<[Int]>([0, 0])
        let subscriptions = [
            try await bus.subscribe(to: queue("a"), prefetch: 5),
            try await bus.subscribe(to: queue("a"), prefetch: 5),
        ]
        try await publish(0..<400)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, subscription) in subscriptions.enumerated() {
                group.addTask {
                    try await subscription.work(limit: 5) { delivery in
                        await Task.yield()
                        perConsumer.withLock { $0[index] += 1 }
                        let count = seen.withLock { seen in
                            seen[delivery.payload.id, default: 0] += 1
                            return seen.count
                        }
                        subscription.settle(delivery, .accept)
                        if count == 400 { for other in subscriptions { other.stop() } }
                    }
                }
            }
            try await group.waitForAll()
        }
        for subscription in subscriptions { await subscription.cancel() }
        #expect(seen.withLock { $0.count } == 400)
        #expect(seen.withLock { $0.values.allSatisfy { $0 == 1 } })
        #expect(perConsumer.withLock { $0.allSatisfy { $0 > 0 } })
    }

    func handlesAKeyInOrderAndOneAtATime() async throws {
        try await declare("a")
        try await publish(0..<300) { "key-\($0 % 7)" }
        struct Record {
            var underWay: Set<String> = []
            var overlaps = 0
            var orders: [String: [String]] = [:]
            var count = 0
        }
        let record = Shared(Record())
        let subscription = try await bus.subscribe(to: queue("a"), prefetch: 100)
        try await subscription.work(limit: 50) { delivery in
            let key = delivery.payload.orderKey ?? ""
            record.withLock { record in
                if !record.underWay.insert(key).inserted { record.overlaps += 1 }
                record.orders[key, default: []].append(delivery.payload.id)
            }
            await Task.yield()
            let count = record.withLock { record in
                record.underWay.remove(key)
                record.count += 1
                return record.count
            }
            subscription.settle(delivery, .accept)
            if count == 300 { subscription.stop() }
        }
        await subscription.cancel()
        #expect(record.withLock(\.overlaps) == 0)
        for key in 0..<7 {
            let expected = (0..<300).filter { $0 % 7 == key }.map { message($0).id }
            #expect(record.withLock { $0.orders["key-\(key)"] } == expected)
        }
        try await expectEmpty(queue("a"))
    }

    func takesLargeMessages() async throws {
        try await declare("a")
        let body = String(repeating: "0123456789abcdef", count: 1 << 16)
        try await bus.publish(message(1, body: body), to: topic)
        try await bus.publish(message(2, body: ""), to: topic)
        let received = try await receive(2, from: queue("a"))
        #expect(received.map(\.body.count) == [1 << 20, 0])
        #expect(received.first?.body == Array(body.utf8))
    }

    func declaresTwice() async throws {
        try await declare("a")
        try await publish(0..<5)
        try await declare("a")
        #expect(try await receive(5, from: queue("a")).count == 5)
    }

    func refusesBadNames() async throws {
        for name in ["", "a\u{0}b", String(repeating: "x", count: 201), "amq.x", "line\nbreak"] {
            await #expect {
                _ = try await bus.declare(BusTopology(topics: [BusTopic(name)]))
            } throws: {
                ($0 as? BusError)?.code == .busName
            }
        }
    }

    func manySendersAtOnce() async throws {
        try await declare("a")
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<50 {
                group.addTask {
                    for number in 0..<20 {
                        let error = await bus.publish(
                            [message(sender * 20 + number, key: "s\(sender)")], to: topic,
                            requiresQueue: true)
                        #expect(error == [nil])
                    }
                }
            }
        }
        let received = try await receive(1_000, from: queue("a"), prefetch: 1_000)
        #expect(Set(received.map(\.id)).count == 1_000)
        let bySender = Dictionary(grouping: received, by: \.orderKey)
        for messages in bySender.values {
            let numbers = messages.compactMap { $0[header: "number"]?.number?.int }
            #expect(numbers == numbers.sorted())
        }
    }
}

/// A value that tasks change in turn.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    @discardableResult
    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { value in
            var copy = value
            let result = body(&copy)
            value = copy
            return Box(result)
        }.result
    }

    private struct Box<Result>: @unchecked Sendable {
        let result: Result
        init(_ result: Result) { self.result = result }
    }
}

/// Waits until a condition holds; fails after ten seconds.
func eventually(
    _ what: String, within limit: Duration = .seconds(10),
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while clock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("it did not come true that \(what)", sourceLocation: sourceLocation)
}
