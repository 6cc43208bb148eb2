import Testing

@testable import CrossdockMapping

@Suite("The four states of a value")
struct PolicyTests {
    @Test("By default absent skips, null and empty clear, a value is copied")
    func standard() throws {
        let copy = try Harness("  - {left: a, right: b}")
        #expect(try copy.map("{}") == "{}")
        #expect(try copy.map(#"{"a":null}"#) == #"{"b":null}"#)
        #expect(try copy.map(#"{"a":""}"#) == #"{"b":null}"#)
        #expect(try copy.map(#"{"a":"x"}"#) == #"{"b":"x"}"#)
    }

    @Test(
        "onAbsent decides for absent values",
        arguments: [
            ("skip", "{}"), ("clear", #"{"b":null}"#), ("default", #"{"b":"d"}"#),
            ("fail", "CD2123 b"),
        ])
    func absent(_ policy: String, _ expected: String) throws {
        let row = try Harness("  - {left: a, right: b, onAbsent: \(policy), default: d}")
        #expect(try row.failure("{}") == expected)
    }

    @Test(
        "onNull decides for null, and for empty text taken as null",
        arguments: [
            ("skip", "{}"), ("clear", #"{"b":null}"#), ("default", #"{"b":"d"}"#),
            ("fail", "CD2123 b"),
        ])
    func null(_ policy: String, _ expected: String) throws {
        let row = try Harness("  - {left: a, right: b, onNull: \(policy), default: d}")
        #expect(try row.failure(#"{"a":null}"#) == expected)
        #expect(try row.failure(#"{"a":""}"#) == expected)
    }

    @Test("onEmpty: keep lets an empty text through the verb")
    func keep() throws {
        let row = try Harness("  - {left: a, right: b, onEmpty: keep, onNull: fail}")
        #expect(try row.map(#"{"a":""}"#) == #"{"b":""}"#)
    }

    @Test("Text that clean empties is empty")
    func cleanedEmpty() throws {
        let row = try Harness("  - {left: a, right: b, clean: [trim]}")
        #expect(try row.map(#"{"a":"  "}"#) == #"{"b":null}"#)
    }

    @Test("A default replaces what is absent or null and goes on through the verb")
    func defaultThroughVerb() throws {
        let row = try Harness(
            "  - {left: a, right: b, lookup: t, default: x}", tables: ["t": "left,right\nx,7\n"])
        #expect(try row.map("{}") == #"{"b":"7"}"#)
        #expect(try row.map(#"{"a":null}"#) == #"{"b":"7"}"#)
        #expect(try row.back(#"{"b":null}"#) == #"{"a":null}"#)
        #expect(try row.back("{}") == "{}")
    }

    @Test(
        "A policy written on the row goes before its default, the default before the file's policy")
    func order() throws {
        let own = try Harness(
            "  - {left: a, right: b, default: d, onAbsent: clear}", defaults: "onAbsent: fail")
        #expect(try own.map("{}") == #"{"b":null}"#)
        let file = try Harness("  - {left: a, right: b, default: d}", defaults: "onAbsent: fail")
        #expect(try file.map("{}") == #"{"b":"d"}"#)
    }

    @Test("The file's policy default is skip for rows without a default")
    func fileDefault() throws {
        let file = try Harness(
            "  - {left: a, right: b}\n  - {left: a, right: c, default: 1, direction: to-right}",
            defaults: "onAbsent: default, onNull: default")
        #expect(try file.map("{}") == #"{"c":1}"#)
        #expect(try file.map(#"{"a":null}"#) == #"{"c":1}"#)
    }

    @Test("A policy default without a default is refused where it is written")
    func missingDefault() {
        let found = complaints("  - {left: a, right: b, onNull: default}")
        #expect(found == ["CD2122 5:33"])
    }
}
