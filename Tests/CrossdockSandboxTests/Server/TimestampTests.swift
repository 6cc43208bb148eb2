import Testing

@testable import CrossdockSandbox

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "An instant is read in each of the forms clients send",
        arguments: [
            ("2026-01-01T00:00:00Z", 1_767_225_600_000),
            ("2026-01-01T00:00:00.000+00:00", 1_767_225_600_000),
            ("2026-01-01T00:00:00.000+0000", 1_767_225_600_000),
            ("2026-01-01T01:30:00+01:30", 1_767_225_600_000),
            ("2025-12-31T19:00:00.5-05:00", 1_767_225_600_500),
            ("2026-01-01T00:00Z", 1_767_225_600_000),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2024-02-29T12:00:00.1239999Z", 1_709_208_000_123),
        ])
    func parse(text: String, millis: Int64) {
        #expect(Timestamp.parse(text) == millis)
    }

    @Test(
        "What is no instant is refused",
        arguments: [
            "", "2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00Zx", "2025-02-29T00:00:00Z", "20260101T000000Z",
        ])
    func refuse(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test("Days before and after 1970 are written and read alike")
    func roundTrip() {
        for millis in stride(
            from: -200_000 * 86_400_000 as Int64, to: 200_000 * 86_400_000,
            by: 86_400_000 * 37 + 12_345)
        {
            #expect(Timestamp.parse(Timestamp.text(millis)) == millis)
        }
        #expect(Timestamp.text(0) == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp.httpDate(784_111_777_000) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test(
        "Date literals name the days the vendor's reference says",
        arguments: [
            // 2026-03-18 is a Wednesday.
            ("TODAY", nil, "2026-03-18", "2026-03-19"),
            ("YESTERDAY", nil, "2026-03-17", "2026-03-18"),
            ("THIS_WEEK", nil, "2026-03-15", "2026-03-22"),
            ("LAST_WEEK", nil, "2026-03-08", "2026-03-15"),
            ("THIS_MONTH", nil, "2026-03-01", "2026-04-01"),
            ("LAST_MONTH", nil, "2026-02-01", "2026-03-01"),
            ("THIS_QUARTER", nil, "2026-01-01", "2026-04-01"),
            ("NEXT_QUARTER", nil, "2026-04-01", "2026-07-01"),
            ("LAST_YEAR", nil, "2025-01-01", "2026-01-01"),
            ("LAST_N_DAYS", 2, "2026-03-16", "2026-03-19"),
            ("NEXT_N_DAYS", 2, "2026-03-19", "2026-03-21"),
            ("N_DAYS_AGO", 3, "2026-03-15", "2026-03-16"),
            ("LAST_N_MONTHS", 14, "2025-01-01", "2026-03-01"),
            ("NEXT_N_MONTHS", 1, "2026-04-01", "2026-05-01"),
            ("N_YEARS_AGO", 2, "2024-01-01", "2025-01-01"),
        ] as [(String, Int?, String, String)])
    func literals(name: String, count: Int?, start: String, end: String) throws {
        let now = try #require(Timestamp.parse("2026-03-18T15:00:00Z"))
        let range = try #require(DateRange.range(name, count: count, now: now))
        #expect(Timestamp.date(range.lowerBound) == start)
        #expect(Timestamp.date(range.upperBound) == end)
    }
}
