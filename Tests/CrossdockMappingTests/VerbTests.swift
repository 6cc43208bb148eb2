import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Verbs that copy, choose and translate")
struct VerbTests {
    @Test("Copied values keep their spelling, whatever they are")
    func copy() throws {
        let row = try Harness("  - {left: a, right: b}")
        for value in [
            "1.50", "1e3", "123456789012345678901234567890", "true", "[1,{\"x\":[]}]",
            #""a\u00fc\"b""#, "{}", "-0.0",
        ] {
            #expect(try row.map("{\"a\":\(value)}") == "{\"b\":\(value)}")
        }
        #expect(try row.map("{\"a\": { \"x\" : [ 1 , 2 ] } }") == #"{"b":{"x":[1,2]}}"#)
    }

    @Test("Dotted and indexed paths read; a scalar, list or missing index on the way gives absent")
    func sourcePaths() throws {
        let row = try Harness(#"  - {left: 'a.b[1]."odd.name"', right: x}"#)
        #expect(try row.map(#"{"a":{"b":[0,{"odd.name":5}]}}"#) == #"{"x":5}"#)
        for record in [
            #"{"a":1}"#, #"{"a":[{"b":1}]}"#, #"{"a":{"b":[0]}}"#, #"{"a":{"b":{"1":2}}}"#, "{}",
        ] {
            #expect(try row.map(record) == "{}")
        }
    }

    @Test("A name that an object has twice is read as its last value")
    func duplicateNames() throws {
        let row = try Harness("  - {left: a.b, right: x}")
        #expect(try row.map(#"{"a":{"b":1},"a":{"c":2}}"#) == "{}")
        #expect(try row.map(#"{"a":{"b":1},"a":{"b":2}}"#) == #"{"x":2}"#)
        #expect(try row.map(#"{"\u0061":{"b":3}}"#) == #"{"x":3}"#)
    }

    @Test("Dotted and indexed targets create objects and lists, in the order of the rows")
    func targetPaths() throws {
        let rows = try Harness(
            """
              - {left: a, right: 'x.list[0].one'}
              - {left: b, right: y}
              - {left: c, right: x.two}
              - {left: d, right: 'x.list[2].one'}
            """)
        #expect(
            try rows.map(#"{"a":1,"b":2,"c":3}"#) == #"{"x":{"list":[{"one":1}],"two":3},"y":2}"#)
        #expect(
            try rows.map(#"{"d":4}"#) == #"{"x":{"list":[null,null,{"one":4}]}}"#)
        #expect(try rows.map(#"{"b":2}"#) == #"{"y":2}"#)
        #expect(
            try rows.back(#"{"x":{"list":[{"one":1},{},{"one":4}],"two":3},"y":2}"#)
                == #"{"a":1,"b":2,"c":3,"d":4}"#)
    }

    @Test("Lists on both sides copy pairwise")
    func pairs() throws {
        let row = try Harness("  - {left: [a, b], right: [x, y], clean: [trim]}")
        #expect(try row.map(#"{"a":" 1 ","b":"2"}"#) == #"{"x":"1","y":"2"}"#)
        #expect(try row.back(#"{"y":"2"}"#) == #"{"b":"2"}"#)
        #expect(complaints("  - {left: [a, b], right: [x, y, z]}") == ["CD2102 5:5"])
    }

    @Test("Constants write in their own direction only; a null is a clear")
    func constants() throws {
        let rows = try Harness(
            """
              - {right: a, const: "2"}
              - {right: b, const: 1.50}
              - {right: c, const: null}
              - {right: d, const: 01}
              - {right: e, const: {x: [true, NO]}}
              - {left: f, const: on}
            """)
        #expect(
            try rows.map("{}") == #"{"a":"2","b":1.50,"c":null,"d":"01","e":{"x":[true,"NO"]}}"#)
        #expect(try rows.back("{}") == #"{"f":"on"}"#)
    }

    @Test("when takes the first true clause, else otherwise")
    func when() throws {
        let row = try Harness(
            """
              - right: g
                when:
                  - {if: 'Type = "Partner"', then: "02"}
                  - {if: 'Size > 10 and Type != "X"', then: 5}
                  - {if: Active, then: null}
                  - {else: {none: true}}
                direction: to-right
            """)
        #expect(try row.map(#"{"Type":"Partner"}"#) == #"{"g":"02"}"#)
        #expect(try row.map(#"{"Type":"Y","Size":11}"#) == #"{"g":5}"#)
        #expect(try row.map(#"{"Active":true}"#) == #"{"g":null}"#)
        #expect(try row.map("{}") == #"{"g":{"none":true}}"#)
        #expect(try row.failure(#"{"Active":"yes"}"#) == "CD2121 g")
        #expect(try row.failure(#"{"Type":1,"Size":"a"}"#) == "CD2140 g")
    }

    @Test("when without a true clause and without else fails")
    func whenNothing() throws {
        let row = try Harness(
            "  - {right: g, when: [{if: 'a = true', then: 1}, {if: \"b != 'x'\", then: 2}]}")
        #expect(try row.map(#"{"a":true}"#) == #"{"g":1}"#)
        #expect(try row.map(#"{"b":"y"}"#) == #"{"g":2}"#)
        #expect(try row.failure(#"{"b":"x"}"#) == "CD2120 g")
        #expect(try row.failure("{}") == "CD2120 g")
    }

    @Test("lookup trims cells and inputs, compares with case, and numbers by their source text")
    func lookup() throws {
        let table = "note,left,right\n,Germany , DE\n,1.0,one\n,true,yes\n,\"a\"\"b,c\",\"x\ny\"\n"
        let row = try Harness("  - {left: c, right: d, lookup: t}", tables: ["t": table])
        #expect(try row.map(#"{"c":" Germany\t"}"#) == #"{"d":"DE"}"#)
        #expect(try row.map(#"{"c":1.0}"#) == #"{"d":"one"}"#)
        #expect(try row.map(#"{"c":true}"#) == #"{"d":"yes"}"#)
        #expect(try row.map(#"{"c":"a\"b,c"}"#) == #"{"d":"x\ny"}"#)
        #expect(try row.failure(#"{"c":"germany"}"#) == "CD2104 d")
        #expect(try row.failure(#"{"c":1}"#) == "CD2104 d")
        #expect(try row.failure(#"{"c":[]}"#) == "CD2129 d")
        #expect(try row.back(#"{"d":"DE"}"#) == #"{"c":"Germany"}"#)
    }

    @Test(
        "lookup without a row does what onMissing says",
        arguments: [
            ("fail", "CD2104 d"), ("clear", #"{"d":null}"#), ("skip", "{}"),
            ("{default: ZB}", #"{"d":"ZB"}"#), ("{default: 0}", #"{"d":"0"}"#),
        ])
    func onMissing(_ choice: String, _ expected: String) throws {
        let row = try Harness(
            "  - {left: c, right: d, lookup: t, onMissing: \(choice)}",
            tables: ["t": "left,right\na,b\n"])
        #expect(try row.failure(#"{"c":"?"}"#) == expected)
    }

    static let regions = "key,left,right\nDE,Bavaria,09\nAT,Bavaria,X\nDE,Berlin,11\n"

    @Test("Sub-keys come from the left record")
    func subKeys() throws {
        let row = try Harness(
            """
              - {left: country, right: land}
              - {left: state, right: region, lookup: "t/{country}", onMissing: clear}
            """, tables: ["t": Self.regions])
        #expect(
            try row.map(#"{"country":"DE ","state":"Bavaria"}"#)
                == #"{"land":"DE ","region":"09"}"#)
        #expect(
            try row.map(#"{"country":"AT","state":"Bavaria"}"#) == #"{"land":"AT","region":"X"}"#)
        #expect(try row.map(#"{"state":"Bavaria"}"#) == #"{"region":null}"#)
        #expect(
            try row.back(#"{"land":"DE","region":"11"}"#) == #"{"country":"DE","state":"Berlin"}"#)
    }

    @Test("Sub-keys come from what the mapping wrote, whichever row comes first")
    func rightSubKeys() throws {
        let row = try Harness(
            """
              - {left: state, right: region, lookup: "t/{right.land}"}
              - {left: country, right: land, lookup: c}
            """,
            tables: ["t": Self.regions, "c": "left,right\nGermany,DE\nAustria,AT\n"])
        #expect(
            try row.map(#"{"country":"Germany","state":"Bavaria"}"#)
                == #"{"region":"09","land":"DE"}"#)
        #expect(
            try row.back(#"{"region":"X","land":"AT"}"#)
                == #"{"state":"Bavaria","country":"Austria"}"#)
        // The region fails for want of the country, which is what is reported.
        #expect(try row.failure(#"{"country":"?","state":"Bavaria"}"#) == "CD2104 land")
    }

    @Test("Rows that need each other are refused")
    func cycle() throws {
        let rows = """
              - {left: a, right: b, lookup: "t/{right.d}"}
              - {left: c, right: d, lookup: "t/{right.b}"}
            """
        let mapping = try Harness(rows, tables: ["t": Self.regions]).mapping
        let error = #expect(throws: DiagnosticsError.self) { try mapping.compiled(.toRight) }
        #expect(error?.code.id == "CD2128")
    }

    @Test("Several key columns are matched in order")
    func twoKeys() throws {
        let row = try Harness(
            "  - {left: a, right: b, lookup: \"t/{k}/{l}\"}",
            tables: ["t": "key2,key1,left,right\n2,1,x,y\n"])
        #expect(try row.map(#"{"a":"x","k":1,"l":2}"#) == #"{"b":"y"}"#)
        #expect(try row.failure(#"{"a":"x","k":2,"l":1}"#) == "CD2104 b")
    }

    @Test(
        "A table that cannot be used is refused with file and line",
        arguments: [
            ("left,right\na,b\na,c\n", "CD2126 3:1"), ("left,richt\na,b\n", "CD2127 1:1"),
            ("", "CD2127 1:1"), ("left,right\na\n", "CD2127 2:1"),
            ("key,left,right\nk,a,b\n", "CD2127 5:33"), ("left,right\n\"a,b\n", "CD2127 2:1"),
            ("left,left,right\na,b,c\n", "CD2127 1:1"),
        ])
    func badTables(_ table: String, _ expected: String) {
        #expect(
            complaints("  - {left: a, right: b, lookup: t}", tables: ["t": table]) == [expected])
    }

    @Test("A table that does not exist is refused with the nearest name")
    func unknownTable() {
        let found = diagnostics(
            "  - {left: a, right: b, lookup: contry}", tables: ["country": "left,right\n"])
        #expect(found.first?.code.id == "CD2127")
        #expect(found.first?.help == "did you mean 'country'?")
    }

    @Test("A table that is not bijective works there, not back, and the colliding keys are named")
    func notBijective() throws {
        let row = try Harness(
            "  - {left: a, right: b, lookup: t}",
            tables: ["t": "left,right\nGermany,DE\nDeutschland,DE\nDeutschland,DE\n"])
        #expect(try row.map(#"{"a":"Deutschland"}"#) == #"{"b":"DE"}"#)
        let error = #expect(throws: DiagnosticsError.self) { try row.mapping.compiled(.toLeft) }
        #expect(error?.code.id == "CD2108")
        #expect(error?.message.contains("'Germany' and 'Deutschland'") == true)
    }

    @Test("expr reads the record and may be followed by a verb; undefined is absent")
    func expressions() throws {
        let rows = try Harness(
            """
              - {right: a, expr: '$uppercase(Name)', direction: to-right}
              - {right: b, expr: 'Missing', default: d, direction: to-right}
              - {right: c, expr: '{"n": $count(Lines), "f": Price}', direction: to-right}
              - {right: d, expr: 'Country', lookup: t, direction: to-right}
              - {right: e, expr: '$sum("x")', direction: to-right, onAbsent: fail}
            """, tables: ["t": "left,right\nG,DE\n"])
        #expect(
            try rows.failure(#"{"Name":"ada","Lines":[1,2],"Price":1.50,"Country":"G"}"#)
                == "CD2140 e")
        let good = try Harness(
            """
              - {right: a, expr: '$uppercase(Name)', direction: to-right}
              - {right: b, expr: 'Missing', default: d, direction: to-right}
              - {right: c, expr: '{"n": $count(Lines), "f": Price}', direction: to-right}
              - {right: d, expr: 'Country', lookup: t, direction: to-right}
            """, tables: ["t": "left,right\nG,DE\n"])
        #expect(
            try good.map(#"{"Name":"ada","Lines":[1,2],"Price":1.50,"Country":"G"}"#)
                == #"{"a":"ADA","b":"d","c":{"n":2,"f":1.50},"d":"DE"}"#)
    }

    @Test("Expressions find the record of each side, what was written included")
    func expressionSides() throws {
        let rows = try Harness(
            """
              - {right: sum, expr: '$right.a & $left.x & $root.x', direction: to-right}
              - {left: x, right: a, clean: [trim]}
            """)
        #expect(try rows.map(#"{"x":" 1 "}"#) == #"{"sum":"1 1  1 ","a":"1"}"#)
    }

    @Test("A row may bring its own inverse")
    func reverse() throws {
        let row = try Harness(
            "  - {right: a, expr: 'x & \"!\"', reverse: {left: x, expr: '$substringBefore(a, \"!\")'}}"
        )
        #expect(try row.map(#"{"x":"v"}"#) == #"{"a":"v!"}"#)
        #expect(try row.back(#"{"a":"v!"}"#) == #"{"x":"v"}"#)
    }

    @Test("direction narrows a row")
    func directions() throws {
        let rows = try Harness(
            """
              - {left: a, right: b, direction: to-right}
              - {left: c, right: d, direction: to-left}
              - {left: e, right: f}
            """)
        #expect(try rows.map(#"{"a":1,"c":2,"e":3}"#) == #"{"b":1,"f":3}"#)
        #expect(try rows.back(#"{"b":1,"d":2,"f":3}"#) == #"{"c":2,"e":3}"#)
        let none = try Harness("  - {left: a, right: b, direction: to-right}")
        #expect(try none.back(#"{"b":1}"#) == "{}")
    }
}
