import CrossdockXML
import Testing

@Suite("XPath")
struct XPathTests {
    let orders: XMLDocument

    init() throws {
        orders = try XMLDocument(
            """
            <o:orders xmlns:o="urn:o" xmlns="urn:d">
              <order id="1" o:paid="yes"><sku>bolt</sku><qty>2</qty></order>
              <order id="2"><sku>nut</sku><qty>40</qty><!--late--></order>
              <plain xmlns="">text &amp; <b>bold</b><?go now?></plain>
            </o:orders>
            """)
    }

    private func evaluate(
        _ text: String, _ variables: [String: XPathValue] = [:]
    ) throws -> XPathResult {
        try XPathExpression(text, namespaces: ["o": "urn:o", "d": "urn:d"])
            .evaluate(in: orders, variables: variables)
    }

    @Test("Paths find elements, attributes, texts, comments and instructions")
    func nodes() throws {
        let found = try evaluate("/o:orders/d:order")
        #expect(found.nodes.compactMap(\.element).map { $0.attribute("id") } == ["1", "2"])
        #expect(try evaluate("//d:order/@o:paid").nodes.map(\.text) == ["yes"])
        #expect(try evaluate("//d:sku/text()").nodes.map(\.text) == ["bolt", "nut"])
        #expect(try evaluate("//comment()").text == "late")
        #expect(try evaluate("//processing-instruction()").text == "now")
        #expect(try evaluate("string(//plain)").text == "text & bold")
        #expect(try evaluate("/").nodes.count == 1)
        let namespaces = try evaluate("/o:orders/namespace::*").nodes.map(\.text)
        #expect(Set(namespaces) == ["urn:o", "urn:d", XMLNamespace.xml])
    }

    @Test("Nodes come in document order, whatever the order of the expression")
    func documentOrder() throws {
        let found = try evaluate("//d:qty | //d:sku")
        #expect(found.nodes.map(\.text) == ["bolt", "2", "nut", "40"])
    }

    @Test("Numbers, truths and texts keep their kind")
    func kinds() throws {
        guard case .number(let sum) = try evaluate("sum(//d:qty)") else {
            Issue.record("no number")
            return
        }
        #expect(sum == 42)
        #expect(try evaluate("sum(//d:qty)").text == "42")
        #expect(try evaluate("1 div 0").text == "Infinity")
        #expect(try evaluate("number('x')").text == "NaN")
        #expect(try evaluate("-0.5").text == "-0.5")
        #expect(try evaluate("1000000 * 10000000000000000").text == "10000000000000000000000")
        #expect(try evaluate("1 div 10000000").text == "0.0000001")
        #expect(try evaluate("count(//d:order) = 2").isTrue)
        #expect(try !evaluate("//missing").isTrue)
        #expect(try evaluate("concat('a', 'b')").text == "ab")
    }

    @Test("A relative path starts at the element given")
    func relative() throws {
        let second = try #require(orders.root.elements.dropFirst().first { _ in true })
        let expression = try XPathExpression("d:sku", namespaces: ["d": "urn:d"])
        #expect(try expression.evaluate(in: orders, from: second).text == "nut")
    }

    @Test("Variables are values, whatever their text looks like")
    func variables() throws {
        #expect(try evaluate("//d:order[@id = $id]/d:sku", ["id": .string("2")]).text == "nut")
        let injected = try evaluate(
            "//d:order[@id = $id]", ["id": .string("' or '1'='1")])
        #expect(injected.nodes.isEmpty)
        #expect(try evaluate("$n + 1", ["n": .number(1)]).text == "2")
        #expect(try evaluate("$o:flag", ["o:flag": .boolean(true)]).isTrue)
    }

    @Test(
        "Expressions that are none are refused with a column",
        arguments: [
            "", "//[", "a b", "1 +", "'open", "a/b/", "$", "a[", "foo(", "@",
        ])
    func syntax(_ text: String) {
        let error = #expect(throws: XMLError.self) { try XPathExpression(text) }
        #expect(error?.code == .xpathSyntax)
        #expect(error?.position != nil)
    }

    @Test(
        "Names that are not known are refused when evaluated",
        arguments: [
            "$missing", "x:a", "unknown()", "document('file:///etc/passwd')",
        ])
    func unknownNames(_ text: String) throws {
        let error = #expect(throws: XMLError.self) { _ = try evaluate(text) }
        #expect(error?.code == .xpathEvaluation)
    }

    @Test("Nesting and length are limited")
    func size() {
        let nested =
            String(repeating: "(", count: 1_000) + "1" + String(repeating: ")", count: 1_000)
        let texts = [nested, String(repeating: "a/", count: 3_000) + "a"]
        for text in texts {
            let error = #expect(throws: XMLError.self) { try XPathExpression(text) }
            #expect(error?.code == .xpathSyntax)
        }
    }

    @Test("Quadratic expressions are stopped")
    func workLimit() throws {
        let many = String(repeating: "<a/>", count: 8_000)
        let document = try XMLDocument("<r>\(many)</r>")
        let expression = try XPathExpression("count(//a[preceding::a[preceding::a]])")
        let (error, milliseconds) = cpuMilliseconds { () -> XMLError? in
            do throws(XMLError) {
                _ = try expression.evaluate(in: document)
                return nil
            } catch { return error }
        }
        #expect(error?.code == .xpathLimit)
        #expect(milliseconds < 100 * machineFactor)
        #expect(try XPathExpression("count(//a)").evaluate(in: document).text == "8000")
    }

    @Test("One expression serves many tasks and documents at once")
    func shared() async throws {
        let expression = try XPathExpression(
            "count(//d:order[@id > 1])", namespaces: ["d": "urn:d"])
        let orders = orders
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 {
                group.addTask { try expression.evaluate(in: orders).text }
            }
            for try await text in group { #expect(text == "1") }
        }
    }
}
