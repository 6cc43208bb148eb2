internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Testing

@testable internal import CrossdockBus

@Suite("RabbitMQ: component", .liveBroker)
struct RabbitMQComponentTests {
    /// Keeps parked messages; everything else of a store is not asked of it.
    private final class Parking: DeadLetters, Sendable {
        let letters = Shared<[DeadLetter]>([])

        func park(_ letters: [DeadLetter]) async throws {
            self.letters.withLock { $0 += letters }
        }
        func deadLetters(
            route: String?, after id: Int64, limit: Int
        ) async throws -> [DeadLetter] { letters.withLock { $0 } }
        func deadLetterCount(route: String?) async throws -> Int { letters.withLock(\.count) }
        func discard(_ ids: [Int64]) async throws {}
    }

    private struct Refused: Classified {
        var code: DiagnosticCode { .stepFailed }
        var message: String { "no such customer" }
    }

    private let name = LiveBroker.prefix()
    private let parking = Parking()
    private let services: RabbitMQServices
    private let component: RabbitMQComponent

    init() throws {
        services = RabbitMQServices(
            brokers: ["rabbitmq": try LiveBroker.settings()], parking: parking)
        component = RabbitMQComponent(services)
    }

    private func consumer(_ address: String) async throws -> RouteHarness {
        let endpoint = try component.endpoint(at: EndpointAddress(address))
        let route = try RouteHarness("r", from: endpoint)
        try await route.consumer.prepare()
        return route
    }

    private func sender(_ address: String) async throws -> SendHarness {
        let sender = try SendHarness(
            "s", to: try component.endpoint(at: EndpointAddress(address)))
        try await sender.producer.prepare()
        return sender
    }

    private func end(_ queues: String...) async throws {
        let connections = try services.connection("rabbitmq")
        for queue in queues {
            try? await connections.publishing.ask { link throws(AMQPFailure) in
                try link.onScratchChannel { channel throws(AMQPFailure) in
                    try link.deleteQueue(queue, on: channel)
                }
            }
        }
        await services.close()
    }

    @Test("What is missing is declared, messages go through with headers and properties")
    func roundTrip() async throws {
        let route = try await consumer(
            "spring-rabbitmq:\(name)x?queues=\(name)q&routingKey=k&arg.queue.x-max-priority=5")
        let sender = try await sender("rabbitmq:\(name)x?routingKey=k")
        route.start()
        var exchange = Exchange(Message(.text("Grüße")))
        exchange.message.headers["X-Text"] = "a"
        exchange.message.headers["X-Number"] = 7
        exchange.message.headers["X-List"] = ["a", true]
        exchange.message[header: "CamelSpringRabbitmqType"] = "greeting"
        exchange.message[header: "CamelSpringRabbitmqMessageId"] = "id-1"
        exchange.message[header: "CamelSpringRabbitmqPriority"] = 3
        exchange.message[header: "CamelSpringRabbitmqTimestamp"] = "2026-01-02T03:04:05Z"
        exchange.message[header: "CamelFileName"] = "not sent"
        try await sender.send(exchange)
        try await eventually("it arrives") { route.received.count == 1 }
        try await route.stop()
        let message = try #require(route.received.first).message
        #expect(message.body.text == "Grüße")
        #expect(message.headers["x-text"] == "a")
        #expect(message.headers["x-number"] == 7)
        #expect(message.headers["x-list"] == ["a", true])
        #expect(message[header: "CamelSpringRabbitmqType"] == "greeting")
        #expect(message[header: "CamelSpringRabbitmqMessageId"] == "id-1")
        #expect(message[header: "CamelSpringRabbitmqPriority"] == 3)
        #expect(message[header: "CamelSpringRabbitmqTimestamp"] == "2026-01-02T03:04:05.000Z")
        #expect(message[header: "CamelSpringRabbitmqRoutingKey"] == "k")
        #expect(message[header: "CamelSpringRabbitmqExchangeName"] == .string("\(name)x"))
        #expect(message[header: "CamelSpringRabbitmqDeliveryMode"] == "PERSISTENT")
        #expect(message[header: "CamelFileName"] == nil)
        try await end("\(name)q")
    }

    @Test("A failing message is tried again in place, then parked with a warning, not destroyed")
    func parks() async throws {
        let route = try await consumer(
            "rabbitmq:default?queues=\(name)q&maximumRetryAttempts=3&retryDelay=10")
        let sender = try await sender("rabbitmq:default?routingKey=\(name)q")
        route.start { .failed($0, Refused()) }
        try await sender.send("bad")
        try await eventually("it is parked") { parking.letters.withLock(\.count) == 1 }
        try await route.stop()
        #expect(route.received.count == 3)
        let letter = try #require(parking.letters.withLock(\.first))
        #expect(String(decoding: letter.body, as: UTF8.self) == "bad")
        #expect(letter.code == "CD1120")
        #expect(letter.route == "r")
        try await end("\(name)q")
    }

    @Test("With a dead-letter exchange the broker keeps what fails")
    func deadLetterExchange() async throws {
        let route = try await consumer(
            """
            rabbitmq:\(name)x?queues=\(name)q&routingKey=k&maximumRetryAttempts=1\
            &deadLetterExchange=\(name)dlx&deadLetterQueue=\(name)dlq&deadLetterRoutingKey=dead
            """)
        let sender = try await sender("rabbitmq:\(name)x?routingKey=k")
        route.start { .failed($0, Refused()) }
        try await sender.send("bad")
        let letters = try await consumer("rabbitmq:default?queues=\(name)dlq")
        letters.start()
        try await eventually("it is with the dead letters") { letters.bodies == ["bad"] }
        try await route.stop()
        try await letters.stop()
        #expect(parking.letters.withLock(\.isEmpty))
        try await end("\(name)q", "\(name)dlq")
    }

    @Test("An exchange that wants a reply gets it")
    func requestReply() async throws {
        let route = try await consumer("rabbitmq:\(name)x?queues=\(name)q&routingKey=k")
        let sender = try await sender("rabbitmq:\(name)x?routingKey=k")
        route.start { exchange in
            var reply = exchange
            reply.message.body = .text("Hello " + (exchange.message.body.text ?? ""))
            return .completed(reply)
        }
        let replies = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await sender.send(Exchange(Message(.text("\(number)")), pattern: .inOut))
                        .message.body.text
                }
            }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(replies == Set((0..<20).map { "Hello \($0)" }))
        #expect(route.received.allSatisfy { $0.pattern == .inOut })
        try await route.stop()
        try await end("\(name)q")
    }

    @Test("No reply in time, and nobody to ask, are told apart")
    func noReply() async throws {
        let route = try await consumer("rabbitmq:\(name)x?queues=\(name)q&routingKey=k")
        let silent = try await sender("rabbitmq:\(name)x?routingKey=k&replyTimeout=100")
        let nobody = try await sender("rabbitmq:\(name)x?routingKey=other")
        await #expect {
            try await silent.send(Exchange(Message(.text("?")), pattern: .inOut))
        } throws: {
            ($0 as? BusError)?.code == .busOutcomeUnknown
        }
        await #expect {
            try await nobody.send(Exchange(Message(.text("?")), pattern: .inOut))
        } throws: {
            ($0 as? BusError)?.code == .busTopicUnheard
        }
        _ = route
        try await end("\(name)q")
    }

    @Test("Control values override exchange and routing key, once")
    func overrides() async throws {
        let route = try await consumer("rabbitmq:\(name)x?queues=\(name)q&routingKey=k")
        let sender = try await sender("rabbitmq:dummy?routingKey=none")
        route.start()
        var exchange = Exchange(Message(.text("x")))
        exchange.message[header: "CamelSpringRabbitmqExchangeOverrideName"] = .string("\(name)x")
        exchange.message[header: "CamelSpringRabbitmqRoutingOverrideKey"] = "k"
        let sent = try await sender.send(exchange)
        #expect(sent.message.control.isEmpty)
        try await eventually("it arrives") { route.bodies == ["x"] }
        // Without them the endpoint's own exchange is meant, and there is none.
        await #expect {
            try await sender.send("y")
        } throws: {
            ($0 as? BusError)?.code == .busNotThere
        }
        try await route.stop()
        try await end("\(name)q")
    }

    @Test("A message that no queue gets is an error, not a success")
    func unroutable() async throws {
        let route = try await consumer("rabbitmq:\(name)x?queues=\(name)q&routingKey=k")
        let sender = try await sender("rabbitmq:\(name)x?routingKey=other")
        await #expect {
            try await sender.send("x")
        } throws: {
            ($0 as? BusError)?.code == .busTopicUnheard
        }
        _ = route
        try await end("\(name)q")
    }

    @Test("An empty body needs allowNullBody")
    func nullBody() async throws {
        let route = try await consumer("rabbitmq:default?queues=\(name)q")
        let strict = try await sender("rabbitmq:default?routingKey=\(name)q")
        await #expect(throws: RouteError.self) { try await strict.send(Exchange(Message())) }
        let lenient = try await sender("rabbitmq:default?routingKey=\(name)q&allowNullBody=true")
        try await lenient.send(Exchange(Message()))
        route.start()
        try await eventually("it arrives") { route.received.count == 1 }
        try await route.stop()
        try await end("\(name)q")
    }

    @Test(
        "A queue that exists is used as it is, one that is missing is an error without autoDeclare")
    func existing() async throws {
        let connections = try services.connection("rabbitmq")
        let queue = "\(name)q"
        try await connections.publishing.ask { link throws(AMQPFailure) in
            try link.onScratchChannel { channel throws(AMQPFailure) in
                try link.declareQueue(
                    queue, arguments: [AMQPField("x-queue-type", .text("quorum"))], on: channel)
            }
        }
        let route = try await consumer("rabbitmq:default?queues=\(queue)")
        route.start()
        let sender = try await sender("rabbitmq:default?routingKey=\(queue)")
        try await sender.send("x")
        try await eventually("it arrives") { route.bodies == ["x"] }
        try await route.stop()
        let missing = try await consumer("rabbitmq:default?queues=\(name)gone&autoDeclare=false")
        missing.start()
        await #expect {
            try await missing.wait()
        } throws: {
            ($0 as? BusError)?.code == .busNotThere
        }
        try await end(queue)
    }
}

@Suite("RabbitMQ: addresses of endpoints")
struct RabbitMQAddressTests {
    @Test(
        "What cannot work is refused when the route is read",
        arguments: [
            ("rabbitmq:", DiagnosticCode.badAddress),
            ("rabbitmq:x?connection=other", .badAddress),
            ("rabbitmq:x?acknowledgeMode=MANUAL", .badAddress),
            ("rabbitmq:x?arg.nothing.x=1", .badAddress), ("rabbitmq:x?arg.queue.=1", .badAddress),
            ("rabbitmq:x?prefetchcount=5", .unknownSetting),
            ("rabbitmq:x?exchangeType=fan", .badSetting),
        ])
    func refuses(address: String, code: DiagnosticCode) throws {
        final class NoParking: DeadLetters, Sendable {
            func park(_ letters: [DeadLetter]) async throws {}
            func deadLetters(
                route: String?, after id: Int64, limit: Int
            ) async throws -> [DeadLetter] { [] }
            func deadLetterCount(route: String?) async throws -> Int { 0 }
            func discard(_ ids: [Int64]) async throws {}
        }
        let services = RabbitMQServices(
            brokers: ["rabbitmq": BrokerSettings(address: try BrokerAddress("amqp://localhost"))],
            parking: NoParking())
        #expect {
            _ = try RabbitMQComponent(services).endpoint(at: EndpointAddress(address))
        } throws: {
            ($0 as? DiagnosticsError)?.code == code
        }
    }

    @Test("Arguments are sorted by what they belong to, numbers and switches keep their kind")
    func arguments() throws {
        var parameters: [(name: String, value: String)] = [
            ("arg.queue.x-message-ttl", "60000"), ("arg.queue.durable", "false"),
            ("arg.exchange.alternate-exchange", "ae"), ("arg.dlq.queue.x-queue-type", "quorum"),
            ("queues", "a"), ("arg.queue.x-single-active-consumer", "true"),
        ]
        let arguments = try RabbitMQArguments(taking: &parameters, at: nil)
        #expect(parameters.map(\.name) == ["queues"])
        #expect(
            arguments[.queue] == [
                AMQPField("x-message-ttl", .integer(60_000)),
                AMQPField("x-single-active-consumer", .bool(true)),
            ])
        #expect(!arguments.flag("durable", of: .queue, otherwise: true))
        #expect(arguments[.exchange] == [AMQPField("alternate-exchange", .text("ae"))])
        #expect(arguments[.deadLetterQueue] == [AMQPField("x-queue-type", .text("quorum"))])
    }
}
