import CrossdockData
import CrossdockExpressions
import Foundation
import Testing

@Suite("JSONPath compliance")
struct JSONPathComplianceTests {
    private static func cases() throws -> [Value] {
        let file = try #require(
            Bundle.module.url(forResource: "Fixtures/jsonpath-cts", withExtension: "json"))
        let suite = try Value(json: [UInt8](Data(contentsOf: file)))
        return try #require(suite["tests"]?.array)
    }

    @Test("Every query that RFC 9535 gives a meaning yields what the suite says")
    func yields() throws {
        var checked = 0
        for test in try Self.cases() where test["invalid_selector"] == nil {
            let selector = try #require(test["selector"]?.string)
            let document = try JSONDocument(try #require(test["document"]).json)
            let found = Value.array(
                try JSONPath(selector).nodes(in: document).map { try $0.value() })
            let allowed = try test["results"]?.array ?? [#require(test["result"])]
            #expect(allowed.contains(found), "\(test["name"]?.string ?? "") \(selector)")
            checked += 1
        }
        #expect(checked == 703 - 247)
    }

    @Test("Every query that RFC 9535 refuses is refused")
    func refuses() throws {
        var refused = 0
        for test in try Self.cases() where test["invalid_selector"] == true {
            let selector = try #require(test["selector"]?.string)
            #expect(
                throws: JSONPathError.self, "\(test["name"]?.string ?? "") \(selector)"
            ) { try JSONPath(selector) }
            refused += 1
        }
        #expect(refused == 247)
    }

    @Test("A query that visits more than any document is worth is stopped")
    func bounded() throws {
        let nested = String(repeating: "[", count: 120) + String(repeating: "]", count: 120)
        let document = try JSONDocument(Array(nested.utf8))
        let path = try JSONPath("$" + String(repeating: "..*", count: 8))
        #expect(throws: JSONPathError.self) { _ = try path.nodes(in: document) }
        #expect(throws: JSONPathError.self) {
            try JSONPath("$" + String(repeating: "[?@", count: 10_000))
        }
    }
}
