import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Lists")
struct ListTests {
    static let contacts = """
          - right: to_Contact
            each: Contacts
            key: {left: Id, right: ContactID, xref: contact, onMissing: clear}
            fields:
              - {right: Item, expr: "$formatInteger($index + 1, '0000')", direction: to-right}
              - {right: [First, Last], left: [FirstName, LastName]}
              - {right: Email, left: Email, clean: [trim, lower], direction: to-right, onNull: fail}
              - {right: Owner, left: $root.Owner, direction: to-right}
        """

    struct References: CrossReferences {
        func counterpart(of id: String, on side: MappingSide, in table: String) -> String? {
            guard table == "contact" else { return nil }
            return side == .left
                ? (id.hasPrefix("L") ? "R" + id.dropFirst() : nil)
                : (id.hasPrefix("R") ? "L" + id.dropFirst() : nil)
        }
    }

    private let services = MappingServices(crossReferences: References())

    @Test("Each element is mapped by its rows; paths are relative, $root reaches the record")
    func each() throws {
        let mapping = try Harness(Self.contacts)
        #expect(
            try mapping.map(
                #"{"Owner":"me","Contacts":[{"Id":"L1","FirstName":"Ada","Email":" A@X "},{"Id":"L2","LastName":"King"}]}"#,
                services: services)
                == #"{"to_Contact":[{"ContactID":"R1","Item":"0001","First":"Ada","Email":"a@x","Owner":"me"},{"ContactID":"R2","Item":"0002","Last":"King","Owner":"me"}]}"#
        )
    }

    @Test(
        "One object counts as a list of one, an empty list stays, absent and null follow the policies"
    )
    func shapes() throws {
        let mapping = try Harness(
            "  - {right: x, each: y, fields: [{left: a, right: b}], direction: to-right}")
        #expect(try mapping.map(#"{"y":{"a":1}}"#) == #"{"x":[{"b":1}]}"#)
        #expect(try mapping.map(#"{"y":[]}"#) == #"{"x":[]}"#)
        #expect(try mapping.map(#"{"y":[{}]}"#) == #"{"x":[{}]}"#)
        #expect(try mapping.map("{}") == "{}")
        #expect(try mapping.map(#"{"y":null}"#) == #"{"x":null}"#)
        #expect(try mapping.failure(#"{"y":"a"}"#) == "CD2124 x")
        #expect(try mapping.failure(#"{"y":[{},7]}"#) == "CD2125 x[1]")
    }

    @Test("A failing element rejects the record and names its place")
    func failures() throws {
        let mapping = try Harness(Self.contacts)
        #expect(
            try mapping.failure(
                #"{"Contacts":[{"Id":"L1"},{"Id":"L2","Email":null}]}"#, services: services)
                == "CD2123 to_Contact[1].Email")
    }

    @Test("With a key the list is turned round")
    func reverse() throws {
        let mapping = try Harness(Self.contacts)
        #expect(
            try mapping.back(
                #"{"to_Contact":[{"ContactID":"R1","First":"Ada","Last":"King"}]}"#,
                services: services)
                == #"{"Contacts":[{"Id":"L1","FirstName":"Ada","LastName":"King"}]}"#)
        #expect(
            complaints("  - {right: x, each: y, fields: [{left: a, right: b}]}") == ["CD2108 5:5"])
    }

    @Test("Lists in lists know the record and their own number")
    func nested() throws {
        let mapping = try Harness(
            """
              - right: orders
                each: o
                direction: to-right
                fields:
                  - right: lines
                    each: l
                    fields:
                      - {right: n, expr: '$root.id & "-" & $index & "-" & x'}
                      - {right: cur, left: $root.cur}
                      - {right: amount, left: x, currency: {field: $root.cur}}
            """)
        #expect(
            try mapping.map(#"{"id":7,"cur":"EUR","o":[{"l":[{"x":1},{"x":2}]},{"l":{"x":3}}]}"#)
                == #"{"orders":[{"lines":[{"n":"7-0-1","cur":"EUR","amount":1.00},{"n":"7-1-2","cur":"EUR","amount":2.00}]},{"lines":[{"n":"7-0-3","cur":"EUR","amount":3.00}]}]}"#
        )
        #expect(
            try mapping.failure(#"{"id":7,"cur":"EUR","o":[{"l":[{"x":1},{"x":"y"}]}]}"#)
                == "CD2130 orders[0].lines[1].amount")
    }

    @Test("Sub-keys inside a list read the element and what it wrote")
    func subKeys() throws {
        let mapping = try Harness(
            """
              - right: x
                each: y
                direction: to-right
                fields:
                  - {left: s, right: r, lookup: "t/{right.c}/{$root.k}"}
                  - {left: c, right: c}
            """, tables: ["t": "key1,key2,left,right\nDE,1,B,09\nAT,1,B,X\n"])
        #expect(
            try mapping.map(#"{"k":1,"y":[{"s":"B","c":"AT"},{"s":"B","c":"DE"}]}"#)
                == #"{"x":[{"r":"X","c":"AT"},{"r":"09","c":"DE"}]}"#)
    }

    @Test("Without a state store every xref is missing")
    func xref() throws {
        for (choice, expected) in [
            ("fail", "CD2105 b"), ("clear", #"{"b":null}"#), ("defer", "CD2105 b"),
        ] {
            let row = try Harness("  - {left: a, right: b, xref: contact, onMissing: \(choice)}")
            #expect(try row.failure(#"{"a":"L1"}"#) == expected)
            #expect(try row.map(#"{"a":"L1"}"#, services: services) == #"{"b":"R1"}"#)
            #expect(try row.back(#"{"b":"R1"}"#, services: services) == #"{"a":"L1"}"#)
        }
        let row = try Harness("  - {left: a, right: b, xref: contact, onMissing: defer}")
        let error = #expect(throws: MappingFailure.self) { try row.map(#"{"a":"L1"}"#) }
        #expect(error?.isDeferred == true)
        #expect(error?.disposition == .transient(retryAfter: nil))
    }
}

@Suite("Scores")
struct ScoreTests {
    struct Fixed: Scorer {
        func score(model: String, output: String, record: JSONNode) throws -> Value {
            guard record["a"] != nil else { throw JSONError(.empty, position: 0) }
            return model == "churn" && output == "probability" ? 0.12345 : .null
        }
    }

    @Test(
        "A score is written as its row says; without models it fails, and a model's failure is kept"
    )
    func score() throws {
        let row = try Harness(
            "  - {right: s, score: {model: churn, output: probability}, as: {decimal: \"5,4\"}, direction: to-right}"
        )
        let services = MappingServices(scorer: Fixed())
        #expect(try row.map(#"{"a":1}"#, services: services) == #"{"s":0.1234}"#)
        #expect(try row.failure("{}", services: services) == "CD2100 s")
        #expect(try row.failure(#"{"a":1}"#) == "CD2134 s")
        #expect(complaints("  - {right: s, score: {model: m}}") == ["CD2108 5:5"])
    }
}
