import CrossdockData
import CrossdockJSONata
import Testing

@Suite("JSONata pictures")
struct PictureTests {
    @Test(
        "Numbers",
        arguments: [
            ("12345.6", "#,###.00", "12,345.60"),
            ("12345678.9", "9,999.99", "12,345,678.90"),
            ("123412345", "#,##,##0", "1234,12,345"),
            ("0.14", "01%", "14%"),
            ("0.14", "001‰", "140‰"),
            ("-6", "000", "-006"),
            ("-5", "0;(0)", "(5)"),
            ("1234.5678", "0.000e0", "1.235e3"),
            ("0.234", "0.0e0", "2.3e-1"),
            ("0", "0.0e0", "0.0e0"),
            ("0.5", "#.##", ".5"),
            ("0.5", "#.0#", ".5"),
            ("1e30", "#,##0", "1,000,000,000,000,000,000,000,000,000,000"),
            ("99.995", "0.00", "100.00"),
            ("1234567.891", "#,##0.00,00", "1,234,567.89,10"),
            ("3.5", "€0.00 net", "€3.50 net"),
        ])
    func numbers(_ number: String, _ picture: String, _ expected: String) throws {
        let picture = Value.string(picture).jsonText
        let outcome = try evaluate("$formatNumber(\(number), \(picture))")
        #expect(outcome == .string(expected))
    }

    @Test("Options replace the characters of a picture")
    func options() throws {
        let german = "{'decimal-separator': ',', 'grouping-separator': '.'}"
        #expect(try result("$formatNumber(1234.5, '#.##0,00', \(german))") == #""1.234,50""#)
        let arabic = "{'zero-digit': '\u{660}'}"
        #expect(
            try result("$formatNumber(15, '\u{660}\u{660}\u{660}', \(arabic))")
                == "\"\u{660}\u{661}\u{665}\"")
    }

    @Test(
        "Malformed number pictures have a code each",
        arguments: [
            ("0;0;0", "D3080"), ("0.0.0", "D3081"), ("0%%", "D3082"), ("0‰‰", "D3083"),
            ("0%‰", "D3084"), (".e0", "D3085"), ("0a0", "D3086"), ("0,.0", "D3087"),
            ("0,", "D3088"), ("0,,0", "D3089"), ("0#.0", "D3090"), ("0.#0", "D3091"),
            ("0e0%", "D3092"), ("0e", "D3093"),
        ])
    func malformed(_ picture: String, _ code: String) {
        #expect(failure("$formatNumber(1, '\(picture)')")?.jsonataCode == code)
    }

    @Test(
        "Whole numbers, there and back",
        arguments: [
            (1_999, "I", "MCMXCIX"), (4, "i", "iv"), (27, "a", "aa"), (703, "A", "AAA"),
            (123, "w", "one hundred and twenty-three"), (1_000_001, "Ww", "One Million and One"),
            (1_234, "W", "ONE THOUSAND, TWO HUNDRED AND THIRTY-FOUR"), (7, "000", "007"),
            (1_234_567, "#,##0", "1,234,567"), (12, "\u{661}", "\u{661}\u{662}"),
            (1_000_000, "w", "one million"), (15, "w", "fifteen"), (90, "w", "ninety"),
        ])
    func integers(_ number: Int, _ picture: String, _ expected: String) throws {
        #expect(try evaluate("$formatInteger(\(number), '\(picture)')") == .string(expected))
        #expect(try result("$parseInteger('\(expected)', '\(picture)')") == "\(number)")
    }

    @Test(
        "Ordinals",
        arguments: [
            (1, "0;o", "1st"), (2, "0;o", "2nd"), (3, "0;o", "3rd"), (11, "0;o", "11th"),
            (112, "0;o", "112th"), (21, "w;o", "twenty-first"), (20, "w;o", "twentieth"),
            (100, "Ww;o", "One Hundredth"), (12, "w;o", "twelfth"),
        ])
    func ordinals(_ number: Int, _ picture: String, _ expected: String) throws {
        #expect(try evaluate("$formatInteger(\(number), '\(picture)')") == .string(expected))
    }

    @Test(
        "Dates",
        arguments: [
            ("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001]Z", "2018-03-05T15:07:09.012Z"),
            ("[D1o] [MNn] [Y]", "5th March 2018"),
            ("[FNn,*-3], [D01] [MN,*-3] [Y0001]", "Mon, 05 MAR 2018"),
            ("[h]:[m01] [P] [PN]", "3:07 pm PM"),
            ("[W] [w] [X] [x] [d] [F0]", "10 2 2018 3 64 1"),
            ("[Y,2-2] [YI] [Dw]", "18 MMXVIII five"),
            ("[[[Y]]]", "[2018]"),
            ("[Z] [z] [Z0] [Z0101t] [C] [E]", "+00:00 GMT+00:00 +0 Z ISO ISO"),
        ])
    func dates(_ picture: String, _ expected: String) throws {
        #expect(try evaluate("$fromMillis(1520262429012, '\(picture)')") == .string(expected))
    }

    @Test("Offsets shift the time, half hours west of Greenwich too")
    func offsets() throws {
        #expect(
            try result("$fromMillis(0, '[D01] [H01]:[m01] [Z]', '-0330')") == #""31 20:30 -03:30""#)
        #expect(
            try result("$fromMillis(0, '[D01] [H01]:[m01] [Z]', '+05:30')") == #""01 05:30 +05:30""#
        )
        #expect(try result("$fromMillis(0, '[H01][m01][z]', '+0100')") == #""0100GMT+01:00""#)
        #expect(failure("$fromMillis(0, '[H]', 'CET')")?.jsonataCode == "D3110")
    }

    @Test("Weeks belong to the year of their Thursday")
    func weeks() throws {
        for (date, week) in [
            ("2005-01-01", "2004/53"), ("2018-12-31", "2019/1"), ("2016-01-03", "2015/53"),
            ("2020-12-31", "2020/53"), ("2017-01-02", "2017/1"),
        ] {
            #expect(try evaluate("$fromMillis($toMillis('\(date)'), '[X]/[W]')") == .string(week))
        }
    }

    @Test(
        "Dates are read back",
        arguments: [
            ("2018-03-05", "[Y]-[M]-[D]", "1520208000000"),
            ("05.03.2018 15:07", "[D01].[M01].[Y0001] [H01]:[m01]", "1520262420000"),
            ("5th of March, 2018", "[D1o] of [MNn], [Y]", "1520208000000"),
            ("5 mar 18", "[D] [MNn,3-3] [Y]", "-1635552000000"),
            ("20180305150709", "[Y0001][M01][D01][H01][m01][s01]", "1520262429000"),
            ("2018-064", "[Y]-[d]", "1520208000000"),
            ("5 Mar 2018 12:30 am", "[D] [MNn,3-3] [Y] [h]:[m01] [P]", "1520209800000"),
            ("MMXVIII", "[YI]", "1514764800000"),
            ("2018-03-05T01:00:00.5+01:00", "[Y]-[M]-[D]T[H]:[m]:[s].[f][Z]", "1520208000500"),
            ("nonsense", "[Y]-[M]-[D]", "undefined"),
        ])
    func reading(_ text: String, _ picture: String, _ expected: String) throws {
        #expect(try result("$toMillis('\(text)', '\(picture)')") == expected)
    }

    @Test(
        "ISO dates are read without a picture",
        arguments: [
            ("1970-01-01T00:00:00Z", "0"), ("2018", "1514764800000"), ("2018-03", "1519862400000"),
            ("2018-03-05T10:20:30.1239+02:00", "1520238030123"),
            ("2018-03-05T10:20:30-0200", "1520252430000"), ("2016-02-29", "1456704000000"),
        ])
    func iso(_ text: String, _ expected: String) throws {
        #expect(try result("$toMillis('\(text)')") == expected)
    }

    @Test("A time alone is today's")
    func today() throws {
        var options = JSONataOptions.standard
        options.now = .milliseconds(1_520_262_429_012)
        let text = try result("$fromMillis($toMillis('13:45', '[H]:[m]'))", options: options)
        #expect(text == #""2018-03-05T13:45:00.000Z""#)
    }

    @Test(
        "Malformed date pictures have a code",
        arguments: [
            ("[Y", "D3135"), ("[q]", "D3132"), ("[YN]", "D3133"), ("[Z00000]", "D3134"),
            ("[Y★]", "D3130"),
        ])
    func malformedDates(_ picture: String, _ code: String) {
        #expect(failure("$fromMillis(0, '\(picture)')")?.jsonataCode == code)
    }

    @Test("A date with gaps is refused")
    func gaps() {
        #expect(failure("$toMillis('2018 15', '[Y] [H]')")?.jsonataCode == "D3136")
        #expect(failure("$toMillis('2018-10', '[X]-[W]')")?.jsonataCode == "D3136")
    }
}
