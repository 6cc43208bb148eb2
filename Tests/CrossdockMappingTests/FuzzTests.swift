import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Odd input")
struct FuzzTests {
    /// SplitMix64: the same numbers on every machine.
    struct Numbers {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
        mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }
    }

    static let verbs = [
        "", "lookup: t", "lookup: 't/{c}'", "codes: {from: iso639-1, to: sap-spras}", "line: 2",
        "line: '2..'", "as: {decimal: '9,2'}", "as: integer", "as: {date: yyyyMMdd}",
        "as: {dateTime: iso, from: sap}", "as: {boolean: {true: X, false: ''}}",
        "clean: [title, ascii]",
        "clean: [stripHtml, collapse, trim]", "clean: [nfc, digits]", "length: 3",
        "currency: {field: c}",
        "length: 2, onTooLong: truncate", "default: 5", "onNull: fail", "onEmpty: keep",
        "xref: x, onMissing: clear",
        "lookup: 't/{right.r0}', onMissing: skip", "each: a", "const: 1", "split: {width: 3}",
        "direction: to-left",
    ]

    static let values = [
        "null", "\"\"", "\"a\"", "1", "-0.0", "1e400", "true", "[]", "{}", "[[1],{\"a\":\"b\"}]",
        "\"2026-03-29T01:30:00+0200\"", "\"\\u0000\\n\\r \\ud83d\\ude00\"",
        "\"<p>&amp;&#x110000;<\"", "\"1.234,5\"",
        "123456789012345678901234567890.5", "\"\u{202E}é\u{301}\"", "\"/Date(99999999999999999)/\"",
        "\"de\"", "\"EUR\"",
    ]

    @Test("Mappings and records of any combination end in a result or a failure with a code")
    func combinations() throws {
        var numbers = Numbers(state: 42)
        var results = (loaded: 0, mapped: 0, failed: 0)
        for _ in 0..<400 {
            var rows: [String] = []
            for row in 0..<(1 + numbers.below(5)) {
                let verb = numbers.pick(Self.verbs)
                let left = numbers.pick(["left: a", "left: b.c", "left: 'd[1]'", "left: c"])
                let right = numbers.pick([
                    "r\(row)", "x.y\(row)", "'l[\(row)].z'", "[p\(row), q\(row)]",
                ])
                rows.append("  - {\(left), right: \(right)\(verb.isEmpty ? "" : ", " + verb)}")
            }
            guard
                let mapping = try? Harness(
                    rows.joined(separator: "\n"),
                    tables: ["t": "left,right\na,b\n1,2\n"]
                ).mapping,
                let compiled = try? mapping.compiled(.toRight)
            else { continue }
            results.loaded += 1
            for _ in 0..<4 {
                let record =
                    "{\"a\":\(numbers.pick(Self.values)),\"b\":{\"c\":\(numbers.pick(Self.values))},"
                    + "\"c\":\(numbers.pick(Self.values)),\"d\":[0,\(numbers.pick(Self.values))]}"
                let document = try JSONDocument(Array(record.utf8))
                do {
                    let bytes = try compiled.apply(document.root)
                    _ = try JSONDocument(bytes)
                    results.mapped += 1
                } catch let failure as MappingFailure {
                    #expect(failure.code.id.hasPrefix("CD"))
                    #expect(failure.field != nil)
                    results.failed += 1
                }
            }
        }
        #expect(results.loaded > 50)
        #expect(results.mapped > 50)
        #expect(results.failed > 50)
    }

    @Test("Broken copies of a good file are refused or loaded, never a trap")
    func brokenFiles() {
        let good = Array(
            """
            mapping: m
            defaults: {zone: {left: UTC, right: Europe/Berlin}, onNull: skip}
            fields:
              - {left: a, right: b, lookup: 't/{c}', onMissing: {default: x}}
              - {left: a, right: [c, d], split: {width: 4, at: char}, onTooLong: truncate}
              - right: e
                each: f
                key: {left: g, right: h, xref: i}
                fields: [{left: j, right: k, as: {date: 'yyyy''x''', from: odata2}}]
              - {right: l, when: [{if: 'm = "n"', then: 1}, {else: null}], direction: to-right}
            tests: [{given: {a: 1}, expect: {b: 2}, roundtrip: [a]}]
            """.utf8)
        var numbers = Numbers(state: 7)
        for _ in 0..<600 {
            var text = good
            for _ in 0..<(1 + numbers.below(3)) {
                let at = numbers.below(text.count)
                switch numbers.below(3) {
                case 0: text[at] = numbers.pick(Array("{}[]:,'\"\n -$&*!|>%@`x0".utf8))
                case 1: text.remove(at: at)
                default: text.insert(numbers.pick(Array("{}[]:,'\"\n -.".utf8)), at: at)
                }
            }
            do {
                let mapping = try Mapping.load(
                    String(decoding: text, as: UTF8.self), path: "m",
                    tables: TablesInMemory(["t": "key,left,right\n1,a,b\n"]))
                _ = mapping.runTests()
            } catch {
                #expect(!error.diagnostics.isEmpty)
            }
        }
    }

    @Test("Ten megabytes of text, deep nesting and long numbers are bounded")
    func large() throws {
        let row = try Harness(
            "  - {left: a, right: b, clean: [collapse, upper, trim], length: 10, onTooLong: truncate, direction: to-right}"
        )
        let text = String(repeating: "x ", count: 1 << 20)
        #expect(try row.map("{\"a\":\"\(text)\"}") == #"{"b":"X X X X X "}"#)
        let nested = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        let copy = try Harness("  - {left: a, right: b}")
        #expect(try copy.map("{\"a\":\(nested)}") == "{\"b\":\(nested)}")
        let digits = String(repeating: "9", count: 400)
        let decimal = try Harness("  - {left: a, right: b, as: {decimal: \"400,0\"}}")
        #expect(try decimal.map("{\"a\":\(digits)}") == "{\"b\":\(digits)}")
        #expect(try decimal.failure("{\"a\":9\(digits)}") == "CD2131 b")
    }

    @Test("An expression without end is stopped")
    func endless() throws {
        let row = try Harness(
            "  - {right: b, expr: '($f := function($x) { $f($x + 1) + 1 }; $f(1))', direction: to-right}"
        )
        #expect(try row.failure("{}") == "CD2140 b")
    }
}
