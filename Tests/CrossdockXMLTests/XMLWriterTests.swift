import CrossdockXML
import Testing

@Suite("Writing XML")
struct XMLWriterTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("What is written reads back as it was given")
    func roundTrip() throws {
        var writer = XMLWriter()
        try writer.start("s:Envelope", ["xmlns:s": "urn:soap", "s:a": "<\"&'>\n"])
        try writer.comment(" hello ")
        try writer.start("Body")
        try writer.declare("urn:data")
        try writer.element("Name", "O'Neil & Söhne <GmbH> ]]>\r\n", ["lang": "de"])
        try writer.element("Empty")
        try writer.end()
        try writer.end()
        let document = try XMLDocument(try writer.finish())
        #expect(document.root.attribute("a", namespace: "urn:soap") == "<\"&'>\n")
        let body = try #require(document.root["Body"])
        #expect(body["Name"]?.text == "O'Neil & Söhne <GmbH> ]]>\r\n")
        #expect(body["Name"]?.name.namespace == "urn:data")
        #expect(body["Empty"]?.text == "")
    }

    @Test(
        "Characters that XML does not have are refused", arguments: ["\u{0}", "a\u{1}", "\u{FFFF}"])
    func characters(_ value: String) throws {
        var writer = XMLWriter()
        try writer.start("a")
        let error = #expect(throws: XMLError.self) { try writer.text(value) }
        #expect(error?.code == .xmlCharacter)
        #expect(throws: XMLError.self) { try writer.element("b", value) }
    }

    @Test(
        "Names that would change the document are refused",
        arguments: [
            "", "a b", "a>", "1a", "a:b:c", ":a", "a:", "a\n", "a/", "x:undeclared",
        ])
    func names(_ name: String) throws {
        let error = #expect(throws: XMLError.self) {
            var writer = XMLWriter()
            try writer.element(name)
            _ = try writer.finish()
        }
        #expect(error?.code == .xmlName)
    }

    @Test("Unbalanced documents are refused")
    func unbalanced() throws {
        var open = XMLWriter()
        try open.start("a")
        #expect(throws: XMLError.self) { _ = try open.finish() }
        var writer = XMLWriter()
        try writer.element("a")
        #expect(throws: XMLError.self) { try writer.end() }
        #expect(throws: XMLError.self) { try writer.start("b") }
        #expect(throws: XMLError.self) { try writer.text("b") }
        #expect(throws: XMLError.self) { _ = try XMLWriter().finish() }
    }

    @Test("An attribute stands once, and before the content")
    func attributes() throws {
        var writer = XMLWriter()
        try writer.start("a", ["b": "1"])
        #expect(throws: XMLError.self) { try writer.attribute("b", "2") }
        try writer.text("x")
        #expect(throws: XMLError.self) { try writer.attribute("c", "2") }
        #expect(throws: XMLError.self) { try writer.declare("urn:x", prefix: "x") }
    }

    @Test("A prefix ends with its element")
    func prefixScope() throws {
        var writer = XMLWriter(declaration: false)
        try writer.start("a")
        try writer.element("p:b", "", ["xmlns:p": "urn:p"])
        #expect(throws: XMLError.self) { try writer.element("p:c") }
    }

    @Test("A copied element keeps its namespaces")
    func copy() throws {
        let source = try XMLDocument("<a xmlns='urn:d' xmlns:x='urn:x'><b x:c='1'/></a>")
        let other = try XMLDocument("<plain/>")
        var writer = XMLWriter(declaration: false)
        try writer.start("r", ["xmlns": "urn:r"])
        try writer.copy(try #require(source.root["b"]))
        try writer.copy(other.root)
        try writer.end()
        let read = try XMLDocument(try writer.finish())
        #expect(read.root["b"]?.name.namespace == "urn:d")
        #expect(read.root["b"]?.attribute("c", namespace: "urn:x") == "1")
        #expect(read.root["plain"]?.name.namespace == "")
    }
}
