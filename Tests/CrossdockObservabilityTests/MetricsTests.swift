import CrossdockCore
import CrossdockObservability
import Logging
import Synchronization
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test("Counters, gauges and histograms are rendered as Prometheus reads them")
    func renders() {
        let registry = MetricsRegistry()
        registry.counter("crossdock_a_total", help: "A.", [("route", "x\"y")]).increment(by: 2)
        registry.gauge("crossdock_b", help: "B.").value = 1.5
        registry.histogram("crossdock_c_seconds", help: "C.").record(.milliseconds(3))
        let text = registry.rendered()
        #expect(
            text.contains(
                "# TYPE crossdock_a_total counter\ncrossdock_a_total{route=\"x\\\"y\"} 2\n"))
        #expect(text.contains("crossdock_b 1.5\n"))
        #expect(text.contains("crossdock_c_seconds_bucket{le=\"0.001\"} 0\n"))
        #expect(text.contains("crossdock_c_seconds_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("crossdock_c_seconds_bucket{le=\"+Inf\"} 1\n"))
        #expect(text.contains("crossdock_c_seconds_count 1\n"))
    }

    @Test("The same name and labels give the same counter")
    func shares() {
        let registry = MetricsRegistry()
        registry.counter("n_total", help: "N.", [("a", "1")]).increment()
        registry.counter("n_total", help: "N.", [("a", "1")]).increment()
        #expect(registry.counter("n_total", help: "N.", [("a", "1")]).value == 2)
    }
}

@Suite("Log lines")
struct LogLineTests {
    private func line(_ format: LineLogHandler.Format, _ log: (Logger) -> Void) -> String {
        let written = Mutex("")
        let logger = Logger(label: "test") { label in
            LineLogHandler(label: label, format: format) { line in
                written.withLock { $0 += line }
            }
        }
        log(logger)
        return written.withLock { $0 }
    }

    @Test(
        "Secrets are masked and no value can begin a second line",
        arguments: [
            LineLogHandler.Format.json, .text,
        ])
    func masks(_ format: LineLogHandler.Format) {
        let text = line(format) {
            $0.warning("a\nb", metadata: ["clientSecret": "hunter2", "key": "x\r\ny\u{1B}[2J"])
        }
        #expect(!text.contains("hunter2"))
        #expect(text.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(!text.contains("\u{1B}"))
    }
}

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "Text and instant are each other's inverse",
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("2026-11-25T14:00:00.123Z", 1_795_615_200_123),
            ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("1969-12-31T23:59:59.999Z", -1),
            ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ])
    func inverse(_ text: String, _ millis: Int64) {
        #expect(Timestamp.text(Instant(millisecondsSince1970: millis)) == text)
        #expect(Timestamp.instant(text)?.millisecondsSince1970 == millis)
    }

    @Test("Offsets count, and what is no time is refused")
    func reads() {
        #expect(
            Timestamp.instant("2026-01-01T01:00:00.5+0100")?.millisecondsSince1970
                == Timestamp.instant("2026-01-01T00:00:00.500Z")?.millisecondsSince1970)
        for text in [
            "", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01", "2026-01-01T00:00:00",
        ] {
            #expect(Timestamp.instant(text) == nil, "\(text)")
        }
    }
}
