internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Testing

@testable internal import CrossdockBus

@Suite("The bus: component")
struct BusComponentTests {
    private let folder: TemporaryFolder
    private let services: BusServices
    private let component: BusComponent

    init() throws {
        folder = try TemporaryFolder()
        let bus = try BusConfiguration(folder: folder.path).open(
            onFatal: { Issue.record("fatal: \($0)") }, onProblem: { _ in })
        services = BusServices(bus: bus)
        component = BusComponent(services)
    }

    private func endpoint(_ address: String) throws -> any Endpoint {
        try component.endpoint(at: EndpointAddress(address))
    }

    private func consumer(_ id: String, _ address: String) async throws -> RouteHarness {
        let route = try RouteHarness(id, from: try endpoint(address))
        try await route.consumer.prepare()
        return route
    }

    private func sender(_ address: String, route: String = "sender") async throws -> SendHarness {
        let sender = try SendHarness(route, to: try endpoint(address))
        try await sender.producer.prepare()
        return sender
    }

    private func deadLetters(of route: String) async throws -> [BusMessage] {
        let queue = BusName.deadLetters(of: route)
        let count = try await services.bus.backlog(of: queue).ready
        return try await BusConformance(bus: services.bus, prefix: "").receive(count, from: queue)
    }

    private struct Refused: Classified {
        var code: DiagnosticCode { .stepFailed }
        var message: String { "no such customer" }
    }

    private func record(_ key: String, version: String = "1") -> RecordIdentity {
        RecordIdentity(system: "salesforce", object: "Account", key: key, version: version)
    }

    @Test("What a route sends to a topic comes out of every route that consumes it")
    func sendsToEveryRoute() async throws {
        let one = try await consumer("one", "bus:accounts")
        let two = try await consumer("two", "bus:accounts")
        let sender = try await sender("bus:accounts")
        one.start()
        two.start()
        for number in 0..<20 { try await sender.send("m\(number)") }
        for route in [one, two] {
            try await eventually("all arrive") { route.received.count == 20 }
            #expect(Set(route.bodies).count == 20)
            try await route.stop()
        }
        #expect(try await services.bus.backlog(of: "crossdock.accounts.one").isEmpty)
        await services.bus.close()
    }

    @Test("Routes of one group share the messages")
    func sharesInAGroup() async throws {
        let one = try await consumer("one", "bus:t?group=g")
        let two = try await consumer("two", "bus:t?group=g")
        let sender = try await sender("bus:t")
        one.start()
        two.start()
        for number in 0..<50 { try await sender.send("m\(number)") }
        try await eventually("all arrive") { one.received.count + two.received.count == 50 }
        #expect(Set(one.bodies + two.bodies).count == 50)
        try await one.stop()
        try await two.stop()
        await services.bus.close()
    }

    @Test(
        "A message keeps its record, its headers and its control values, and gains none from outside"
    )
    func envelope() async throws {
        let route = try await consumer("r", "bus:t")
        let sender = try await sender("bus:t")
        var exchange = Exchange(
            Message(.bytes(Array(#"{"Id":"1"}"#.utf8))), record: record("001", version: "v7"))
        exchange.message.headers["X-Count"] = 5
        exchange.message.headers["Content-Type"] = "application/json"
        exchange.message[header: ControlName.modifiedAt] = "2026-01-02T03:04:05.678Z"
        exchange.message[header: "CamelFileName"] = "secret"
        try await sender.send(exchange)
        // Somebody with access to the bus puts control names into the headers.
        let hostile = BusMessage(
            id: "h", time: Instant(millisecondsSince1970: 0),
            headers: [
                BusHeader("CamelHttpUri", "http://evil"), BusHeader("camelX", 1),
                BusHeader("CrossdockKey", "x"), BusHeader("bad name", 1), BusHeader("ok", 1),
            ], body: [])
        try await services.bus.publish(hostile, to: "t")
        route.start()
        try await eventually("both arrive") { route.received.count == 2 }
        try await route.stop()

        let first = try #require(route.received.first { $0.record != nil })
        #expect(first.record == record("001", version: "v7"))
        #expect(first.message.body.text == #"{"Id":"1"}"#)
        #expect(first.message.headers["x-count"] == 5)
        #expect(first.message.headers["content-type"] == "application/json")
        #expect(first.message.control[ControlName.modifiedAt] == "2026-01-02T03:04:05.678Z")
        #expect(first.message.control[ControlName.key] == "001")
        #expect(first.message.control[ControlName.object] == "Account")
        #expect(first.message.control[ControlName.operation] == "upsert")
        #expect(first.message[header: "CamelFileName"] == nil)

        let second = try #require(route.received.first { $0.record == nil })
        #expect(second.message.headers.map(\.name) == ["ok"])
        #expect(second.message.control.map(\.name) == ["CrossdockMessageID"])
        await services.bus.close()
    }

    @Test(
        "On the bus a message has CloudEvents attributes, and the same id however often it is sent")
    func cloudEvents() async throws {
        let options = BusOptions()
        let now = Instant(millisecondsSince1970: 1_760_000_000_000)
        func message(_ exchange: Exchange, route: String = "r") -> BusMessage {
            BusEnvelope.message(exchange, topic: "t", route: route, orderedBy: options, at: now)
        }
        let exchange = Exchange(Message(.text("x")), record: record("001"))
        let sent = message(exchange)
        let again = Exchange(Message(.text("x")), record: record("001"))
        #expect(sent.id == message(again).id)
        #expect(sent.id.count == 64)
        #expect(sent.id != message(again, route: "other").id)
        #expect(sent.id != message(Exchange(Message(.text("y")), record: record("001"))).id)
        #expect(sent.id != message(Exchange(Message(.text("x")), record: record("002"))).id)
        #expect(sent.orderKey == "salesforce/Account/001")
        let attributes = Dictionary(
            uniqueKeysWithValues: sent.headers.map { ($0.name, $0.value.string ?? "") })
        #expect(attributes["cloudEvents_specversion"] == "1.0")
        #expect(attributes["cloudEvents_id"] == sent.id)
        #expect(attributes["cloudEvents_source"] == "salesforce")
        #expect(attributes["cloudEvents_type"] == "crossdock.salesforce.Account.updated.v1")
        #expect(attributes["cloudEvents_subject"] == "001")
        #expect(attributes["cloudEvents_time"] == "2025-10-09T08:53:20.000Z")
        #expect(attributes["cloudEvents_recordkey"] == "001")
        let nameless = Exchange(Message(.text("x")))
        #expect(message(nameless).id == nameless.id.description)
        #expect(message(nameless).orderKey == nil)
    }

    @Test("A failed exchange becomes a dead letter with the reason beside it")
    func deadLetter() async throws {
        let route = try await consumer("r", "bus:t")
        let sender = try await sender("bus:t")
        route.start { exchange in
            exchange.message.body.text == "bad"
                ? .failed(exchange, Refused()) : .completed(exchange)
        }
        for text in ["good", "bad", "fine"] { try await sender.send(text) }
        try await eventually("all are through") {
            try await services.bus.backlog(of: "crossdock.t.r").isEmpty
        }
        try await route.stop()
        let letters = try await deadLetters(of: "r")
        #expect(letters.map { String(decoding: $0.body, as: UTF8.self) } == ["bad"])
        #expect(letters.first?[header: DeadLetterHeader.code] == "CD1120")
        #expect(letters.first?[header: DeadLetterHeader.reason] == "no such customer")
        #expect(letters.first?[header: DeadLetterHeader.route] == "r")
        await services.bus.close()
    }

    @Test("With redeliveries a failed exchange comes again before it is a dead letter")
    func redeliveries() async throws {
        let route = try await consumer("r", "bus:t?redeliveries=2&redeliveryDelay=20ms")
        let sender = try await sender("bus:t")
        route.start { .failed($0, Refused()) }
        try await sender.send("bad")
        try await eventually("it is a dead letter") {
            try await services.bus.backlog(of: BusName.deadLetters(of: "r")).ready == 1
        }
        try await route.stop()
        #expect(route.received.count == 3)
        await services.bus.close()
    }

    @Test("What is under way at a stop is finished, what is interrupted comes again")
    func stop() async throws {
        var route = try await consumer("r", "bus:t")
        let sender = try await sender("bus:t")
        let (gate, isUnderWay) = (StopSignal(), StopSignal())
        route.start { exchange in
            if exchange.message.body.text == "first" {
                isUnderWay.request()
                await gate.wait()
                return .completed(exchange)
            }
            return .interrupted
        }
        try await sender.send("first")
        await isUnderWay.wait()
        route.context.stop.request()
        try await sender.send("second")
        gate.request()
        try await route.stop()
        #expect(route.bodies == ["first"])
        route = try await consumer("r", "bus:t")
        route.start()
        try await eventually("the other comes") { route.bodies == ["second"] }
        try await route.stop()
        #expect(try await services.bus.backlog(of: "crossdock.t.r").isEmpty)
        await services.bus.close()
    }

    @Test("Where the state store failed nothing is acknowledged")
    func stateError() async throws {
        let route = try await consumer("r", "bus:t")
        let sender = try await sender("bus:t")
        route.start { .failed($0, StateError("disk full")) }
        try await sender.send("x")
        try await eventually("it was tried") { route.received.count == 1 }
        try await route.stop()
        let backlog = try await services.bus.backlog(of: "crossdock.t.r")
        #expect(backlog.ready == 1)
        #expect(try await services.bus.backlog(of: BusName.deadLetters(of: "r")).isEmpty)
        await services.bus.close()
    }

    @Test("No more exchanges are under way than maxInFlight, and none with the same key")
    func maxInFlight() async throws {
        let route = try await consumer("r", "bus:t?maxInFlight=4&orderedBy=header.K")
        let sender = try await sender("bus:t?orderedBy=header.K")
        struct Seen {
            var keys: Set<String> = []
            var most = 0
            var clashes = 0
        }
        let seen = Shared(Seen())
        route.start { exchange in
            let key = exchange.message.headers["K"]?.string ?? ""
            seen.withLock { seen in
                if !seen.keys.insert(key).inserted { seen.clashes += 1 }
                seen.most = max(seen.most, seen.keys.count)
            }
            for _ in 0..<5 { await Task.yield() }
            seen.withLock { _ = $0.keys.remove(key) }
            return .completed(exchange)
        }
        for number in 0..<100 {
            var exchange = Exchange(Message(.text("m\(number)")))
            exchange.message.headers["K"] = .string("k\(number % 10)")
            try await sender.send(exchange)
        }
        try await eventually("all are through") { route.received.count == 100 }
        try await route.stop()
        #expect(seen.withLock { $0.clashes } == 0)
        #expect(seen.withLock { $0.most } <= 4)
        await services.bus.close()
    }

    @Test("A topic that nobody consumes keeps its sender from starting, unless it may")
    func unheard() async throws {
        let sender = try SendHarness("s", to: try endpoint("bus:nobody"))
        await #expect {
            try await sender.producer.prepare()
        } throws: {
            ($0 as? DiagnosticsError)?.code == .busTopicUnheard
        }
        let careless = try await self.sender("bus:nobody?requireConsumer=false")
        try await careless.send("dropped")
        await services.bus.close()
    }

    @Test("The source is drained when its queue is empty and nothing is under way")
    func drained() async throws {
        let route = try await consumer("r", "bus:t")
        let sender = try await sender("bus:t")
        let gate = StopSignal()
        try await sender.send("x")
        route.start { exchange in
            await gate.wait()
            return .completed(exchange)
        }
        try await eventually("it is under way") { route.received.count == 1 }
        #expect(!route.context.source.isDrained)
        gate.request()
        try await eventually("it is drained") { route.context.source.isDrained }
        #expect(route.context.source.received == 1)
        try await route.stop()
        await services.bus.close()
    }

    @Test(
        "Addresses that cannot work are refused with the place",
        arguments: [
            ("bus:", DiagnosticCode.busName), ("bus:t?partition=2", .unknownSetting),
            ("bus:t?maxInFlight=0", .badSetting), ("bus:a%0Ab", .busName),
        ])
    func refuses(address: String, code: DiagnosticCode) {
        #expect {
            _ = try endpoint(address.replacing("%0A", with: "\n"))
        } throws: {
            ($0 as? DiagnosticsError)?.code == code
        }
    }

    @Test("Endpoints of one topic must agree on its partitions")
    func partitions() throws {
        _ = try endpoint("bus:t?partitions=4")
        #expect {
            _ = try endpoint("bus:t")
        } throws: {
            ($0 as? DiagnosticsError)?.code == .busTopologyDiffers
        }
    }
}
