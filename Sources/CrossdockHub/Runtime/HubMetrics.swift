internal import CrossdockCore
internal import CrossdockObservability
internal import CrossdockRouting

/// The figures of a hub.
///
/// - Source: names as in the project's conventions: one prefix, base units, `_total` for counters.
struct HubMetrics: Sendable {
    private let registry = MetricsRegistry()

    init() {
        registry.observe(
            "crossdock_build_info", help: "Always 1; the version is the label.",
            [("version", HubVersion.current)], { 1 })
        registry.observe(
            "process_resident_memory_bytes", help: "Memory of this process.", [],
            { ProcessMemory.resident.map(Double.init) })
    }

    func observers(of route: String) -> [any RouteObserver] {
        [RouteMetrics(route: route, in: registry)]
    }

    /// Adds the figures that are asked for when somebody reads them.
    func watch(_ controller: RouteController, _ services: HubServices) {
        for route in controller.health {
            let id = route.id
            @Sendable func now() -> RouteHealth? { controller.health.first { $0.id == id } }
            registry.observe(
                "crossdock_route_inflight", help: "Exchanges under way.", [("route", id)],
                { now().map { Double($0.exchangesInFlight) } })
            registry.observe(
                "crossdock_route_up", help: "Whether the route's source answers.", [("route", id)],
                { now().map { $0.problem == nil && $0.status != .failing ? 1 : 0 } })
            registry.observe(
                "crossdock_source_records", help: "Records taken from the source since the start.",
                [("route", id)], { now().map { Double($0.received) } })
            registry.observe(
                "crossdock_source_echoes",
                help: "The hub's own writes that came back since the start.", [("route", id)],
                { now().map { Double($0.echoes) } })
        }
    }

    func rendered() -> String { registry.rendered() }
}
