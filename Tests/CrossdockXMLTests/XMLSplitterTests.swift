import CrossdockXML
import Testing

@Suite("Splitting large XML")
struct XMLSplitterTests {
    static let text = """
        <?xml version="1.0"?>
        <o:orders xmlns:o="urn:o" xmlns="urn:d"><head><order>no</order></head>
        <o:list xmlns:x="urn:x"><order id="1">é<line>a</line></order>
        <order id="2" xmlns=""/><o:order t="x:T">3</o:order></o:list></o:orders>
        """

    private func split(
        _ selection: XMLSplitter.Selection, _ text: String = text, by size: Int
    ) throws -> [XMLDocument] {
        var splitter = try XMLSplitter(selection)
        var parts: [XMLDocument] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            parts += try splitter.feed(Array(bytes[start..<min(bytes.count, start + size)]))
        }
        return try parts + splitter.finish()
    }

    @Test("Parts are the same however the bytes arrive", arguments: [1, 2, 3, 7, 64, 10_000])
    func chunks(_ size: Int) throws {
        let parts = try split(.path(["orders", "list", "*"]), by: size)
        #expect(parts.map(\.root.text) == ["éa", "", "3"])
        #expect(parts[0].root.name == XMLName("order", namespace: "urn:d"))
        #expect(parts[1].root.name == XMLName("order"))
        #expect(parts[2].root.name == XMLName("order", namespace: "urn:o"))
        #expect(parts[2].root.namespace(forPrefix: "x") == "urn:x")
        #expect(parts[0].root["line"]?.name.namespace == "urn:d")
    }

    @Test("Elements are chosen by name, namespace, place or as children of the root")
    func selections() throws {
        #expect(try split(.elements(named: "order"), by: 99).count == 4)
        #expect(try split(.elements(named: "order", namespace: "urn:d"), by: 99).count == 2)
        #expect(try split(.children, by: 99).map(\.root.name.localName) == ["head", "list"])
        #expect(try split(.path(["orders", "head", "order"]), by: 99).map(\.root.text) == ["no"])
        #expect(try split(.path(["orders"]), by: 99).count == 1)
    }

    @Test("Whole parts before an error are handed out")
    func brokenEnd() throws {
        var splitter = try XMLSplitter(.children)
        #expect(try splitter.feed(Array("<a><b>1</b><b>2</b>".utf8)).count == 2)
        #expect(throws: XMLError.self) { try splitter.feed(Array("<b></c>".utf8)) }
        var cut = try XMLSplitter(.children)
        #expect(try cut.feed(Array("<a><b>1</b>".utf8)).count == 1)
        #expect(throws: XMLError.self) { try cut.finish() }
    }

    @Test("A part larger than its limit is refused, a document of any size is not")
    func limits() throws {
        var limits = XMLLimits()
        limits.maximumBytes = 1_000
        var splitter = try XMLSplitter(.children, limits: limits)
        var count = try splitter.feed(Array("<a>".utf8)).count
        let part = Array("<b>\(String(repeating: "x", count: 500))</b>".utf8)
        for _ in 0..<100 { count += try splitter.feed(part).count }
        #expect(count == 100)
        let error = #expect(throws: XMLError.self) {
            try splitter.feed(Array("<b>\(String(repeating: "x", count: 1_001))</b>".utf8))
        }
        #expect(error?.code == .xmlSize)
    }

    @Test("A DOCTYPE is refused in a stream too, even in pieces")
    func doctype() throws {
        var splitter = try XMLSplitter(.children)
        let error = #expect(throws: XMLError.self) {
            for byte in "<?xml version='1.0'?><!DOCTYPE a []><a/>".utf8 {
                _ = try splitter.feed([byte])
            }
            _ = try splitter.finish()
        }
        #expect(error?.code == .xmlDoctype)
    }

    @Test("Memory holds one part, whatever the size of the document")
    func constantMemory() async {
        await #expect(processExitsWith: .success) {
            var splitter = try XMLSplitter(.children)
            _ = try splitter.feed(Array("<a>".utf8))
            let block = Array(String(repeating: "<b><c>0123456789</c></b>\n", count: 400).utf8)
            var parts = 0
            for _ in 0..<20 { parts += try splitter.feed(block).count }
            let before = residentKilobytes()
            for _ in 0..<400 { parts += try splitter.feed(block).count }
            parts += try splitter.feed(Array("</a>".utf8)).count
            parts += try splitter.finish().count
            #expect(parts == 168_000)
            #expect(residentKilobytes() - before < 1_000)
        }
    }
}
