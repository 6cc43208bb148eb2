import CrossdockCore
import CrossdockData
import CrossdockTesting
import Testing

@Suite("Error handling")
struct ErrorHandlingTests {
    /// A step that fails as often as a header says, counting its calls in a variable of the hub.
    private static func flaky(_ failures: Int, _ type: String = "java.io.IOException") -> String {
        """
              - setVariable: { name: "global:calls", simple: "${variable.global:calls}x" }
              - choice:
                  when:
                    - simple: "${variable.global:calls.length} <= \(failures)"
                      steps:
                        - throwException: { exceptionType: \(type), message: "attempt ${variable.global:calls.length}" }
        """
    }

    @Test("Without a handler of its own, a failure goes back to the caller and nothing is repeated")
    func letsOut() async throws {
        let hub = try await TestHub(
            route: """
                - from:
                    uri: direct:in
                    steps:
                      - to: mock:before
                      - throwException: { exceptionType: java.lang.IllegalStateException, message: no }
                      - to: mock:after
                """)
        let error = await #expect(throws: RouteError.self) {
            try await hub.send("x", to: "direct:in")
        }
        #expect(error?.exceptionClass == "java.lang.IllegalStateException")
        #expect(await hub.received(at: "mock:before").count == 1)
        #expect(await hub.received(at: "mock:after").isEmpty)
        await hub.stop()
    }

    @Test(
        "A dead letter is the message without traces of repetition, InOnly, and counts as handled")
    func deadLetter() async throws {
        let hub = try await TestHub(
            route: """
                - errorHandler:
                    deadLetterChannel:
                      deadLetterUri: mock:dead
                      redeliveryPolicy: { maximumRedeliveries: 2, redeliveryDelay: 0 }
                - from:
                    uri: direct:in
                    steps:
                      - setHeader: { name: tried, simple: "${header.tried}x" }
                      - to: direct:fails
                      - to: mock:after
                - route:
                    errorHandler: { noErrorHandler: {} }
                    from:
                      uri: direct:fails
                      steps:
                        - to: mock:tries
                        - throwException: { exceptionType: java.io.IOException, message: down }
                """)
        let result = try await hub.send("x", to: "direct:in", pattern: .inOut)
        #expect(result.isHandled)
        let dead = hub.exchanges(at: "mock:dead")
        #expect(dead.count == 1)
        #expect(dead.first?.pattern == .inOnly)
        #expect(dead.first?.message.body == .text("x"))
        #expect(dead.first?.message.control["CamelRedelivered"] == nil)
        #expect(dead.first?.property("CamelExceptionCaught") == "java.io.IOException: down")
        #expect(await hub.received(at: "mock:after").isEmpty)
        // Every attempt had the message as it was before the step.
        let tries = await hub.received(at: "mock:tries")
        #expect(tries.map { $0.headers["tried"] } == ["x", "x", "x"])
        #expect(tries.map { $0.control["CamelRedeliveryCounter"] } == [nil, 1, 2])
        await hub.stop()
    }

    @Test("A success after repetitions says that it was one, and how often it took")
    func redelivered() async throws {
        let hub = try await TestHub(
            route: """
                - errorHandler:
                    defaultErrorHandler:
                      redeliveryPolicy: { maximumRedeliveries: 3, redeliveryDelay: 10 }
                - from:
                    uri: direct:in
                    steps:
                      - to: direct:flaky
                      - to: mock:out
                - route:
                    errorHandler: { noErrorHandler: {} }
                    from:
                      uri: direct:flaky
                      steps:
                \(Self.flaky(2))
                """)
        try await hub.send("x", to: "direct:in")
        let out = await hub.received(at: "mock:out")
        #expect(out.first?.control["CamelRedelivered"] == true)
        #expect(out.first?.control["CamelRedeliveryCounter"] == 2)
        #expect(out.first?.control["CamelRedeliveryMaxCounter"] == 3)
        await hub.stop()
    }
}
