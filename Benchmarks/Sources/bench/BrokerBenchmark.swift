internal import CrossdockBus
internal import CrossdockSettings
internal import Glibc

/// A quorum queue of a RabbitMQ broker: our door against a C client on the same library.
enum BrokerBenchmark {
    private static let window = 1_000

    static func run(_ surroundings: Surroundings) async throws -> [Line] {
        guard
            let url = Surroundings.environment("CROSSDOCK_BENCH_AMQP")
                ?? Surroundings.environment("CROSSDOCK_TEST_AMQP")
        else { throw Skip("CROSSDOCK_BENCH_AMQP names no broker") }
        let address = try BrokerAddress(url)
        let client = try Client(address)
        let bus = try RabbitMQBus(BrokerSettings(address: address))
        let count = 50_000
        let load = BusLoad(
            bus: bus, bodies: AccountRecords.records(1_000), count: count, senders: window)
        try await load.declare()
        var figures = (
            sent: [Double](), received: [Double](), sentInC: [Double](), receivedInC: [Double]()
        )
        for round in 0...surroundings.repetitions(5) {
            // Who goes first changes from round to round: the broker warms up for whoever is second.
            let sentInC = round.isMultiple(of: 2) ? try client.publish(count) : nil
            let sent = try await load.send()
            let sentAfter = try sentInC ?? client.publish(count)
            let receivedInC = round.isMultiple(of: 2) ? try client.consume(count) : nil
            let received = try await load.receive(prefetch: window)
            let receivedAfter = try receivedInC ?? client.consume(count)
            guard round > 0 else { continue }
            figures.sent.append(sent)
            figures.sentInC.append(sentAfter)
            figures.received.append(received)
            figures.receivedInC.append(receivedAfter)
        }
        client.delete()
        await bus.close()
        return [
            Line(
                name: "publish + confirm, quorum queue", unit: "msg/s", ours: Series(figures.sent),
                reference: ("C client, window 1,000", Series(figures.sentInC)),
                target: .ratioAtLeast(0.95)),
            Line(
                name: "consume + ack, prefetch 1,000", unit: "msg/s",
                ours: Series(figures.received),
                reference: ("C client, prefetch 1,000", Series(figures.receivedInC)),
                target: .ratioAtLeast(0.9)),
        ]
    }

    /// `amqp-reference`, which stands beside this program.
    private struct Client {
        let command: [String]

        init(_ address: BrokerAddress) throws {
            guard !address.isSecure, let host = address.hosts.first else {
                throw Skip("the C client speaks plain AMQP only")
            }
            command = [
                try Child.beside("amqp-reference"), host.name, String(host.port),
                "crossdock.bench.reference",
            ]
        }

        func publish(_ count: Int) throws -> Double {
            try rate(["publish", String(count), "1024", String(window)])
        }

        func consume(_ count: Int) throws -> Double {
            try rate(["consume", String(count), String(window)])
        }

        func delete() { Child.run(command + ["delete"]) }

        private func rate(_ arguments: [String]) throws -> Double {
            let text = try Child.output(command + arguments)
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, let rate = Double(words[1]) else {
                throw Trouble("amqp-reference says '\(text)'")
            }
            return rate
        }
    }
}
