import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Verbs that work on text")
struct TextVerbTests {
    @Test(
        "clean takes its steps in the order in which they are listed",
        arguments: [
            ("[trim]", "\u{00A0} a b\u{3000}", "a b"), ("[collapse]", " a \t\u{2003}b ", " a b "),
            ("[upper]", "straße ü", "STRASSE Ü"), ("[lower]", "ÄB", "äb"),
            ("[title]", "anna MARIA o'neil ångström", "Anna Maria O'neil Ångström"),
            ("[digits]", "+49 (30) 12-3", "4930123"),
            ("[ascii]", "Müller ß Łódź – “Ærø” 東京 Ⅷ ½", "Muller ss Lodz - \"AEro\"  VIII  1/2"),
            ("[nfc]", "e\u{301}", "\u{e9}"),
            (
                "[stripHtml]",
                "<p class='a>b'>A &amp; B<br/>C</p>&lt;x&gt; &#8364;&#x41; 1 < 2<!-- no -->",
                "A & B\nC\n<x> €A 1 < 2"
            ),
            ("[upper, ascii, trim]", " ß ", "SS"), ("trim", " x ", "x"),
        ])
    func clean(_ steps: String, _ given: String, _ expected: String) throws {
        let row = try Harness(
            "  - {left: a, right: b, clean: \(steps), direction: to-right, onEmpty: keep}")
        let output = try row.mapping.apply(["a": .string(given)])
        #expect(output["b"]?.string.map { Array($0.utf8) } == Array(expected.utf8))
    }

    @Test("clean takes numbers and booleans by their source text")
    func cleanScalars() throws {
        let row = try Harness("  - {left: a, right: b, clean: [upper], direction: to-right}")
        #expect(try row.map(#"{"a":1e3}"#) == #"{"b":"1E3"}"#)
        #expect(try row.map(#"{"a":true}"#) == #"{"b":"TRUE"}"#)
        #expect(try row.failure(#"{"a":{}}"#) == "CD2129 b")
    }

    @Test(
        "split by width breaks at the last space that fits",
        arguments: [
            (
                "Zypern Import-Export & Handelsgesellschaft",
                ["Zypern Import-Export &", "Handelsgesellschaft"]
            ),
            ("short", ["short", nil]),
            ("exactly twenty-two chr rest", ["exactly twenty-two chr", "rest"]),
            ("a    b", ["a b", nil]),
            ("  lead  and trail  ", ["lead and trail", nil]),
            ("Donaudampfschifffahrtsgesellschaft", ["Donaudampfschifffahrts", "gesellschaft"]),
        ])
    func splitWidth(_ given: String, _ expected: [String?]) throws {
        let row = try Harness("  - {left: a, right: [x, y], split: {width: 22, at: word}}")
        let output = try row.mapping.apply(["a": .string(given)])
        #expect(output["x"] == expected[0].map { .string($0) } ?? .null)
        #expect(output["y"] == expected[1].map { .string($0) } ?? .null)
    }

    @Test("Widths count Unicode scalars")
    func splitScalars() throws {
        let row = try Harness("  - {left: a, right: [x, y], split: {width: 3, at: char}}")
        #expect(try row.map(#"{"a":"äöüß€"}"#) == #"{"x":"äöü","y":"ß€"}"#)
        #expect(try row.map(#"{"a":123456}"#) == #"{"x":"123","y":"456"}"#)
    }

    @Test("Text left after the last target is too long, or cut")
    func splitTooLong() throws {
        let row = try Harness("  - {left: a, right: [x, y], split: {width: 2}}")
        #expect(try row.failure(#"{"a":"aa bb cc"}"#) == "CD2106 x")
        let cut = try Harness(
            "  - {left: a, right: [x, y], split: {width: 2}, onTooLong: truncate}")
        #expect(try cut.map(#"{"a":"aa bb cc"}"#) == #"{"x":"aa","y":"bb"}"#)
    }

    @Test("split turned round joins: by a space, or by its separator")
    func splitReverse() throws {
        let width = try Harness("  - {left: a, right: [x, y], split: {width: 22}}")
        #expect(try width.back(#"{"x":"aa","y":"bb"}"#) == #"{"a":"aa bb"}"#)
        #expect(try width.back(#"{"x":"aa","y":null}"#) == #"{"a":"aa"}"#)
        #expect(try width.back("{}") == "{}")
        let by = try Harness("  - {left: a, right: [x, y], split: {by: \"; \"}}")
        #expect(try by.back(#"{"x":"aa","y":"bb"}"#) == #"{"a":"aa; bb"}"#)
    }

    @Test("split by a separator gives the last target the rest; an absent piece follows onAbsent")
    func splitBy() throws {
        let row = try Harness("  - {left: a, right: [x, y, z], split: {by: ','}}")
        #expect(try row.map(#"{"a":"1,,3,4"}"#) == #"{"x":"1","y":"","z":"3,4"}"#)
        #expect(try row.map(#"{"a":"1"}"#) == #"{"x":"1"}"#)
        let strict = try Harness(
            "  - {left: a, right: [x, y], split: {by: ','}, onAbsent: fail}")
        #expect(try strict.failure(#"{"a":"1"}"#) == "CD2123 y")
        let clear = try Harness(
            "  - {left: a, right: [x, y], split: {by: ','}}", defaults: "onAbsent: clear")
        #expect(try clear.map(#"{"a":"1"}"#) == #"{"x":"1","y":null}"#)
    }

    @Test("join leaves absent, null and empty sources out; none left is absent")
    func join() throws {
        let row = try Harness(
            "  - {left: [a, b, c], right: x, join: ' - ', clean: [trim], default: none, direction: to-right}"
        )
        #expect(try row.map(#"{"a":" 1 ","b":null,"c":2}"#) == #"{"x":"1 - 2"}"#)
        #expect(try row.map(#"{"a":" ","b":""}"#) == #"{"x":"none"}"#)
        #expect(try row.failure(#"{"a":[]}"#) == "CD2129 x")
    }

    @Test("join by a separator is turned round; a plain join is not")
    func joinReverse() throws {
        let row = try Harness("  - {left: [a, b], right: x, join: {by: ','}}")
        #expect(try row.map(#"{"a":"1","b":"2"}"#) == #"{"x":"1,2"}"#)
        #expect(try row.back(#"{"x":"1,2,3"}"#) == #"{"a":"1","b":"2,3"}"#)
        #expect(complaints("  - {left: [a, b], right: x, join: ','}") == ["CD2108 5:5"])
    }

    @Test("line takes one line; a range is joined by spaces without blank lines")
    func line() throws {
        let rows = try Harness(
            """
              - {left: a, right: x, line: 1}
              - {left: a, right: y, line: "2.."}
              - {left: a, right: z, line: 3, direction: to-right}
            """)
        #expect(
            try rows.map(#"{"a":"one\r\ntwo\n\rfour\r"}"#) == #"{"x":"one","y":"two four","z":""}"#)
        #expect(try rows.map(#"{"a":"one"}"#) == #"{"x":"one"}"#)
        #expect(try rows.back(#"{"x":"1","y":"2"}"#) == #"{"a":"1\n2"}"#)
        #expect(try rows.back(#"{"y":"2"}"#) == #"{"a":"2"}"#)
        let strict = try Harness("  - {left: a, right: x, line: 2, onAbsent: fail}")
        #expect(try strict.failure(#"{"a":"one"}"#) == "CD2123 x")
        let middle = try Harness("  - {left: a, right: x, line: '2..3'}")
        #expect(try middle.map(#"{"a":"1\n2\n3\n4"}"#) == #"{"x":"2 3"}"#)
    }

    @Test("Length counts scalars, fails or cuts, and holds in the row's direction")
    func length() throws {
        let row = try Harness("  - {left: a, right: b, length: 3}")
        #expect(try row.map(#"{"a":"äöü"}"#) == #"{"b":"äöü"}"#)
        #expect(try row.failure(#"{"a":"äöü!"}"#) == "CD2106 b")
        #expect(try row.back(#"{"b":"long enough"}"#) == #"{"a":"long enough"}"#)
        let cut = try Harness("  - {left: a, right: b, length: 3, onTooLong: truncate}")
        #expect(try cut.map(#"{"a":"ä\nüx"}"#) == #"{"b":"ä\nü"}"#)
        let pieces = try Harness(
            "  - {left: a, right: [x, y], split: {by: ','}, length: 2}")
        #expect(try pieces.failure(#"{"a":"1,123"}"#) == "CD2106 y")
    }

    @Test("The schema's length holds where the row has none")
    func schemaLength() throws {
        let schema = #"{"fields":[{"name":"b","type":"text","length":2}]}"#
        let row = try Harness("  - {left: a, right: b}", schemas: ["right": schema])
        #expect(try row.failure(#"{"a":"123"}"#) == "CD2106 b")
    }

    @Test(
        "Code lists match without case and write their own",
        arguments: [
            ("iso3166-1-alpha2", "iso3166-1-alpha3", "de", "DEU"),
            ("iso3166-1-alpha3", "iso3166-1-numeric", "AFG", "004"),
            ("iso3166-1-numeric", "iso3166-1-alpha2", "840", "US"),
            ("iso3166-2", "iso3166-2", "de-by", "DE-BY"),
            ("iso3166-2", "iso3166-1-alpha2", "US-CA", "US"),
            ("iso639-1", "sap-spras", "DE", "D"), ("iso639-1", "sap-spras", "zh", "1"),
            ("iso639-1", "sap-spras", "nb", "O"), ("sap-spras", "iso639-1", "e", "en"),
            ("sap-spras", "iso639-1", "a", "af"), ("sap-spras", "iso639-1", "A", "ar"),
            ("sap-spras", "iso639-1", "M", "zh"),
            ("iso4217-alpha", "iso4217-numeric", "eur", "978"),
            ("un-unit", "sap-unit", "h87", "ST"), ("un-unit", "sap-unit", "PCE", "ST"),
            ("sap-unit", "un-unit", "ST", "H87"), ("sap-unit", "un-unit", "\"", "INH"),
            ("iso639-1", "iso639-1", "EN", "en"),
        ])
    func codes(_ from: String, _ to: String, _ given: String, _ expected: String) throws {
        let row = try Harness(
            "  - {left: a, right: b, codes: {from: \(from), to: \(to)}, direction: to-right}")
        #expect(try row.mapping.apply(["a": .string(given)])["b"] == .string(expected))
    }

    @Test("A code that is not in the list fails, in both directions")
    func unknownCodes() throws {
        let row = try Harness(
            "  - {left: a, right: b, codes: {from: iso639-1, to: sap-spras}}")
        #expect(try row.failure(#"{"a":"xx"}"#) == "CD2104 b")
        #expect(try row.back(#"{"b":"D"}"#) == #"{"a":"de"}"#)
        #expect(try row.failure(#"{"b":"?"}"#, .toLeft) == "CD2104 a")
    }

    @Test(
        "Lists about different things are refused, and lists that are not one to one are not turned round"
    )
    func badCodes() {
        #expect(
            complaints("  - {left: a, right: b, codes: {from: iso639-1, to: iso4217-alpha}}")
                == ["CD2102 5:32"])
        #expect(
            complaints("  - {left: a, right: b, codes: {from: iso3166-2, to: iso3166-1-alpha2}}")
                == ["CD2108 5:5"])
    }

    @Test("The lists are whole")
    func wholeLists() {
        func count(_ from: CodeList, _ to: CodeList) -> Int {
            CodeTables.members(from: from, to: to).count
        }
        #expect(count(.countryAlpha2, .countryAlpha3) == 249)
        #expect(count(.subdivision, .subdivision) == 5_046)
        #expect(count(.language, .language) >= 183)
        #expect(count(.currency, .currencyNumeric) >= 178)
    }
}
