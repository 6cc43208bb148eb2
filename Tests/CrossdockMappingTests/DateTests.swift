import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Dates and times")
struct DateTests {
    private func convert(
        _ form: String, _ given: String, left: String = "UTC", right: String = "UTC",
        _ direction: MappingDirection = .toRight
    ) throws -> String {
        let row = try Harness(
            "  - {left: a, right: b, as: \(form)}",
            defaults: "zone: {left: \(left), right: \(right)}")
        let (from, to) = direction == .toRight ? ("a", "b") : ("b", "a")
        do {
            let output = try row.mapping.apply(
                .object(ValueObject([(from, .string(given))])), direction: direction)
            return output[to]?.string ?? "nothing"
        } catch let failure as MappingFailure {
            return failure.code.id
        }
    }

    @Test(
        "Forms are recognised without being told",
        arguments: [
            ("2026-03-29", "2026-03-29T00:00:00.000"), ("20260329", "2026-03-29T00:00:00.000"),
            ("2026-03-29T01:02", "2026-03-29T01:02:00.000"),
            ("2026-03-29T01:02:03", "2026-03-29T01:02:03.000"),
            ("2026-03-29T01:02:03.1239Z", "2026-03-29T01:02:03.123"),
            ("2026-03-29T01:02:03,5+0200", "2026-03-28T23:02:03.500"),
            ("2026-03-29T01:02:03-05:30", "2026-03-29T06:32:03.000"),
            ("20260329T010203Z", "2026-03-29T01:02:03.000"),
            ("2026-03-29T01:02:03+02", "2026-03-28T23:02:03.000"),
            ("/Date(1774742400000)/", "2026-03-29T00:00:00.000"),
            ("/Date(-1)/", "1969-12-31T23:59:59.999"),
            ("/Date(1774742400000+0120)/", "2026-03-29T00:00:00.000"),
        ])
    func recognises(_ given: String, _ expected: String) throws {
        #expect(
            try convert("{dateTime: \"yyyy-MM-dd'T'HH:mm:ss.SSS\"}", given) == expected)
    }

    @Test(
        "What is no date is refused",
        arguments: [
            "2026-02-29", "2026-13-01", "2026-00-10", "2026-03-29T24:00:00", "2026-03-29T23:59:60",
            "2026-03-29 10:00:00", "29.03.2026", "202603", "2026-3-9", "", "x", "/Date(x)/",
            "/Date(1774742400000)", "12:00:00", "PT1H", "120000", "2026-03-29T10:00:00+25:00",
            "20260329T10", "0000-01-01", "2026-03-29T10:00:00.Z",
        ])
    func refuses(_ given: String) throws {
        let expected = given.isEmpty ? "nothing" : "CD2132"
        #expect(try convert("{dateTime: iso}", given) == expected)
    }

    @Test(
        "Times are recognised and never shifted",
        arguments: [
            ("13:20", "132000"), ("13:20:05.9", "132005"), ("132005", "132005"),
            ("PT13H20M5S", "132005"), ("PT5S", "000005"), ("PT13H", "130000"),
            ("PT25H", "CD2132"), ("13:60", "CD2132"), ("24:00:00", "CD2132"), ("PT", "CD2132"),
            ("PT5S1H", "CD2132"), ("20260329", "CD2132"), ("2026-03-29T13:20:05Z", "152005"),
        ])
    func times(_ given: String, _ expected: String) throws {
        #expect(try convert("{time: HHmmss}", given, right: "Europe/Berlin") == expected)
    }

    @Test("An instant is a day of the target's zone; a day is never shifted")
    func days() throws {
        #expect(
            try convert("{date: yyyyMMdd}", "2026-03-28T23:30:00.000+0000", right: "Europe/Berlin")
                == "20260329")
        #expect(
            try convert("{date: yyyyMMdd}", "2026-03-29", right: "America/New_York") == "20260329")
        #expect(
            try convert("{date: sap}", "/Date(1774742400000)/", right: "America/New_York")
                == "20260328")
        #expect(
            try convert("{date: odata2}", "2026-03-29", right: "Europe/Berlin")
                == "/Date(1774742400000)/")
        #expect(
            try convert("{date: odata2}", "2026-03-28T23:30:00Z", right: "Europe/Berlin")
                == "/Date(1774742400000)/")
    }

    @Test("What odata2 writes for a day comes back as that day, in every zone")
    func odataDays() throws {
        #expect(
            try convert(
                "{date: odata2, from: yyyy-MM-dd}", "/Date(1774742400000)/",
                left: "America/New_York", right: "Asia/Tokyo", .toLeft) == "2026-03-29")
    }

    @Test(
        "Local times in a gap move forward by the gap, in an overlap the earlier instant is taken")
    func gapAndOverlap() throws {
        let form = "{dateTime: \"yyyy-MM-dd HH:mm\"}"
        #expect(
            try convert(form, "2026-03-29T02:30:00", left: "Europe/Berlin") == "2026-03-29 01:30")
        #expect(
            try convert(form, "2026-10-25T02:30:00", left: "Europe/Berlin") == "2026-10-25 00:30")
        #expect(
            try convert(form, "2026-03-29T02:30:00", left: "Europe/Berlin", right: "Europe/Berlin")
                == "2026-03-29 03:30")
        // Samoa had no 30 December 2011.
        #expect(
            try convert(form, "2011-12-30T12:00:00", left: "Pacific/Apia", right: "Pacific/Apia")
                == "2011-12-31 12:00")
    }

    @Test("Zones follow their rules beyond the last listed transition")
    func future() throws {
        let form = "{dateTime: \"yyyy-MM-dd HH:mm XXX\"}"
        #expect(
            try convert(form, "2090-07-01T12:00:00Z", right: "Europe/Berlin")
                == "2090-07-01 14:00 +02:00")
        #expect(
            try convert(form, "2090-01-01T12:00:00Z", right: "America/New_York")
                == "2090-01-01 07:00 -05:00")
        #expect(
            try convert(form, "2090-01-01T12:00:00Z", right: "Australia/Sydney")
                == "2090-01-01 23:00 +11:00")
        #expect(
            try convert(form, "1890-01-01T12:00:00Z", right: "Asia/Kolkata").hasPrefix(
                "1890-01-01 1"))
    }

    @Test("A day alone becomes midnight of its side")
    func midnight() throws {
        #expect(
            try convert("{dateTime: iso}", "2026-07-01", left: "Europe/Berlin")
                == "2026-06-30T22:00:00Z")
        #expect(
            try convert("{dateTime: iso}", "2026-07-01", right: "Europe/Berlin")
                == "2026-07-01T02:00:00+02:00")
    }

    @Test(
        "Patterns write their fields",
        arguments: [
            ("yy-M-d H:m:s", "26-3-9 4:5:6"), ("yyyy.MM.dd hh:mm a", "2026.03.09 04:05 AM"),
            ("EEEE, d MMMM yyyy", "Monday, 9 March 2026"), ("EEE MMM dd", "Mon Mar 09"),
            ("D", "68"), ("DDD", "068"), ("SSS", "789"), ("S", "7"), ("SSSSSS", "789000"),
            ("'it''s' HH", "it's 04"), ("X", "+01"), ("XX", "+0100"), ("XXX", "+01:00"),
            ("xxx", "+01:00"), ("Z", "+0100"), ("ZZZZZ", "+01:00"), ("ZZZZ", "GMT+01:00"),
            ("VV", "Europe/Berlin"), ("kk", "04"), ("K", "4"), ("yyyyy", "02026"),
        ])
    func writes(_ pattern: String, _ expected: String) throws {
        #expect(
            try convert(
                "{dateTime: \"\(pattern)\"}", "2026-03-09T03:05:06.789Z", right: "Europe/Berlin")
                == expected)
    }

    @Test(
        "With from only that is accepted",
        arguments: [
            ("dd.MM.yyyy", "29.03.2026", "2026-03-29"), ("dd.MM.yyyy", "2026-03-29", "CD2132"),
            ("d.M.yy", "1.2.69", "1969-02-01"), ("d.M.yy", "1.2.68", "2068-02-01"),
            ("ddMMyyyy", "29032026", "2026-03-29"), ("MMM d, yyyy", "Mar 9, 2026", "2026-03-09"),
            ("yyyy-DDD", "2024-366", "2024-12-31"), ("yyyy-DDD", "2023-366", "CD2132"),
            ("dd.MM.yyyy", "31.04.2026", "CD2132"), ("dd.MM.yyyy", "29.03.2026 ", "CD2132"),
            ("yyyy-MM-dd", "2026-03-29x", "CD2132"),
            ("odata2", "/Date(1774742400000)/", "2026-03-29"),
            ("odata2", "2026-03-29", "CD2132"),
            ("EEEE dd MMMM yyyy", "Sunday 29 March 2026", "2026-03-29"),
        ])
    func from(_ pattern: String, _ given: String, _ expected: String) throws {
        #expect(
            try convert("{date: iso, from: \"\(pattern)\"}", given) == expected)
    }

    @Test("Twelve-hour clocks and offsets are read")
    func fromTimes() throws {
        #expect(try convert("{time: HHmm, from: 'hh:mm a'}", "12:05 am") == "0005")
        #expect(try convert("{time: HHmm, from: 'hh:mm a'}", "12:05 PM") == "1205")
        #expect(try convert("{time: HHmm, from: 'hh:mm a'}", "13:05 PM") == "CD2132")
        #expect(
            try convert(
                "{dateTime: 'HHmm', from: 'yyyy-MM-dd HH:mm X'}", "2026-07-01 10:00 +02") == "0800")
        #expect(
            try convert(
                "{dateTime: 'HHmm', from: \"yyyyMMddHHmmssSSSZ\"}", "20260701100000123+0200")
                == "0800")
    }

    @Test("The way back writes from, or the standard form of the left zone")
    func back() throws {
        #expect(
            try convert(
                "{dateTime: odata2}", "/Date(1774742400000)/", left: "Europe/Berlin", .toLeft)
                == "2026-03-29T01:00:00.000+0100")
        #expect(
            try convert(
                "{date: yyyyMMdd, from: dd.MM.yyyy}", "20260329", .toLeft) == "29.03.2026")
        #expect(try convert("{time: odata2}", "PT01H02M03S", .toLeft) == "01:02:03")
        #expect(try convert("{time: odata2}", "01:02:03") == "PT01H02M03S")
        #expect(
            try convert("{dateTime: sap}", "20260701120000", right: "Europe/Berlin", .toLeft)
                == "2026-07-01T10:00:00.000+0000")
    }

    @Test("A date is turned round only where the left side is a date too")
    func invertible() throws {
        #expect(complaints("  - {left: a, right: b, as: {date: yyyyMMdd}}") == ["CD2108 5:5"])
        #expect(complaints("  - {left: a, right: b, as: {date: yyyyMMdd, from: iso}}").isEmpty)
        #expect(
            complaints("  - {left: a, right: b, as: {date: sap, from: yyyyMMddHHmm}}")
                == ["CD2108 5:5"])
        for (type, expected) in [("date", [String]()), ("dateTime", ["CD2108 5:5"])] {
            let schema = #"{"fields":[{"name":"a","type":"\#(type)"}]}"#
            let found = complaints(
                "  - {left: a, right: b, as: {date: yyyyMMdd}}", schemas: ["left": schema])
            #expect(found == expected)
        }
    }

    @Test(
        "Patterns and zones that do not exist are refused",
        arguments: [
            ("{date: YYYY}", "CD2135 6:36"), ("{date: \"yyyy'x\"}", "CD2135 6:36"),
            ("{date: q}", "CD2135 6:36"), ("{time: ssss}", "CD2135 6:36"),
        ])
    func badPatterns(_ form: String, _ expected: String) {
        let row = "  - {left: a, right: b, as: \(form)}"
        #expect(complaints(row, defaults: "direction: to-right") == [expected])
    }

    @Test("An unknown zone is refused with the nearest name")
    func badZone() {
        let found = diagnostics(
            "  - {left: a, right: b, as: {dateTime: iso}}", defaults: "zone: {left: Europe/Berlni}")
        #expect(found.first?.code.id == "CD2135")
        #expect(found.first?.help == "did you mean 'Europe/Berlin'?")
    }
}
