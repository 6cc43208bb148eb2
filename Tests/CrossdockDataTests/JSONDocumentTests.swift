import CrossdockData
import Testing

@Suite("JSON documents")
struct JSONDocumentTests {
    @Test("Values round-trip with their digits and the order of their members")
    func roundTrip() throws {
        let text =
            #"{"b":[1,2.50,-0,1e400,{"x":null}],"a":"é\n\"","t":true,"f":false,"n":9007199254740993}"#
        #expect(try Value(json: text).jsonText == text)
    }

    @Test(
        "What is not JSON is refused with the place",
        arguments: [
            ("", JSONError.Reason.empty, 0), ("[1,]", .number, 3), ("{\"a\":1,}", .syntax, 7),
            ("[1] 2", .syntax, 4), ("\"x", .unclosedString, 0), ("01", .number, 0),
            ("\"\\ud800\"", .escape, 0), ("{\"a\":1,\"a\":2}", .duplicateKey, 11),
        ])
    func refused(_ text: String, _ reason: JSONError.Reason, _ position: Int) {
        #expect(throws: JSONError(reason, position: position)) { try Value(json: text) }
    }

    @Test("A hundred thousand brackets are refused, not recursed into")
    func depth() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONError(.depth, position: 128)) { try JSONDocument(bytes) }
    }

    @Test("Members are found by name, elements by place, escaped names too")
    func navigation() throws {
        let root = try JSONDocument(Array(#"{"k\u0061":[10,{"z":"y"}],"s":"\ud83d\ude00"}"#.utf8))
            .root
        #expect(root["ka"]?[1]?["z"]?.string == "y")
        #expect(root["ka"]?[0]?.number?.int == 10)
        #expect(root["s"]?.string == "😀")
        #expect(root["none"] == nil)
        #expect(root.count == 2)
    }

    @Test("Escapes are seen in whichever strings they stand")
    func escapes() throws {
        let text = #"["a","b\n","","c","\\","d",["\"e\"","f"],"g\u0041"]"#
        let root = try JSONDocument(Array(text.utf8)).root
        let strings = (0..<root.count).map { root[$0]?.string }
        #expect(strings == ["a", "b\n", "", "c", "\\", "d", nil, "gA"])
        #expect(root[6]?[0]?.string == "\"e\"")
        #expect(root[6]?[1]?.string == "f")
    }

    @Test("Names of any length are told apart, also those that differ in one byte")
    func names() throws {
        for length in 0...40 {
            let name = String(repeating: "n", count: length)
            let others = (0..<length).map { place in
                String(repeating: "n", count: place) + "m"
                    + String(repeating: "n", count: length - place - 1)
            }
            let members = (others + [name]).enumerated().map { "\"\($1)\":\($0)" }
            let root = try JSONDocument(Array("{\(members.joined(separator: ","))}".utf8)).root
            #expect(root[name]?.number?.int == length)
            for (number, other) in others.enumerated() {
                #expect(root[other]?.number?.int == number)
            }
        }
    }

    @Test(
        "Halves are rounded to the even neighbour, without a double in between",
        arguments: [
            ("2.345", 2, "2.34"), ("2.355", 2, "2.36"), ("0.5", 0, "0"), ("1.5", 0, "2"),
            ("-0.004", 2, "0.00"),
            ("12345678901234567890.125", 2, "12345678901234567890.12"), ("9.995", 2, "10.00"),
            ("1e3", 2, "1000.00"),
            ("0.0005", 2, "0.00"), ("0.05", 1, "0.0"), ("0.15", 1, "0.2"), ("7", 3, "7.000"),
            ("99.5", 0, "100"),
        ])
    func rounding(_ text: String, _ scale: Int, _ expected: String) {
        #expect(ExactDecimal(text)?.formatted(scale: scale) == expected)
    }
}
