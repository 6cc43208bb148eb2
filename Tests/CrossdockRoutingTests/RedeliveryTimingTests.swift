import CrossdockCore
import CrossdockTesting
import Testing

@Suite("When a failed step is repeated")
struct RedeliveryTimingTests {
    private static func hub(_ policy: String) async throws -> TestHub {
        try await TestHub(
            route: """
                - errorHandler:
                    deadLetterChannel:
                      deadLetterUri: mock:dead
                      redeliveryPolicy: { \(policy) }
                - from: { uri: direct:in, steps: [ { to: direct:fails } ] }
                - route:
                    errorHandler: { noErrorHandler: {} }
                    from:
                      uri: direct:fails
                      steps:
                        - to: mock:tries
                        - throwException: { exceptionType: java.io.IOException, message: no }
                """)
    }

    @Test(
        "Attempts come when the policy says",
        arguments: [
            ("maximumRedeliveries: 3, redeliveryDelay: 1000", [0, 1_000, 2_000, 3_000]),
            (
                "maximumRedeliveries: 3, redeliveryDelay: 1000, useExponentialBackOff: true",
                [0, 1_000, 3_000, 7_000]
            ),
            (
                "maximumRedeliveries: 4, redeliveryDelay: 1000, useExponentialBackOff: true, "
                    + "backOffMultiplier: 10, maximumRedeliveryDelay: 5000",
                [0, 1_000, 6_000, 11_000, 16_000]
            ),
            // The multiplier alone does nothing.
            (
                "maximumRedeliveries: 2, redeliveryDelay: 1000, backOffMultiplier: 5",
                [0, 1_000, 2_000]
            ),
            ("maximumRedeliveries: 3, delayPattern: '2:1000;3:5000'", [0, 0, 1_000, 6_000]),
            ("maximumRedeliveries: 1", [0, 1_000]),
        ])
    func times(_ policy: String, _ expected: [Int]) async throws {
        let hub = try await Self.hub(policy)
        let start = hub.clock.elapsed
        let sending = hub.start(.text("x"), to: "direct:in")
        var times: [Int] = []
        await hub.settle()
        while true {
            let tries = hub.exchanges(at: "mock:tries").count
            let at = Int((hub.clock.elapsed - start) / .milliseconds(1))
            times += Array(repeating: at, count: tries - times.count)
            guard !sending.isOver, let due = hub.clock.nextDue else { break }
            hub.clock.move(to: due)
            await hub.settle()
        }
        #expect(times == expected)
        #expect(hub.exchanges(at: "mock:dead").count == 1)
        await hub.stop()
    }

    @Test("Jitter stays within its factor")
    func jitter() async throws {
        let policy = "maximumRedeliveries: 1, redeliveryDelay: 1000, useCollisionAvoidance: true"
        let hub = try await Self.hub(policy)
        for _ in 0..<20 {
            let start = hub.clock.elapsed
            let sending = hub.start(.text("x"), to: "direct:in")
            await hub.settle()
            let due = try #require(hub.clock.nextDue) - start
            #expect(due >= .milliseconds(850) && due <= .milliseconds(1_150))
            await hub.advance(by: .seconds(2))
            #expect(sending.isOver)
        }
        await hub.stop()
    }
}
