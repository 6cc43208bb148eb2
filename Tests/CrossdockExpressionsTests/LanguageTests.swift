import CrossdockCore
import CrossdockData
import CrossdockDiagnostics
import CrossdockExpressions
import CrossdockSettings
import Testing

@Suite("Languages")
struct LanguageTests {
    private func compile(
        _ language: some Language, _ source: String, _ options: String? = nil
    ) throws -> any CompiledExpression {
        let node = try options.map { try YAMLNode.parse($0, file: "f") }
        return try language.compile(source, options: node, at: nil, in: scope())
    }

    @Test("Constants keep their text unless a type is asked for")
    func constants() throws {
        var exchange = sampleExchange()
        #expect(try compile(ConstantLanguage(), " 5 ").value(in: &exchange) == "5")
        #expect(
            try compile(ConstantLanguage(), "5", "resultType: int").value(in: &exchange) == 5)
        #expect(
            try compile(ConstantLanguage(), " x ", "trim: false").value(in: &exchange) == " x ")
        #expect(throws: DiagnosticsError.self) {
            try compile(ConstantLanguage(), "x", "resultType: int")
        }
        #expect(throws: DiagnosticsError.self) {
            try compile(ConstantLanguage(), "x", "resutType: int")
        }
    }

    @Test("Headers, properties and variables are read by name; control names in any case")
    func access() throws {
        var exchange = sampleExchange()
        exchange.message[header: "CamelFileName"] = "a.csv"
        exchange.properties["p"] = 1
        exchange.variables["v"] = .text("x")
        #expect(try compile(HeaderLanguage(), "FOO").value(in: &exchange) == "abc")
        #expect(try compile(HeaderLanguage(), "camelfilename").value(in: &exchange) == "a.csv")
        #expect(try compile(ExchangePropertyLanguage(), "p").value(in: &exchange) == 1)
        #expect(try compile(VariableLanguage(), "v").value(in: &exchange) == "x")
    }

    @Test(
        "JSONPath in a route yields a value for a definite path and a list for others",
        arguments: [
            ("$.store.book[0].title", "A"), ("$.store.book[*].title", ["A", "B", "C"]),
            ("$..price", [5, 12.5, 30, 9]), ("store.name", "S"),
            ("$.store.book[?(@.price < 10)].title", ["A"]),
            ("$.store.book[?(@.tag in ['x','y'])].title", ["A", "B"]),
            ("$.store.book[?(@.tag nin ['x','y'])].title", ["C"]),
            ("$.store.book[?(@.title =~ /[a-b]/i)].title", ["A", "B"]),
            ("$.store.book[?(@.tags subsetof ['p','q'])].title", ["A", "C"]),
            ("$.store.book[?(@.tags anyof ['r'])].title", ["B"]),
            ("$.store.book[?(@.tags size 2)].title", ["A"]),
            ("$.store.book[?(@.tags contains 'r')].title", ["B"]),
            ("$.store.book[?(@.tags empty true)].title", ["C"]),
            ("$.store.book.length()", 3), ("$..price.sum()", 56.5), ("$..price.max()", 30),
            ("$.store.book[0]['title','price']", ["title": "A", "price": 5]),
            ("$.store.book[-1].title", "C"),
            ("$.store.book[?(@.price > 10 && @.tag == 'z')].title", ["C"]),
        ] as [(String, Value)])
    func jayway(_ path: String, _ expected: Value) throws {
        let json =
            #"{"store":{"name":"S","book":[{"title":"A","price":5,"tag":"x","tags":["p","q"]},{"title":"B","price":12.5,"tag":"y","tags":["r"]},{"title":"C","price":30,"tag":"z","tags":[]}],"bike":{"price":9}}}"#
        var exchange = sampleExchange(.text(json))
        #expect(try compile(JSONPathLanguage(), path).value(in: &exchange) == expected)
    }

    @Test(
        "A path to nothing is an error unless that is suppressed; predicates may be written easily")
    func jsonpathOptions() throws {
        var exchange = sampleExchange(.text(#"{"a":{"n":5},"l":[{"id":"x"}]}"#))
        let error = #expect(throws: ExpressionError.self) {
            try compile(JSONPathLanguage(), "$.none").value(in: &exchange)
        }
        #expect(error?.exceptionClass == "com.jayway.jsonpath.PathNotFoundException")
        #expect(
            try compile(JSONPathLanguage(), "$.none", "suppressExceptions: true")
                .value(in: &exchange) == .null)
        let predicate = try JSONPathLanguage().compilePredicate(
            "a.n > 4", options: nil, at: nil, in: scope())
        #expect(try predicate.matches(&exchange))
        exchange.message.headers["id"] = "x"
        #expect(
            try compile(JSONPathLanguage(), "$.l[?(@.id == '${header.id}')].id")
                .value(in: &exchange) == ["x"])
        #expect(
            try compile(JSONPathLanguage(), "$.a", "writeAsString: true").value(in: &exchange)
                == #"{"n":5}"#)
        exchange.variables["other"] = .text(#"{"k":1}"#)
        #expect(
            try compile(JSONPathLanguage(), "$.k", "source: variable:other").value(in: &exchange)
                == 1)
        #expect(throws: DiagnosticsError.self) { try compile(JSONPathLanguage(), "$.[") }
        exchange.message.body = .text("no json")
        #expect(throws: JSONError.self) {
            try compile(JSONPathLanguage(), "$.a").value(in: &exchange)
        }
    }

    @Test("XPath finds text, elements and numbers, with namespaces and headers")
    func xpath() throws {
        let xml =
            #"<o:orders xmlns:o="urn:o"><o:order id="1"><n>x</n></o:order><o:order id="2"/></o:orders>"#
        var exchange = sampleExchange(.text(xml))
        exchange.message.headers["want"] = "2"
        let namespaces = "namespace: [{key: c, value: 'urn:o'}]"
        func value(_ path: String, _ more: String = "") throws -> Value {
            try compile(XPathLanguage(), path, namespaces + more).value(in: &exchange)
        }
        #expect(try value("//c:order/@id") == ["1", "2"])
        #expect(try value("//n/text()") == "x")
        #expect(try value("count(//c:order)") == 2)
        #expect(try value("//c:order[@id = in:header('want')]/@id") == "2")
        #expect(try value("//c:order[@id = $want]/@id") == "2")
        #expect(try value("//n", "\nresultType: String") == "x")
        #expect(try compile(XPathLanguage(), "//n = 'x'").matches(&exchange))
        #expect(try !compile(XPathLanguage(), "//missing").matches(&exchange))
        let parts = try compile(XPathLanguage(), "//c:order", namespaces).list(in: &exchange)
        #expect(parts.count == 2)
        #expect(parts[0].text?.contains("xmlns:o=\"urn:o\"") == true)
        #expect(throws: DiagnosticsError.self) { try compile(XPathLanguage(), "//c:order[") }
    }

    @Test(
        "Text is divided as asked",
        arguments: [
            ("a\nb\nc\n", "\\n", nil, ["a", "b", "c"]), ("a;b;;c", ";", nil, ["a", "b", "", "c"]),
            ("1,2,3,4,5", ",", "group: 2", ["1,2", "3,4", "5"]),
            ("h,1,2", ",", "skipFirst: true", ["1", "2"]),
            ("a1b22c", "\\d+", "regex: true", ["a", "b", "c"]),
            ("x[1]y[2]", "[", "endToken: ']'", ["1", "2"]),
            ("x[1]y[2]", "[", "endToken: ']'\nincludeTokens: true", ["[1]", "[2]"]),
            ("<r><o>1</o><o>2</o></r>", "o", "xml: true", ["<o>1</o>", "<o>2</o>"]),
            ("1,2,3", ",", "group: 2\ngroupDelimiter: '|'", ["1|2", "3"]),
        ] as [(String, String, String?, Value)])
    func tokenizes(_ text: String, _ token: String, _ options: String?, _ expected: Value) throws {
        var exchange = sampleExchange(.text(text))
        #expect(try compile(TokenizeLanguage(), token, options).value(in: &exchange) == expected)
    }

    @Test("Elements on a path are parts of their own, with their namespaces")
    func xtokenizes() throws {
        var exchange = sampleExchange(
            .text(#"<c:p xmlns:c="urn:c"><c:x>1</c:x><c:x>2</c:x></c:p>"#))
        let parts = try compile(XTokenizeLanguage(), "//c:x", "mode: i").list(in: &exchange)
        #expect(
            parts.map(\.text) == [
                #"<c:x xmlns:c="urn:c">1</c:x>"#, #"<c:x xmlns:c="urn:c">2</c:x>"#,
            ])
        #expect(
            try compile(XTokenizeLanguage(), "/c:p/c:x", "mode: t").value(in: &exchange)
                == ["1", "2"])
    }
}
