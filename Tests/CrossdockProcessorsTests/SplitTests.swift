import CrossdockCore
import CrossdockData
import CrossdockTesting
import Testing

@Suite("Split")
struct SplitTests {
    @Test("Each line of an order travels on its own, in the order of the lines")
    func keepsOrder() async throws {
        let hub = try await TestHub(
            route: """
                - route:
                    from:
                      uri: direct:orders
                      steps:
                        - split:
                            expression: { jsonpath: { expression: "$.lines[*]" } }
                            steps:
                              - to: { uri: "mock:lines" }
                        - to: mock:after
                """)

        try await hub.send(["lines": ["bolts", "nuts"]], to: "direct:orders")

        let bodies = await hub.received(at: "mock:lines").map(\.body)
        #expect(bodies == [.value("bolts"), .value("nuts")])
        // Without a strategy the order itself goes on.
        #expect(
            await hub.received(at: "mock:after").map(\.body) == [
                .value(["lines": ["bolts", "nuts"]])
            ])
        await hub.stop()
    }
}
