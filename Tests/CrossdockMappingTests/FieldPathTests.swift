import Testing

@testable import CrossdockMapping

@Suite("Field paths")
struct FieldPathTests {
    @Test(
        "A path reads back as it was written",
        arguments: [
            "a", "a.b", "a[0].b", "\"odd.name\".b", "a[12][3]", "Billing Street", "$root.a.b",
        ])
    func roundTrip(_ text: String) throws {
        #expect(try FieldPath(parsing: text).description == text)
    }

    @Test(
        "What is no path is refused",
        arguments: [
            "", ".", "a.", ".a", "a[", "a[x]", "a[-1]", "a]b", "\"a", "\"a\"b", "$root", "a[99999]",
        ])
    func refuses(_ text: String) {
        #expect(throws: FieldPathProblem.self) { try FieldPath(parsing: text) }
    }
}
