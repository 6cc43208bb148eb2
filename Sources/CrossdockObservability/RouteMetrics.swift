public import CrossdockCore

/// Counts and times the exchanges of one route.
public struct RouteMetrics: RouteObserver {
    private let completed: Counter
    private let failed: Counter
    private let interrupted: Counter
    private let duration: Histogram

    public init(route: String, in registry: MetricsRegistry) {
        func counter(_ outcome: String) -> Counter {
            registry.counter(
                "crossdock_route_exchanges_total", help: "Exchanges by how their way ended.",
                [("route", route), ("outcome", outcome)])
        }
        completed = counter("completed")
        failed = counter("failed")
        interrupted = counter("interrupted")
        duration = registry.histogram(
            "crossdock_route_exchange_duration_seconds", help: "Time from receipt to outcome.",
            [("route", route)])
    }

    public func finished(_ outcome: Outcome, route: String, took: Duration) {
        switch outcome {
        case .completed: completed.increment()
        case .failed: failed.increment()
        case .interrupted: interrupted.increment()
        }
        duration.record(took)
    }
}
