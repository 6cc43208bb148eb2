import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Numbers, currencies and booleans")
struct NumberTests {
    @Test(
        "Decimals have exactly their digits after the point, halves to the even neighbour",
        arguments: [
            ("5,2", "1", "1.00"), ("5,2", "\"+007.1\"", "7.10"), ("5,2", "0.125", "0.12"),
            ("5,2", "0.135", "0.14"), ("5,2", "0.1350000001", "0.14"), ("5,2", "0.005", "0.00"),
            ("5,2", "0.0051", "0.01"), ("5,2", "-0.001", "0.00"), ("5,2", "-0", "0.00"),
            ("5,2", "1e2", "100.00"), ("5,2", "1.5E-1", "0.15"), ("5,2", "1e-100000", "0.00"),
            ("5,2", "0e999999", "0.00"), ("5,2", "999.994", "999.99"), ("5,0", "99.5", "100"),
            ("3,3", "0.9994", "0.999"), ("5,2", "-12.345", "-12.34"), ("5,2", "9.995", "10.00"),
            (
                "38,0", "99999999999999999999999999999999999999",
                "99999999999999999999999999999999999999"
            ),
            ("15,2", "1250000.505", "1250000.50"),
        ])
    func decimals(_ size: String, _ given: String, _ expected: String) throws {
        let row = try Harness("  - {left: a, right: b, as: {decimal: \"\(size)\"}}")
        #expect(try row.map("{\"a\":\(given)}") == "{\"b\":\(expected)}")
        #expect(
            try row.map("{\"a\":\(given)}", quotesDecimals: true) == "{\"b\":\"\(expected)\"}")
        #expect(try row.back("{\"b\":\(expected)}") == "{\"a\":\(expected)}")
    }

    @Test(
        "What is no decimal, or has too many digits, fails",
        arguments: [
            ("\"x\"", "CD2130 b"), ("\"1e2\"", "CD2130 b"), ("\"1,5\"", "CD2130 b"),
            ("\".5\"", "CD2130 b"), ("\"5.\"", "CD2130 b"), ("\" 5\"", "CD2130 b"),
            ("\"1 000\"", "CD2130 b"), ("true", "CD2130 b"), ("[1]", "CD2130 b"),
            ("1000", "CD2131 b"), ("999.995", "CD2131 b"), ("1e100000", "CD2131 b"),
            ("1e99999999999999999999", "CD2131 b"), ("\"--1\"", "CD2130 b"),
        ])
    func badDecimals(_ given: String, _ expected: String) throws {
        let row = try Harness("  - {left: a, right: b, as: {decimal: \"5,2\"}}")
        #expect(try row.failure("{\"a\":\(given)}") == expected)
    }

    @Test("Separators are those of the side")
    func separators() throws {
        let row = try Harness(
            "  - {left: a, right: b, as: {decimal: \"15,2\", decimalSeparator: \",\", groupSeparator: \".\"}}"
        )
        #expect(try row.map(#"{"a":"1.234.567,8"}"#) == #"{"b":1234567.80}"#)
        #expect(try row.map(#"{"a":1234.5}"#) == #"{"b":1234.50}"#)
        #expect(try row.failure(#"{"a":"1,234,5"}"#) == "CD2130 b")
        #expect(try row.failure(#"{"a":"1..2"}"#) == "CD2130 b")
        #expect(try row.back(#"{"b":"1234567.80"}"#) == #"{"a":1234567.80}"#)
        #expect(
            try row.map(#"{"b":1234567.8}"#, .toLeft, quotesDecimals: true)
                == #"{"a":"1.234.567,80"}"#)
        let file = try Harness(
            "  - {left: a, right: b, as: {decimal: \"15,2\"}}",
            defaults: "decimalSeparator: {left: \",\"}, groupSeparator: {left: \"\u{2019}\"}")
        #expect(try file.map("{\"a\":\"-1\u{2019}234,50\"}") == #"{"b":-1234.50}"#)
    }

    @Test("currency takes the scale from ISO 4217, over as")
    func currency() throws {
        let rows = try Harness(
            """
              - {left: cur, right: waers}
              - {left: a, right: b, as: {decimal: "15,2"}, currency: {field: cur}}
              - {left: n, right: m, currency: {field: cur}}
            """)
        #expect(
            try rows.map(#"{"a":1.2345,"n":"2.5","cur":"KWD"}"#)
                == #"{"waers":"KWD","b":1.234,"m":2.500}"#)
        #expect(
            try rows.map(#"{"a":"1.5","n":2.5,"cur":"jpy"}"#) == #"{"waers":"jpy","b":2,"m":2}"#)
        for (record, expected) in [
            (#"{"a":1}"#, "CD2133 b"), (#"{"a":1,"cur":"XAU"}"#, "CD2133 b"),
            (#"{"a":1,"cur":"???"}"#, "CD2133 b"),
            (#"{"a":12345678901234,"cur":"EUR"}"#, "CD2131 b"),
        ] {
            #expect(try rows.failure(record) == expected)
        }
        #expect(
            try rows.back(#"{"b":1.2345,"waers":"KWD"}"#) == #"{"cur":"KWD","a":1.234}"#)
        #expect(
            complaints("  - {left: a, right: b, as: integer, currency: {field: c}}")
                == ["CD2102 5:56"])
    }

    @Test(
        "Integers are whole and have 64 bits",
        arguments: [
            ("3", #"{"b":3}"#), ("3.0", #"{"b":3}"#), ("\"+03\"", #"{"b":3}"#),
            ("-0", #"{"b":0}"#), ("1e3", #"{"b":1000}"#), ("\"-7.00\"", #"{"b":-7}"#),
            ("9223372036854775807", #"{"b":9223372036854775807}"#),
            ("-9223372036854775808", #"{"b":-9223372036854775808}"#),
            ("9223372036854775808", "CD2131 b"), ("1e400", "CD2131 b"), ("3.5", "CD2130 b"),
            ("\"x\"", "CD2130 b"), ("false", "CD2130 b"), ("0.1e1", #"{"b":1}"#),
            ("1e-1", "CD2130 b"),
        ])
    func integers(_ given: String, _ expected: String) throws {
        for form in ["integer", "{integer}", "{integer: true}"] {
            let row = try Harness("  - {left: a, right: b, as: \(form)}")
            #expect(try row.failure("{\"a\":\(given)}") == expected)
        }
    }

    @Test("Booleans read true and false, write what the row gives, and come back from exactly that")
    func booleans() throws {
        let row = try Harness("  - {left: a, right: b, as: {boolean: {true: X, false: \"\"}}}")
        #expect(try row.map(#"{"a":true}"#) == #"{"b":"X"}"#)
        #expect(try row.map(#"{"a":"False"}"#) == #"{"b":""}"#)
        #expect(try row.failure(#"{"a":"yes"}"#) == "CD2130 b")
        #expect(try row.failure(#"{"a":1}"#) == "CD2130 b")
        #expect(try row.back(#"{"b":"X"}"#) == #"{"a":true}"#)
        #expect(try row.back(#"{"b":""}"#) == #"{"a":false}"#)
        #expect(try row.back(#"{"b":null}"#) == #"{"a":null}"#)
        #expect(try row.failure(#"{"b":"x"}"#, .toLeft) == "CD2130 a")
        let numbers = try Harness("  - {left: a, right: b, as: {boolean: {true: 1, false: 0}}}")
        #expect(try numbers.map(#"{"a":"TRUE"}"#) == #"{"b":1}"#)
        #expect(try numbers.back(#"{"b":"0"}"#) == #"{"a":false}"#)
        let plain = try Harness("  - {left: a, right: b, as: boolean}")
        #expect(try plain.map(#"{"a":"true"}"#) == #"{"b":true}"#)
    }
}
