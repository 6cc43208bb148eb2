import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Checks against schemas, tables and tests")
struct LintTests {
    static let left = """
        {"object":"Account","fields":[{"name":"Name","type":"text","length":80},
        {"name":"Country","type":"text","picklist":["Germany","France"]},
        {"name":"Born","type":"dateTime"},{"name":"Size","type":"number"},
        {"name":"Contacts","type":"object","list":true,"fields":[{"name":"Email","type":"text"}]}]}
        """
    static let right = """
        {"object":"Partner","fields":[{"name":"Name1","type":"text","length":40,"required":true},
        {"name":"Land","type":"text","picklist":["DE"]},{"name":"Day","type":"date"},
        {"name":"Full","type":"text","createable":false,"updateable":false},
        {"name":"Count","type":"integer"},
        {"name":"to_Mail","type":"object","list":true,"fields":[{"name":"Mail","type":"text"}]}]}
        """

    private func lint(
        _ rows: String, defaults: String = "direction: to-right", more: String = ""
    ) throws -> [String] {
        try Harness(
            rows, defaults: defaults, more: more,
            tables: ["land": "left,right\nGermany,DE\nSpain,ES\n"],
            schemas: ["left": Self.left, "right": Self.right]
        ).mapping.lint().map { "\($0.code.id) \($0.span?.line ?? 0)" }
    }

    @Test(
        "A field that does not exist is refused with the nearest name and its exact place",
        arguments: [
            ("  - {left: Nmae, right: Name1}", "6:12", "Name"),
            ("  - {left: Name, right: Nam1}", "6:25", "Name1"),
            ("  - {left: Name, right: 'to_Mail[0].Mial'}", "6:25", "Mail"),
            ("  - {right: Name1, expr: '$uppercase(Nmae)'}", "6:38", "Name"),
            ("  - {right: Name1, expr: 'Contacts.Emial'}", "6:36", "Email"),
            (
                "  - {right: Name1, when: [{if: 'Contry = 1', then: 1}, {else: 2}]}", "6:33",
                "Country"
            ),
            (
                "  - {right: to_Mail, each: Contacts, fields: [{left: Emal, right: Mail}]}", "6:54",
                "Email"
            ),
            (
                "  - {right: to_Mail, each: Contacts, fields: [{right: Mail, expr: '$root.Nmae & Email'}]}",
                "6:74", "Name"
            ),
            ("  - {left: Name, right: Name1, lookup: 'land/{Contry}'}", "", ""),
        ])
    func unknownField(_ row: String, _ place: String, _ suggestion: String) {
        let found = diagnostics(
            row, defaults: "direction: to-right",
            tables: ["land": "key,left,right\n"], schemas: ["left": Self.left, "right": Self.right])
        #expect(found.map(\.code.id) == ["CD2101"])
        guard !place.isEmpty else { return }
        #expect(found.first.map { "\($0.span?.line ?? 0):\($0.span?.column ?? 0)" } == place)
        #expect(found.first?.help == "did you mean '\(suggestion)'?")
    }

    @Test("Identity and ignore lists are checked too")
    func otherPlaces() {
        let found = complaints(
            "  - {left: Name, right: Name1}", more: "identity: {left: Idd}\nignore: {right: [Ful]}",
            schemas: ["left": Self.left, "right": Self.right])
        #expect(found.map { String($0.prefix(6)) } == ["CD2101", "CD2101"])
    }

    @Test("Required, read-only, too long, clashing and undated targets are found")
    func targets() throws {
        #expect(try lint("  - {left: Name, right: Name1}").contains("CD2106 6"))
        #expect(try lint("  - {left: Name, right: Name1}").contains("CD2107 6"))
        #expect(
            try !lint("  - {left: Name, right: Name1, length: 40, onNull: fail, onAbsent: fail}")
                .contains { $0.hasPrefix("CD2107") || $0.hasPrefix("CD2106") })
        #expect(try lint("  - {left: Name, right: Full}").contains("CD2109 6"))
        #expect(try lint("  - {left: Name, right: Full}").contains("CD2103 1"))
        #expect(try lint("  - {left: Name, right: Count}").contains("CD2119 6"))
        #expect(try lint("  - {left: Born, right: Day, as: {date: iso}}").contains("CD2112 6"))
        #expect(
            try !lint(
                "  - {left: Born, right: Day, as: {date: iso}}",
                defaults: "direction: to-right, zone: {right: UTC}"
            ).contains("CD2112 6"))
    }

    @Test("Tables are held against picklists of both sides")
    func picklists() throws {
        let found = try lint("  - {left: Country, right: Land, lookup: land}")
        #expect(found.filter { $0 == "CD2104 6" }.count == 2)
    }

    @Test("Expressions that feed decimals or walk lists are warned of")
    func expressions() throws {
        #expect(
            try lint("  - {right: Count, expr: 'Size * 2', as: {decimal: \"5,2\"}}")
                .contains("CD2110 6"))
        #expect(try lint("  - {right: Name1, expr: Contacts.Email}").contains("CD2111 6"))
        #expect(try !lint("  - {right: Name1, expr: Contacts}").contains("CD2111 6"))
    }

    @Test("Unread fields and untested rows are noted, ignored and tested ones are not")
    func coverage() throws {
        let rows = "  - {left: Name, right: Name1}\n  - {left: Size, right: Count}"
        let bare = try lint(rows)
        #expect(bare.filter { $0 == "CD2115 1" }.count == 3)
        #expect(bare.filter { $0.hasPrefix("CD2116") } == ["CD2116 6", "CD2116 7"])
        let covered = try lint(
            rows,
            more: """
                ignore: {left: [Country, Born, Contacts]}
                tests:
                  - {name: one, given: {Name: x}, expect: {Name1: x}}
                  - {name: two, given: {Name: x}, fails: {field: Count}}
                """)
        #expect(!covered.contains { $0.hasPrefix("CD2115") || $0.hasPrefix("CD2116") })
    }

    @Test("Personal data in an unmarked row is warned of, and tables without use are found")
    func others() throws {
        let found = try lint(
            "  - {left: Name, right: Name1, pii: true}\n  - {left: Name, right: Count}")
        #expect(found.contains("CD2113 7"))
        let mapping = try Harness(
            "  - {left: a, right: b, lookup: t}", tables: ["t": "left,right\n"]
        ).mapping
        let unused = Mapping.unusedTables(
            [mapping], in: TablesInMemory(["t": "left,right\n", "u": "left,right\n"]))
        #expect(unused.map(\.code.id) == ["CD2118"])
    }

    @Test("A schema that is not there is a warning, one that is broken an error")
    func schemas() {
        let missing = diagnostics("  - {left: a, right: b}", schemas: ["left": "{}"])
        #expect(missing.map(\.code.id) == ["CD2144"])
        for text in ["{", "[]", #"{"fields":[{}]}"#, #"{"fields":[{"name":"a","type":"x"}]}"#] {
            let found = complaints("  - {left: a, right: b}", schemas: ["left": text])
            #expect(found.map { String($0.prefix(6)) } == ["CD2144"])
        }
    }
}

@Suite("Inline tests")
struct InlineTestTests {
    private func run(
        _ tests: String, rows: String = "  - {left: a, right: b, as: {decimal: \"5,2\"}}"
    ) throws -> [Bool] {
        try Harness(rows, more: "tests:\n\(tests)", tables: ["t": "left,right\nx,y\n"]).mapping
            .runTests().map(\.isPassed)
    }

    @Test("expect compares a part, expectExactly the whole, decimals by their digits")
    func expectations() throws {
        #expect(
            try run(
                """
                  - {given: {a: 1}, expect: {b: "1.00"}}
                  - {given: {a: 1}, expect: {b: 1.00}}
                  - {given: {a: 1}, expect: {}}
                  - {given: {a: 1}, expectExactly: {}}
                  - {given: {a: 1}, expectExactly: {b: 1.00}}
                  - {given: {a: 1}, expect: {b: 2}}
                  - {given: {a: 1}, expect: {c: 2}}
                  - {given: {a: null}, expectExactly: {b: null}}
                  - {given: {a: x}, expect: {}}
                """) == [true, true, true, false, true, false, false, true, false])
    }

    @Test("Numbers and texts differ where the target is no decimal")
    func types() throws {
        let rows = "  - {left: a, right: b}"
        #expect(
            try run(
                """
                  - {given: {a: 1}, expect: {b: "1"}}
                  - {given: {a: 01}, expect: {b: "01"}}
                  - {given: {a: NO}, expect: {b: "NO"}}
                  - {given: {a: [1, {c: 2}]}, expect: {b: [1, {}]}}
                  - {given: {a: [1, 2]}, expect: {b: [1]}}
                """, rows: rows) == [false, true, true, true, false])
    }

    @Test("fails compares field and code; a record that does not fail fails the test")
    func failures() throws {
        #expect(
            try run(
                """
                  - {given: {a: x}, fails: {field: b, code: CD2130}}
                  - {given: {a: x}, fails: {code: CD2131}}
                  - {given: {a: x}, fails: {field: c}}
                  - {given: {a: x}, fails: {}}
                  - {given: {a: 1}, fails: {}}
                """) == [true, false, false, true, false])
    }

    @Test("roundtrip goes there and back; direction turns a test round")
    func roundtrip() throws {
        let rows = "  - {left: a, right: b, lookup: t}\n  - {left: c, right: d, clean: [trim]}"
        #expect(
            try run(
                """
                  - {given: {a: x, c: " z "}, roundtrip: [a]}
                  - {given: {a: x, c: " z "}, roundtrip: [a, c]}
                  - {given: {b: y}, direction: to-left, expect: {a: x}, roundtrip: [b]}
                """, rows: rows) == [true, false, true])
    }

    @Test(
        "A test that says too little or too much is refused",
        arguments: [
            "  - {name: n}", "  - {given: {a: 1}}", "  - {given: 5, expect: {}}",
            "  - {given: {a: 1}, expect: {}, expectExactly: {}}", "  - {given: {}, expct: {}}",
        ])
    func refused(_ test: String) {
        let found = complaints("  - {left: a, right: b}", more: "tests:\n\(test)")
        #expect(found.first?.hasPrefix("CD2102") == true)
    }
}
