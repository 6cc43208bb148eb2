internal import CReference
internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockExpressions
internal import CrossdockProcessors
internal import CrossdockRouting
internal import CrossdockSettings
internal import Logging

/// Messages through a route in one process: filter, two headers, a mapping of 20 fields, discarded.
enum RouteBenchmark {
    private static let text = """
        - route:
            id: accounts
            from:
              uri: direct:accounts
              steps:
                - filter:
                    simple: "${body[Type]} == 'Customer - Direct'"
                    steps:
                      - setHeader: { name: system, constant: salesforce }
                      - setHeader: { name: recordId, simple: "${body[Id]}" }
                      - to: { uri: "mapping:account" }
                      - to: { uri: "discard:out" }
        """

    static func run(_ surroundings: Surroundings) async throws -> [Line] {
        let records = AccountRecords.records(1_000)
        let route = try await route()
        let byHand = ByHand(
            lines: AccountRecords.lines(records, times: 1), records: records.count)
        try await compare(route, records, byHand)
        let rounds = 100
        let count = Double(records.count * rounds)
        let series = try await Turns.take(surroundings.repetitions(7)) {
            let start = Seconds.processor
            for _ in 0..<rounds { try await send(records, through: route) }
            return count / (Seconds.processor - start)
        } _: {
            var seconds = 0.0
            for _ in 0..<rounds { seconds += try byHand.map() }
            return count / seconds
        }
        reference_count_allocations()
        try await send(records, through: route)
        let allocations = Double(reference_counted_allocations()) / Double(records.count)
        return [
            Line(
                name: "route, filter + 2 headers + 20 fields", unit: "msg/s of one core",
                ours: series.one,
                reference: ("simdjson + the fields by hand", series.other),
                target: .atLeast(500_000), least: 300_000),
            Line(
                name: "route, allocations", unit: "calls/msg", ours: Series([allocations]),
                target: .atMost(allocationBudget)),
        ]
    }

    /// What a message may allocate: a change that costs more shows here, whatever the machine does.
    private static let allocationBudget = 8.0

    private static func route() async throws -> Route {
        let placeholders = Placeholders()
        let mapping = MappingComponent(
            mappings: MappingLibrary([try AccountRecords.loadedMapping()]))
        let catalog = Catalog(
            components: InProcessComponents.all() + [mapping, StubComponent()],
            processors: RouteSteps.all, languages: ExpressionLanguages.all,
            beans: RouteBeans.all + RoutingBeans.all)
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let assembly = RouteAssembly(
            catalog: catalog, placeholders: placeholders, logger: logger)
        let file = RouteFile.read(text, file: "bench.camel.yaml", placeholders: placeholders)
        let (routes, findings) = assembly.build([file])
        guard let built = routes.first else { throw DiagnosticsError(findings) }
        try await RouteController(routes, logger: logger).prepare()
        return built.route
    }

    private static func send(_ records: [[UInt8]], through route: Route) async throws {
        for record in records {
            let outcome = await route.process(Exchange(Message(.bytes(record))))
            guard case .completed = outcome else {
                throw Trouble("the route ended with \(outcome)")
            }
        }
    }

    /// Makes sure that both sides do the same work.
    private static func compare(
        _ route: Route, _ records: [[UInt8]], _ byHand: ByHand
    ) async throws {
        guard let last = records.last,
            case .completed(let exchange) = await route.process(Exchange(Message(.bytes(last))))
        else { throw Trouble("the route does not complete") }
        let ours = exchange.message.body.bytes
        let theirs = try byHand.lastMapped()
        guard ours == theirs else {
            throw Trouble(
                """
                the route and the mapping by hand differ:
                \(String(decoding: ours, as: UTF8.self))
                \(String(decoding: theirs, as: UTF8.self))
                """)
        }
    }
}
