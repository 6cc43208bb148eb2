import CrossdockCore
import CrossdockData
import CrossdockDiagnostics
import CrossdockExpressions
import CrossdockSettings
import Testing

/// An exchange like the one of Camel's own tests of the language.
func sampleExchange(_ body: Body = .text("<hello id='m123'>world!</hello>")) -> Exchange {
    var message = Message(body)
    message.headers["foo"] = "abc"
    message.headers["bar"] = 123
    return Exchange(message)
}

func scope() -> ExpressionScope {
    let languages: [String: any Language] = [
        "jsonpath": JSONPathLanguage(), "simple": SimpleLanguage(), "constant": ConstantLanguage(),
    ]
    return ExpressionScope(
        routeID: "orders", routeGroup: "sales",
        placeholders: Placeholders(properties: ["colour": "red", "greet": "hi"]),
        languages: { languages[$0] })
}

func evaluate(_ text: String, _ exchange: inout Exchange) throws -> Value {
    try SimpleLanguage().compile(text, options: nil, at: nil, in: scope()).value(in: &exchange)
}

func holds(_ text: String, _ exchange: inout Exchange) throws -> Bool {
    try SimpleLanguage().compilePredicate(text, options: nil, at: nil, in: scope())
        .matches(&exchange)
}

@Suite("Simple: text")
struct SimpleTextTests {
    private static let json = Body.text(
        #"{"Name":"Acme","odd.name":1,"a":{"b":[10,20,{"c":"x"}]},"Contacts":[{"Email":"a@b"}],"n":null}"#
    )

    @Test(
        "Data is reached by its path",
        arguments: [
            ("${body[Name]}", "Acme"), ("${body.Name}", "Acme"), ("${body['Name']}", "Acme"),
            ("${body[odd.name]}", 1), ("${body.a.b[1]}", 20), ("${body.a.b[last].c}", "x"),
            ("${body.a.b[last-1]}", 20), ("${body.Contacts[0].Email}", "a@b"),
            ("${body?.missing?.deeper}", nil), ("${body.n}", nil), ("${body[missing]}", nil),
            ("${body.a.b.size}", 3), ("${body.a.b.size()}", 3), ("${body.getName}", "Acme"),
            ("${body.Name.toUpperCase()}", "ACME"), ("${body.Name.substring(1,3)}", "cm"),
            ("${body.a.b[7]?.c}", nil), ("Hello ${body.Name}!", "Hello Acme!"),
            ("${body.a.b[${header.index}]}", 20), ("${header.foo}", "abc"),
            ("${header[FOO]}", "abc"),
            ("${headers.foo}", "abc"), ("${in.header.foo}", "abc"), ("${header.none}", nil),
            ("${header.foo.length()}", 3), ("${variable.v}", "kept"),
            ("${exchangeProperty.p}", "prop"),
            ("${header.${exchangeProperty.name}}", "abc"), ("-${header.none}-", "--"),
        ] as [(String, Value)])
    func reaches(_ text: String, _ expected: Value) throws {
        var exchange = sampleExchange(Self.json)
        exchange.message.headers["index"] = "1"
        exchange.variables["v"] = .text("kept")
        exchange.properties["p"] = "prop"
        exchange.properties["name"] = "foo"
        #expect(try evaluate(text, &exchange) == expected)
    }

    @Test(
        "A path through nothing is an error unless it says otherwise",
        arguments: ["${body.missing.deeper}", "${body.a.b[7]}", "${body.Name.nothing}"])
    func failsOnNothing(_ text: String) {
        var exchange = sampleExchange(Self.json)
        #expect(throws: ExpressionError.self) { try evaluate(text, &exchange) }
    }

    @Test(
        "Functions of text, lists, maps and numbers compute what Camel's do",
        arguments: [
            ("${uppercase('abc')}", "ABC"), ("${lowercase(${header.foo})}", "abc"),
            ("${trim(' x ')}", "x"), ("${capitalize('hello world')}", "Hello World"),
            ("${substring(6,0,'Hello World')}", "World"),
            ("${substring(0,6,'Hello World')}", "Hello"),
            ("${substringBefore('Hello World','World')}", "Hello "),
            ("${substringAfter('Hello World','Hello')}", " World"),
            ("${substringBetween('[x]',[,])}", "x"),
            ("${replace(b,x)}", "<hello id='m123'>world!</hello>"),
            ("${replace(l,L,${header.foo}l)}", "abcL"),
            ("${replace(&apos;,&quot;)}", "<hello id=\"m123\">world!</hello>"),
            ("${concat(${header.foo},def,-)}", "abc-def"), ("${pad(hi,5)}", "hi   "),
            ("${pad(hi,-5,*)}", "***hi"), ("${quote(x)}", "\"x\""), ("${unquote('\"x\"')}", "x"),
            ("${length(${header.foo})}", 3), ("${normalizeWhitespace('  a   b ')}", "a b"),
            ("${list('a','b')}", ["a", "b"]), ("${map('k','v')}", ["k": "v"]),
            ("${range(1,4)}", [1, 2, 3]), ("${range(3)}", [1, 2]),
            ("${distinct('a,b,a')}", ["a", "b"]), ("${reverse('a,b')}", ["b", "a"]),
            ("${sort('b,a,c')}", ["a", "b", "c"]), ("${sort('b,a,c',true)}", ["c", "b", "a"]),
            ("${split('a:b',:)}", ["a", "b"]), ("${size('a,b,c')}", 3),
            ("${join(;,x=,'1,2')}", "x=1;x=2"), ("${collate('1,2,3',2)}", [["1", "2"], ["3"]]),
            ("${skip('1,2,3',2)}", ["3"]), ("${filter('a,bb,c',${body.length} == 1)}", ["a", "c"]),
            ("${forEach('a,b',${uppercase(${body})})}", ["A", "B"]),
            ("${sum(1,2,3)}", 6), ("${sum(0.5,1)}", 1.5), ("${max(1,22,3)}", "22"),
            ("${min(4,22,3)}", "3"), ("${average(1,2,3)}", 2), ("${abs(-7)}", "7"),
            ("${floor(3.7)}", 3), ("${ceil(3.2)}", 4),
            ("${iif(${header.bar} > 100,high,low)}", "high"), ("${empty(list)}", []),
            ("${convertTo('42',Integer)}", 42), ("${kindOfType(${header.bar})}", "number"),
            ("${isNumeric(${header.bar})}", true), ("${not(${header.none})}", true),
            ("${properties:colour}", "red"), ("${properties:none:blue}", "blue"),
            ("${propertiesExist:colour}", true), ("${propertiesExist:!colour}", false),
            ("${routeId}", "orders"), ("${routeGroup}", "sales"), ("${null}", nil),
            ("${header.bar}++", 124), ("${header.bar}--", 122),
            ("${header.none} ?: 'else'", "else"), ("${header.foo} ?: 'else'", "abc"),
            ("${header.bar} > 5 ? 'yes' : 'no'", "yes"),
            ("${trim(' a ')} ~> ${uppercase()}", "A"), ("${header.none} ?~> ${uppercase()}", nil),
            ("${hash(hello)}", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
            ("${type:org.apache.camel.Exchange.FILE_NAME}", "CamelFileName"),
            ("${jsonpath($.length())}", 2),
        ] as [(String, Value)])
    func computes(_ text: String, _ expected: Value) throws {
        var exchange = sampleExchange()
        if text.contains("jsonpath") { exchange.message.body = .text("[1,2]") }
        let value = try evaluate(text, &exchange)
        #expect(Self.same(value, expected), "\(text) gave \(value.jsonText)")
    }

    /// Arguments are text: `max(1,22)` yields the number as it was written.
    private static func same(_ one: Value, _ other: Value) -> Bool {
        one == other || (one.number != nil && one.scalarText == other.scalarText)
    }

    @Test("Escapes and lone braces are text; a template keeps what is around its functions")
    func literals() throws {
        var exchange = sampleExchange(.text("b"))
        #expect(try evaluate("a\\nb\\tc\\}", &exchange) == "a\nb\tc}")
        #expect(try evaluate("{\"x\": \"${body}\"}", &exchange) == "{\"x\": \"b\"}")
        #expect(try evaluate("$ {body} $", &exchange) == "$ {body} $")
        #expect(try evaluate("$simple{body}", &exchange) == "b")
        #expect(try evaluate("a == b ? c", &exchange) == "a == b ? c")
    }

    @Test("Variables of an init block are set before the rest is read")
    func initBlock() throws {
        var exchange = sampleExchange(.text("camel"))
        let text = """
            $init{
              $up := ${uppercase()};
              $len := ${length(${body})}
            }init$
            $up has $len
            """
        #expect(try evaluate(text, &exchange) == "CAMEL has 5")
    }

    @Test("Dates are written by their pattern, offsets included")
    func dates() throws {
        var exchange = sampleExchange()
        exchange.message.headers["when"] = .number(JSONNumber(Int64(1_700_000_000_123)))
        let zone = "date-with-timezone:header.when"
        #expect(
            try evaluate("${\(zone):UTC:yyyy-MM-dd'T'HH:mm:ss.SSSX}", &exchange)
                == "2023-11-14T22:13:20.123Z")
        #expect(try evaluate("${\(zone)+24h:UTC:EEE, d MMM yyyy}", &exchange) == "Wed, 15 Nov 2023")
        #expect(
            try evaluate("${\(zone):Europe/Berlin:HH:mm Z}", &exchange) == "23:13 +0100")
        let now = try evaluate("${date:now:yyyy}", &exchange)
        #expect((now.string.flatMap { Int($0) } ?? 0) >= 2024)
    }

    @Test(
        "What simple does not know is refused when it is read, with its place",
        arguments: [
            ("${bdy}", 2, "did you mean 'body'?"), ("Hello ${header.a} ${nope()}", 20, nil),
            ("${body", 0, nil), ("${}", 2, nil), ("x ${bean:foo.bar}", 9, nil),
            ("${uppercase(a,b,c)}", 2, nil), ("${body.nope(1)}", 7, nil),
            ("${date:now:yyyy-QQ}", 7, nil), ("${random(1,2,3)}", 2, nil),
            ("${body[a}", 6, nil), ("${date-with-timezone:now:Mars/X:yyyy}", 21, nil),
        ] as [(String, Int, String?)])
    func refuses(_ text: String, _ offset: Int, _ help: String?) {
        let span = SourceSpan(
            file: "f", line: 3, column: 10, endColumn: 10 + text.unicodeScalars.count)
        let error = #expect(throws: DiagnosticsError.self) {
            try SimpleLanguage().compile(text, options: nil, at: span, in: scope())
        }
        #expect(error?.diagnostics.first?.span?.line == 3)
        #expect(error?.diagnostics.first?.span?.column == 10 + offset)
        if let help { #expect(error?.diagnostics.first?.help == help) }
    }

    @Test("Nesting beyond reason is refused, a million characters are not")
    func bounded() throws {
        let deep =
            String(repeating: "${uppercase(", count: 10_000)
            + String(repeating: ")}", count: 10_000)
        var exchange = sampleExchange()
        #expect(throws: DiagnosticsError.self) { try evaluate(deep, &exchange) }
        let long = String(repeating: "x", count: 1_000_000)
        #expect(try evaluate(long, &exchange) == .string(long))
    }

    @Test("A body of 'false' typed as Boolean is false; text that is no number is refused")
    func resultTypes() throws {
        var exchange = sampleExchange(.text("42"))
        func typed(_ type: String) throws -> Value {
            let options = try YAMLNode.parse("resultType: \(type)", file: "f")
            return try SimpleLanguage().compile("${body}", options: options, at: nil, in: scope())
                .value(in: &exchange)
        }
        #expect(try typed("java.lang.Integer") == 42)
        #expect(try typed("String") == "42")
        exchange.message.body = .text("x")
        #expect(throws: ExpressionError.self) { try typed("long") }
        #expect(throws: DiagnosticsError.self) { try typed("com.acme.Thing") }
    }
}

@Suite("Simple: predicates")
struct SimplePredicateTests {
    @Test(
        "Operators compare as Camel's do",
        arguments: [
            ("${header.foo} == 'abc'", true), ("${header.foo} == 'def'", false),
            ("${header.bar} == '123'", true), ("${header.bar} == 123", true),
            ("${header.bar} == -123", false), ("${header.bar} > '100'", true),
            ("${header.bar} > 100", true), ("${header.bar} < 200", true),
            ("${header.bar} >= 123", true), ("${header.bar} <= 122", false),
            ("${header.foo} > 'aaa'", true), ("${header.num} > 100", false),
            ("${header.num} > 8", true), ("100 < ${header.bar}", true),
            ("${header.float} > 0.01", true), ("${header.float} == 0.02", true),
            ("${header.float} < 0.00", false), ("${header.foo} =~ 'ABC'", true),
            ("${header.foo} !=~ 'ABC'", false), ("${header.foo} != 'def'", true),
            ("${header.foo} != null", true), ("${header.none} == null", true),
            ("${header.none} != null", false), ("${header.flag} == true", true),
            ("${header.flag} == 'true'", true), ("${header.foo} contains 'b'", true),
            ("${header.foo} !contains 'b'", false), ("${header.foo} not contains 'x'", true),
            ("${header.foo} ~~ 'AB'", true), ("${header.foo} !~~ 'AB'", false),
            ("${header.text} contains 42", true), ("${header.foo} regex '^a..$'", true),
            ("${header.bar} regex '^\\d{2}'", false), ("${header.foo} not regex 'd.*'", true),
            ("${header.foo} in 'foo,abc,def'", true), ("${header.bar} in '100,123'", true),
            ("${header.foo} !in 'foo,def'", true), ("${header.empty} in ',,bronze'", true),
            ("${header.foo} is 'String'", true), ("${header.foo} is 'java.lang.Integer'", false),
            ("${header.bar} is 'Integer'", true), ("${header.foo} !is 'Integer'", true),
            ("${header.bar} range '100..200'", true), ("${header.bar} range 100..199", true),
            ("${header.bar} not range '200..300'", true), ("${header.foo} range '1..2'", false),
            ("${header.foo} startsWith 'ab'", true), ("${header.foo} starts with 'b'", false),
            ("${header.foo} endsWith 'bc'", true), ("${header.foo} !endsWith 'x'", true),
            ("'red' == 'red'", true), ("'' != ''", false), ("\"a\" == 'a'", true),
            ("${header.foo}", true), ("${header.none}", false), ("true", true), ("false", false),
            ("${header.foo} == 'abc' && ${header.bar} == 123", true),
            ("${header.foo} == 'x' || ${header.bar} == 123", true),
            ("${header.foo} == 'x' || ${header.bar} == 1 || ${header.num} == 70", true),
            ("${header.foo} == 'abc' || ${header.foo} == 'x' && ${header.bar} == 1", false),
            ("${header.dude2} <= ${header.dude}", true), ("", false),
            ("'Hello ${header.foo}' == 'Hello abc'", true),
            ("${header.bar} > 100 ? true : false", true),
        ])
    func compares(_ text: String, _ expected: Bool) throws {
        var exchange = sampleExchange()
        for (name, value) in [
            ("num", "70"), ("float", "0.02"), ("text", "The answer is 42."), ("empty", ""),
            ("dude", "555"), ("dude2", "0099"),
        ] as [(String, Value)] { exchange.message.headers[name] = value }
        exchange.message.headers["flag"] = true
        #expect(try holds(text, &exchange) == expected)
    }

    @Test(
        "A member of a JSON body is compared where it stands",
        arguments: [
            ("${body[status]} == 'active'", true), ("${body[status]} != 'active'", false),
            ("${body.status} == 'gone'", false), ("${body.esc} == 'a\"b'", true),
            ("${body.list[1]} == 'y'", true), ("${body.num} == '10'", true),
            ("${body.num} == 10.0", true), ("${body.none} == 'x'", false),
            ("${body.none} != 'x'", true), ("${body.null} == null", true),
            ("${body.flag}", true), ("${body.off}", false), ("${body.dec} > 9.99", true),
        ])
    func onTheTape(_ text: String, _ expected: Bool) throws {
        let json =
            #"{"status":"active","esc":"a\"b","list":["x","y"],"num":10,"null":null,"flag":true,"off":false,"dec":10.01}"#
        for body in [Body.text(json), .bytes(Array(json.utf8)), .value(try Value(json: json))] {
            var exchange = sampleExchange(body)
            #expect(try holds(text, &exchange) == expected)
        }
    }

    @Test(
        "What is no predicate is refused when it is read",
        arguments: [
            "${body} == ", "== 'x'", "${body} ='x'", "${body} =='x'", "${body}== 'x'",
            "${body} == 'x' &&", "&& true", "${body} == x", "${body} regex '(?=a)'",
            "${body} range 100.200", "${body} range abc..200", "${body} is com.acme.Nope",
            "hello world", "${body} == 'unclosed", "true &&false", "${body} == 'a' ? 'b'",
        ])
    func refuses(_ text: String) {
        #expect(throws: DiagnosticsError.self) {
            try SimpleLanguage().compilePredicate(text, options: nil, at: nil, in: scope())
        }
    }
}
