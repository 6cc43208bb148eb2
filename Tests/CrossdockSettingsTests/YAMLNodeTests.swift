import CrossdockData
import CrossdockDiagnostics
import CrossdockSettings
import Testing

@Suite("YAML nodes")
struct YAMLNodeTests {
    @Test("Plain scalars are JSON literals, words that only look like switches are text")
    func literals() throws {
        let node = try YAMLNode.parse(
            "a: NO\nb: on\nc: 01\nd: 1.50\ne: true\nf: null\ng: '1'\nh:\n", file: "f")
        let values = node.mapping?.map(\.value.value)
        #expect(
            values == [
                "NO", "on", "01", .number(JSONNumber(unchecked: "1.50")), true, nil, "1", nil,
            ])
    }

    @Test("Every node knows its place")
    func places() throws {
        let node = try YAMLNode.parse("a:\n  - b: 'x y'\n", file: "f.yaml")
        let leaf = try #require(node["a"]?.sequence?.first?["b"])
        #expect(leaf.span == SourceSpan(file: "f.yaml", line: 2, column: 8, endColumn: 13))
    }

    @Test(
        "Text that is no YAML is refused with its place",
        arguments: [
            ("a: [1", 2), ("a: b: c\n", 1), ("a: 1\na: 2\n", 2), ("\tx: 1", 1), ("", 1),
            ("a: *nobody\n", 1),
        ])
    func refuses(_ text: String, _ line: Int) {
        let error = #expect(throws: DiagnosticsError.self) {
            try YAMLNode.parse(text, file: "f")
        }
        #expect(error?.code.id == "CD0110")
        #expect((1...line).contains(error?.diagnostics.first?.span?.line ?? 0))
    }

    @Test(
        "Nesting and alias bombs are refused before they cost anything",
        arguments: [
            String(repeating: "[", count: 100_000),
            String(repeating: "- ", count: 100_000) + "x",
            String(repeating: "{a: ", count: 5_000),
            (0..<3_000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
            "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
                + (1..<9).map { n in
                    "a\(n): &a\(n) ["
                        + Array(repeating: "*a\(n - 1)", count: 10).joined(separator: ",")
                        + "]\n"
                }.joined(),
        ])
    func bounded(_ text: String) {
        #expect(throws: DiagnosticsError.self) { try YAMLNode.parse(text, file: "f") }
    }
}

@Suite("Placeholders")
struct PlaceholdersTests {
    private let placeholders = Placeholders(
        properties: ["a": "1", "b": "{{a}}2", "loop": "{{loop}}", "name": "a"],
        environment: { $0 == "HOME" ? "/h" : nil })

    @Test(
        "Properties, environment, defaults and nesting are replaced",
        arguments: [
            ("x{{a}}y", "x1y"), ("{{b}}", "12"), ("{{env:HOME}}/z", "/h/z"),
            ("{{none:log:foo}}", "log:foo"), ("{{env:X:d}}", "d"), ("{{{{name}}}}", "1"),
            ("\\{{a}}", "{{a}}"), ("{{?none}}", ""), ("no {braces}", "no {braces}"),
            ("{{open", "{{open"),
        ])
    func resolves(_ text: String, _ expected: String) throws {
        #expect(try placeholders.resolve(text) == expected)
    }

    @Test(
        "What stands for nothing, or for itself, is refused",
        arguments: [
            "{{none}}", "{{env:X}}", "{{file:/does/not/exist}}", "{{loop}}",
        ])
    func refuses(_ text: String) {
        #expect(throws: PlaceholderError.self) { try placeholders.resolve(text) }
    }
}
