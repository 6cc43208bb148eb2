import CrossdockXML
import Testing

@Suite("XML documents")
struct XMLDocumentTests {
    @Test("Names, namespaces, attributes and texts are read as written")
    func readsEverything() throws {
        let document = try XMLDocument(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <!-- before -->
            <s:Envelope xmlns:s="urn:soap" xmlns="urn:data" s:version="1">
              <s:Body><Name first="Ada" xml:lang="en">Ada &amp; <b>Grace</b><![CDATA[ <3]]></Name></s:Body>
            </s:Envelope>
            <?after now?>
            """)
        let root = document.root
        #expect(root.name == XMLName("Envelope", namespace: "urn:soap"))
        #expect(root.name.qualifiedName == "s:Envelope")
        #expect(root.attribute("version", namespace: "urn:soap") == "1")
        #expect(root.attribute("version") == nil)
        let name = try #require(root["Body"]?["Name"])
        #expect(name.name.namespace == "urn:data")
        #expect(name.text == "Ada & Grace <3")
        #expect(name.attributes.map(\.value) == ["Ada", "en"])
        #expect(name.attribute("lang", namespace: XMLNamespace.xml) == "en")
        #expect(name.line == 4)
        #expect(name.parent?.name.localName == "Body")
        #expect(root.parent == nil)
        #expect(Array(document.children).count == 3)
    }

    @Test("Children come in order and by name")
    func children() throws {
        let root = try XMLDocument("<a><b>1</b>x<c/><b>2</b><!--c--><?p d?></a>").root
        #expect(root.elements.map(\.name.localName) == ["b", "c", "b"])
        #expect(root.elements(named: "b").map(\.text) == ["1", "2"])
        #expect(root.first("c")?.hasElements == false)
        #expect(root.hasElements)
        #expect(root["missing"] == nil)
        let kinds = root.children.map { child in
            switch child {
            case .element(let element): element.name.localName
            case .text(let text): "text \(text)"
            case .comment(let text): "comment \(text)"
            case .processingInstruction(let target, let data): "\(target) \(data)"
            }
        }
        #expect(kinds == ["b", "text x", "c", "b", "comment c", "p d"])
    }

    @Test("Prefixes in values are resolved where they stand")
    func qualifiedValues() throws {
        let root = try XMLDocument(
            """
            <a xmlns="urn:one" xmlns:p="urn:outer" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
              <b xmlns="" xmlns:p="urn:inner" xsi:type="p:Account" xsi:nil="true"/>
            </a>
            """
        ).root
        let inner = try #require(root["b"])
        let type = try #require(inner.attribute("type", namespace: XMLNamespace.schemaInstance))
        #expect(inner.name(fromQualified: type)?.namespace == "urn:inner")
        #expect(root.name(fromQualified: type)?.namespace == "urn:outer")
        #expect(root.name(fromQualified: "Account")?.namespace == "urn:one")
        #expect(inner.name(fromQualified: "Account")?.namespace == "")
        #expect(inner.name(fromQualified: "q:Account") == nil)
        #expect(inner.isNil)
        #expect(!root.isNil)
    }

    @Test(
        "What is written reads back as the same tree",
        arguments: [
            "<a/>",
            "<a b=\"1 &quot;2&quot; &lt;3&#10;&#9;&#13;\">x &amp; y &gt; z&#13;</a>",
            "<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"><b p:c=\"é\"/>ü😀<!--k--><?t d?></p:a>",
        ])
    func roundTrip(_ text: String) throws {
        let once = try XMLDocument(text)
        let written = once.serialized(declaration: false)
        #expect(String(decoding: written, as: UTF8.self) == text)
        #expect(try XMLDocument(written).serialized(declaration: false) == written)
    }

    @Test("An element written alone takes the namespaces it needs with it")
    func subtree() throws {
        let root = try XMLDocument(
            "<a xmlns=\"urn:d\" xmlns:x=\"urn:x\"><b><c t=\"x:T\"/></b></a>"
        ).root
        let alone = try XMLDocument(try #require(root["b"]).serialized())
        #expect(alone.root.name == XMLName("b", namespace: "urn:d"))
        #expect(alone.root["c"]?.namespace(forPrefix: "x") == "urn:x")
    }

    @Test("Errors name line and column")
    func position() throws {
        let error = #expect(throws: XMLError.self) {
            try XMLDocument("<?xml version=\"1.0\"?>\n<a>\n  <b></c>\n</a>")
        }
        #expect(error?.code == .xmlSyntax)
        #expect(error?.position?.line == 3)
        #expect(error?.message.contains("line 3, column") == true)
    }

    @Test("A document cut anywhere is refused and never crashes")
    func cutShort() throws {
        let text = Array(
            "<?xml version='1.0'?><a x='1' xmlns:p='u'><p:b>t&#65;é</p:b><!--c--><![CDATA[d]]></a>"
                .utf8)
        for length in 0..<text.count {
            #expect(throws: XMLError.self, "cut after \(length)") {
                try XMLDocument(Array(text[..<length]))
            }
        }
        _ = try XMLDocument(text)
    }

    @Test("A megabyte is read faster than it arrives")
    func speed() throws {
        var text = Array("<rows>".utf8)
        while text.count < 1_000_000 {
            text += Array("<row id=\"7\"><name>Ada Lovelace</name><city>London</city></row>".utf8)
        }
        text += Array("</rows>".utf8)
        let (document, milliseconds) = try cpuMilliseconds { try XMLDocument(text) }
        #expect(Array(document.root.elements).count > 10_000)
        #expect(milliseconds < 100 * machineFactor)
    }
}
