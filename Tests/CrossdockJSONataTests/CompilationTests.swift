import CrossdockData
import CrossdockDiagnostics
import CrossdockJSONata
import Testing

@Suite("Compiling JSONata")
struct CompilationTests {
    @Test(
        "Faults are found with code, position and token",
        arguments: [
            ("1 +", "S0207", 3, "(end)"), ("", "S0207", 0, "(end)"), ("a b", "S0201", 3, "b"),
            ("(a", "S0203", 2, "(end)"), ("[1, 2", "S0203", 5, "(end)"),
            ("{'a' 1}", "S0202", 6, "1"),
            ("'abc", "S0101", 4, nil), ("1e999", "S0102", 0, "1e999"), (#""\y""#, "S0103", 2, "y"),
            (#""\u12""#, "S0104", 2, nil), ("`abc", "S0105", 4, nil), ("1 /* x", "S0106", 2, nil),
            ("!a", "S0204", 1, "!"), ("?", "S0211", 1, "?"), ("a.1", "S0213", 3, nil),
            ("1 := 2", "S0212", 1, "1"), ("a@b", "S0214", 3, "@"), ("a[0]@$x", "S0215", 5, nil),
            ("a^(b)@$x", "S0216", 6, nil), ("%", "S0217", 1, "parent"),
            ("function(a){ 1 }", "S0208", 10, "a"), ("a{b: c}{d: e}", "S0210", 8, nil),
            ("function($x)<s<n>>{ 1 }", "S0401", 15, nil),
            ("function($x)<(s<n>)>{ 1 }", "S0402", 14, nil),
        ])
    func faults(_ expression: String, _ code: String, _ position: Int, _ token: String?) {
        let error = failure(expression)
        #expect(error?.jsonataCode == code)
        #expect(error?.stage == .compilation)
        #expect(error?.code.id == "CD2141")
        #expect(error?.position == position)
        #expect(error?.token == token)
    }

    @Test("Failures of an evaluation carry position and token")
    func evaluationFaults() throws {
        let error = try #require(failure("a + 'x'", #"{"a":1}"#))
        #expect(error.code.id == "CD2140")
        #expect(error.stage == .evaluation)
        #expect(error.position == 3)
        #expect(error.token == "+")
        #expect(error.report.jsonText == #"{"error":{"code":"T2002","position":3,"token":"+"}}"#)
        #expect(error.message == #"T2002 at 3: the right side of + must be a number, found "x""#)
        let call = try #require(failure("$uppercase(5)"))
        #expect(call.position == 11)
        #expect(call.token == "uppercase")
    }

    @Test("An error shows a short piece of a value, never a record")
    func excerpts() throws {
        let secret = String(repeating: "s", count: 1_000)
        let error = try #require(failure("1 + $", Value.string(secret).jsonText))
        #expect(error.message.utf8.count < 200)
        let record = try #require(failure("1 + $", #"{"password":"hunter2"}"#))
        #expect(!record.message.contains("hunter2"))
    }

    @Test("What an expression reads is known without evaluating it")
    func paths() throws {
        func reads(_ expression: String) throws -> Set<String> {
            Set(
                try JSONata(expression).paths.map { path in
                    let root =
                        switch path.root {
                        case .input: ""
                        case .variable(let name): "$\(name)."
                        }
                    return root + path.names.joined(separator: ".")
                })
        }
        #expect(
            try reads("Account.Name & $uppercase(City)") == ["Account", "Account.Name", "City"])
        #expect(
            try reads("Lines[Qty > Min].Sku") == ["Lines", "Lines.Qty", "Lines.Min", "Lines.Sku"])
        #expect(try reads("$root.Id = $left.Key") == ["$root.Id", "$left.Key"])
        #expect(try reads("$$.A") == ["A"])
        #expect(try reads("Lines.(Price * $$.Rate)") == ["Lines", "Lines.Price", "Rate"])
        #expect(try reads("($x := A.B; $x.C)") == ["A", "A.B", "A.B.C"])
        #expect(try reads("$map(Lines, function($l){ $l.Sku })") == ["Lines", "Lines.Sku"])
        #expect(try reads("A^(>B){C: D}") == ["A", "A.B", "A.C", "A.D"])
        #expect(try reads("*.X") == [])
        let position = try #require(JSONata("a & bcd").paths.last?.position)
        #expect(position == 7)
    }

    @Test(
        "Bad text is refused, not run into",
        arguments: [
            String(repeating: "(", count: 50_000), String(repeating: "[", count: 50_000),
            String(repeating: "{'a':", count: 50_000), "1" + String(repeating: "+1", count: 50_000),
            String(repeating: "-", count: 50_000), String(repeating: "a.", count: 50_000),
            String(repeating: "a?", count: 50_000),
            String(repeating: "function($x){", count: 50_000),
            String(repeating: "'", count: 50_001),
            "/" + String(repeating: "(", count: 50_000) + "/",
            "\u{0}", "a\u{0}b c", "\u{FEFF}", "\\", "'\\", "$", "$$$", "``", "..", ":=", "~>", "|",
            "||||",
        ])
    func badText(_ expression: String) {
        do {
            let compiled = try JSONata(expression)
            _ = try compiled.evaluate(.absent)
        } catch { #expect(!error.jsonataCode.isEmpty) }
    }

    @Test("Whatever a careless hand writes, the compiler answers")
    func fuzz() {
        let words = [
            "a", "$x", "$", "$$", "1", "2.5", "'s'", "\"", "'", "`", "(", ")", "[", "]", "{", "}",
            ".", ",", ";", ":", "?", "@", "#", "%", "^", "*", "**", "+", "-", "/", "=", "<", ">",
            "<=", "!=", "~>", "??", "?:", ":=", "..", "|", "&", "and", "or", "in", "null", "true",
            "function", "($y)", "<s:n>", "/a/i", "/*", "*/", " ", "\\", "é", "😀", "\u{0}", "$sum",
            "$map", "$replace", "!", "~",
        ]
        var dice = Dice(seed: 42)
        var refused = 0
        let options = JSONataOptions(
            limits: JSONataLimits(steps: 2_000, depth: 50, time: .milliseconds(50), size: 100_000))
        for _ in 0..<4_000 {
            let length = 1 + dice.roll(12)
            let expression = (0..<length).map { _ in words[dice.roll(words.count)] }.joined()
            do {
                _ = try JSONata(expression).evaluate(.tree(["a": [1, "s", nil]]), options: options)
            } catch { refused += 1 }
        }
        #expect(refused > 1_000 && refused < 4_000)
    }
}

/// Repeatable dice for generated texts.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % sides
    }
}
