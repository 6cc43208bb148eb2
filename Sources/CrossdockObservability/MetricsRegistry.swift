internal import Synchronization

/// All figures of this process by name and labels, rendered as Prometheus reads them.
///
/// Whoever counts asks once for its counter and keeps it: counting itself takes no lock.
///
/// - Source: Prometheus, "Exposition formats", text format 0.0.4.
public final class MetricsRegistry: Sendable {
    public typealias Labels = [(String, String)]

    enum Metric: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        /// Asked for when rendered.
        case computed(@Sendable () -> Double?)

        var type: String {
            switch self {
            case .counter: "counter"
            case .gauge, .computed: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct Family {
        let help: String
        let type: String
        var series: [(labels: String, metric: Metric)] = []
    }

    private struct State {
        var families: [String: Family] = [:]
        var dropped = false
    }

    /// How many label sets one name may have; values from data can never fill the memory.
    private static let seriesLimit = 10_000

    private let state = Mutex(State())

    public init() {}

    public func counter(_ name: String, help: String, _ labels: Labels = []) -> Counter {
        let metric = find(name, help, labels) { .counter(Counter()) }
        guard case .counter(let counter) = metric else {
            preconditionFailure("\(name) is no counter")
        }
        return counter
    }

    public func gauge(_ name: String, help: String, _ labels: Labels = []) -> Gauge {
        let metric = find(name, help, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = metric else { preconditionFailure("\(name) is no gauge") }
        return gauge
    }

    public func histogram(_ name: String, help: String, _ labels: Labels = []) -> Histogram {
        let metric = find(name, help, labels) { .histogram(Histogram()) }
        guard case .histogram(let histogram) = metric else {
            preconditionFailure("\(name) is no histogram")
        }
        return histogram
    }

    /// A gauge whose value is asked for when the metrics are read; nil leaves it out.
    public func observe(
        _ name: String, help: String, _ labels: Labels = [],
        _ value: @escaping @Sendable () -> Double?
    ) {
        _ = find(name, help, labels) { .computed(value) }
    }

    private func find(
        _ name: String, _ help: String, _ labels: Labels, make: () -> Metric
    ) -> Metric {
        let text = Self.render(labels)
        return state.withLock { state in
            if let series = state.families[name]?.series.first(where: { $0.labels == text }) {
                return series.metric
            }
            let metric = make()
            guard (state.families[name]?.series.count ?? 0) < Self.seriesLimit else {
                state.dropped = true
                return metric
            }
            state.families[name, default: Family(help: help, type: metric.type)]
                .series.append((text, metric))
            return metric
        }
    }

    /// All metrics, names in order.
    public func rendered() -> String {
        let families = state.withLock { $0.families }
        var output = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            output += "# HELP \(name) \(Self.escapeHelp(family.help))\n"
            output += "# TYPE \(name) \(family.type)\n"
            for series in family.series { Self.render(name, series.labels, series.metric, &output) }
        }
        return output
    }

    private static func render(
        _ name: String, _ labels: String, _ metric: Metric, _ output: inout String
    ) {
        switch metric {
        case .counter(let counter): output += "\(name)\(braced(labels)) \(counter.value)\n"
        case .gauge(let gauge): output += "\(name)\(braced(labels)) \(number(gauge.value))\n"
        case .computed(let value):
            if let value = value() { output += "\(name)\(braced(labels)) \(number(value))\n" }
        case .histogram(let histogram):
            let (cumulative, sum, count) = histogram.snapshot
            let comma = labels.isEmpty ? "" : ","
            for (bound, below) in zip(Histogram.bounds, cumulative) {
                output += "\(name)_bucket{\(labels)\(comma)le=\"\(number(bound))\"} \(below)\n"
            }
            output += "\(name)_bucket{\(labels)\(comma)le=\"+Inf\"} \(count)\n"
            output += "\(name)_sum\(braced(labels)) \(number(sum))\n"
            output += "\(name)_count\(braced(labels)) \(count)\n"
        }
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    private static func render(_ labels: Labels) -> String {
        labels.map { name, value in "\(name)=\"\(escapeLabel(value))\"" }.joined(separator: ",")
    }

    private static func escapeLabel(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func escapeHelp(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
