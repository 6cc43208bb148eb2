import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockSandbox

@Suite("Faults")
struct FaultTests {
    private func faults(_ json: String) throws -> FaultList {
        let list = FaultList()
        list.replace(with: try Fault.list(Array(json.utf8), rules: ["query.done"]))
        return list
    }

    @Test("The first fault that matches and has uses left applies")
    func order() throws {
        let list = try faults(
            """
            [{"path":"/a*","fault":"status","status":429,"times":1},
             {"method":"post","path":"/a*","fault":"cut"},
             {"path":"*","fault":"delay","delayMillis":5}]
            """)
        #expect(list.next(method: "POST", path: "/a/b", query: "")?.kind == "status")
        #expect(list.next(method: "POST", path: "/a/b", query: "")?.kind == "cut")
        #expect(list.next(method: "GET", path: "/a/b", query: "")?.kind == "delay")
        #expect(list.value.array?.map { $0["hits"] } == [1, 1, 1])
    }

    @Test("A path is matched with and without its query")
    func query() throws {
        let list = try faults(
            #"[{"path":"/q?q=SELECT*","fault":"cut"},{"path":"/x","fault":"cut"}]"#)
        #expect(list.next(method: "GET", path: "/q", query: "q=SELECT+Id") != nil)
        #expect(list.next(method: "GET", path: "/q", query: "q=DELETE") == nil)
        #expect(list.next(method: "GET", path: "/x", query: "a=b") != nil)
    }

    @Test("A fault without luck does not apply and keeps its uses")
    func probability() throws {
        let list = try faults(#"[{"path":"*","fault":"cut","probability":0,"times":1}]"#)
        for _ in 0..<50 { #expect(list.next(method: "GET", path: "/", query: "") == nil) }
        #expect(list.value[0]?["hits"] == 0)
    }

    @Test("Every n-th row is hit, from the first")
    func rows() throws {
        let fault = try #require(
            try Fault.list(Array(#"[{"path":"*","fault":"lock","every":3}]"#.utf8), rules: []).first
        )
        #expect((0..<7).filter { fault.hits(row: $0) } == [0, 3, 6])
    }

    @Test(
        "A list that is not understood is refused, with what was probably meant",
        arguments: [
            ("{}", "not a JSON array"), ("[1]", "not an object"), ("[{}]", "`fault` is missing"),
            (#"[{"fault":"ctu"}]"#, "did you mean 'cut'"),
            (#"[{"fault":"query.dome"}]"#, "did you mean 'query.done'"),
            (#"[{"fault":"cut","tmes":1}]"#, "did you mean 'times'"),
            (#"[{"fault":"cut","when":"later"}]"#, "`when`"),
            (#"[{"fault":"status","status":42}]"#, "`status`"),
            (#"[{"fault":"cut","probability":2}]"#, "`probability`"),
            (#"[{"fault":"status","headers":{"a\nb":"c"}}]"#, "header"), ("nonsense", "not JSON"),
        ])
    func malformed(json: String, text: String) {
        let error = #expect(throws: SandboxError.self) { try faults(json) }
        #expect(error?.code == .sandboxFaults)
        #expect(error?.message.contains(text) == true)
    }

    @Test(
        "Globs match whole texts",
        arguments: [
            ("*", "", true), ("a*c", "abbc", true), ("a*c", "abbcd", false), ("a?c", "abc", true),
            ("a?c", "ac", false), ("*b*b*", "abcb", true), ("**", "x", true), ("", "x", false),
        ])
    func globs(pattern: String, text: String, matches: Bool) {
        #expect(Glob.matches(pattern, text) == matches)
    }
}
