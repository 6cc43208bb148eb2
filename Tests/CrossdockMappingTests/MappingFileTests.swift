import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Mapping files")
struct MappingFileTests {
    @Test(
        "What a file may not say is refused where it stands",
        arguments: [
            ("  - {left: a, rigth: b}", "CD2102 5:15"),
            ("  - {left: a}", "CD2102 5:5"),
            ("  - {right: b}", "CD2102 5:5"),
            ("  - {}", "CD2102 5:5"),
            ("  - x", "CD2102 5:5"),
            ("  - {left: a, right: b, lookup: t, line: 1}", "CD2102 5:36"),
            ("  - {left: a, right: b, onMissing: fail}", "CD2102 5:25"),
            ("  - {left: a, right: b, xref: t, onMissing: skip}", "CD2102 5:45"),
            ("  - {left: a, right: b, onNull: nothing}", "CD2102 5:33"),
            ("  - {left: a, right: b, length: 0}", "CD2102 5:33"),
            ("  - {left: a, right: b, clean: [trimm]}", "CD2102 5:33"),
            ("  - {left: a, right: b, as: decimal}", "CD2102 5:29"),
            ("  - {left: a, right: b, as: {decimal: \"2,5\"}}", "CD2102 5:39"),
            ("  - {left: a, right: b, as: {date: iso, time: iso}}", "CD2102 5:29"),
            ("  - {left: a, right: b, as: {integer: 1, from: x}}", "CD2102 5:48"),
            ("  - {left: a, right: b, as: {boolean: {true: x}}}", "CD2102 5:39"),
            ("  - {left: a, right: b, as: {boolean: {true: x, false: x}}}", "CD2102 5:56"),
            ("  - {left: a, right: b, line: 0}", "CD2102 5:31"),
            ("  - {left: a, right: b, line: '3..2'}", "CD2102 5:31"),
            ("  - {left: a, right: [b, c], split: {width: 3, by: x}}", "CD2102 5:37"),
            ("  - {left: a, right: [b, c], split: {width: 3, at: wrd}}", "CD2102 5:52"),
            ("  - {left: [a, b], right: [c, d, e], join: x}", "CD2102 5:5"),
            ("  - {right: b, when: []}", "CD2102 5:22"),
            ("  - {right: b, when: [{else: 1}, {if: x, then: 1}]}", "CD2102 5:23"),
            ("  - {right: b, when: [{if: x}]}", "CD2102 5:23"),
            ("  - {left: a, right: b, pii: yes}", "CD2102 5:30"),
            ("  - {left: a, right: b, direction: left}", "CD2102 5:36"),
            ("  - {left: 'a[', right: b}", "CD2102 5:12"),
            ("  - {left: a, right: $root.b}", "CD2102 5:22"),
            ("  - {right: b, each: c}", "CD2102 5:22"),
            ("  - {right: b, fields: []}", "CD2102 5:5"),
            ("  - {left: a, right: b, currency: {}}", "CD2102 5:35"),
            ("  - {left: a, right: b, reverse: {left: a}}", "CD2102 5:34"),
            ("  - {left: a, right: b, codes: {from: iso639-2, to: sap-spras}}", "CD2102 5:39"),
            ("  - {left: a, right: b, lookup: 't/x'}", "CD2127 5:33"),
            ("  - {left: a, right: b, lookup: 't/{x}/y'}", "CD2102 5:33"),
            ("  - {left: a, right: b, lookup: '../t'}", "CD2102 5:33"),
            ("  - {right: b, expr: 'a +', direction: to-right}", "CD2141 5:"),
            ("  - {left: a, right: b, score: {output: x}}", "CD2102 5:32"),
            (
                "  - {left: a, right: b, as: {decimal: '5,2', decimalSeparator: '..'}}",
                "CD2102 5:64"
            ),
        ])
    func refused(_ row: String, _ expected: String) {
        let found = complaints(row)
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
    }

    @Test("A misspelt key is named with the one that was meant")
    func suggestions() {
        #expect(diagnostics("  - {left: a, rigth: b}").first?.help == "did you mean 'right'?")
        #expect(
            diagnostics("  - {left: a, right: b, clean: [trimm]}").first?.help
                == "did you mean 'trim'?")
        #expect(
            diagnostics("  - {left: a, right: b}", defaults: "onNul: skip").first?.help
                == "did you mean 'onNull'?")
        #expect(
            diagnostics("  - {left: a, right: b}", defaults: "onNull: skpi").first?.help
                == "did you mean 'skip'?")
    }

    @Test("Several complaints are found at once")
    func several() {
        let found = complaints("  - {left: a, rigth: b}\n  - {left: a, right: b, line: x}\n  - 5")
        #expect(found.count == 4)
    }

    @Test("Two rows that write the same field are refused, also parts of one another")
    func duplicateTargets() {
        for rows in [
            "  - {left: a, right: x}\n  - {left: b, right: x}",
            "  - {left: a, right: x}\n  - {left: b, right: x.y}",
            "  - {left: a, right: 'x[0]'}\n  - {left: b, right: x.y}",
            "  - {left: a, right: [x, x], split: {by: ','}}",
        ] {
            let found = complaints(rows, defaults: "direction: to-right")
            #expect(found.contains { $0.hasPrefix("CD2114") }, "\(rows)")
        }
    }

    @Test("A field that feeds two is no obstacle there, only on the way back")
    func duplicateSources() throws {
        let mapping = try Harness("  - {left: a, right: x}\n  - {left: a, right: y}")
        #expect(try mapping.map(#"{"a":1}"#) == #"{"x":1,"y":1}"#)
        let error = #expect(throws: DiagnosticsError.self) { try mapping.mapping.compiled(.toLeft) }
        #expect(error?.code.id == "CD2114")
        #expect(mapping.mapping.lint().map(\.code.id).contains("CD2114"))
    }

    @Test("Rows without an inverse run there; the way back names each of them")
    func notInvertible() throws {
        let rows = """
              - {right: a, expr: x}
              - {left: b, right: b, clean: [upper]}
              - {right: c, when: [{else: 1}]}
              - {left: d, right: d}
            """
        let mapping = try Harness(rows)
        #expect(try mapping.map(#"{"x":1,"b":"b","d":2}"#) == #"{"a":1,"b":"B","c":1,"d":2}"#)
        let error = #expect(throws: DiagnosticsError.self) { try mapping.mapping.compiled(.toLeft) }
        #expect(error?.diagnostics.map(\.code.id) == ["CD2108", "CD2108", "CD2108"])
        #expect(error?.diagnostics.compactMap(\.span?.line) == [5, 6, 7])
    }

    @Test(
        "What is no mapping at all is refused", arguments: ["", "- a", "x", "a: [", "mapping: m"])
    func noMapping(_ text: String) {
        #expect(throws: DiagnosticsError.self) { try Mapping.load(text, path: "m.yaml") }
    }

    @Test("Every code is of this area, explained, and listed once")
    func codes() {
        let ids = MappingCodes.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        for code in MappingCodes.all {
            #expect(code.id.hasPrefix("CD21"))
            #expect(!code.title.isEmpty && code.explanation.count > 40, "\(code.id)")
        }
    }
}
