import CrossdockData
import CrossdockJSONata
import Testing

@Suite("The JSONata language")
struct LanguageTests {
    private static let order = """
        {"Account":{"Name":"Acme","Order":[
          {"Id":"o1","Lines":[{"Sku":"bolt","Price":2.50,"Qty":10},{"Sku":"nut","Price":1,"Qty":5}]},
          {"Id":"o2","Lines":[{"Sku":"bolt","Price":3,"Qty":1}]},
          {"Id":"o3"}]},
         "Stock":[{"Sku":"bolt","Bin":"A"},{"Sku":"nut","Bin":"B"}]}
        """

    @Test(
        "Paths, filters, bindings, grouping and sorting",
        arguments: [
            Example("Account.Order.Lines.Sku", #"["bolt","nut","bolt"]"#),
            Example("Account.Order[0].Lines[-1].Sku", #""nut""#),
            Example("Account.Order.Lines[0].Sku", #"["bolt","bolt"]"#),
            Example("(Account.Order.Lines)[0].Sku", #""bolt""#),
            Example("Account.Order[Id='o2'].Lines.Price", "3"),
            Example("Account.Order[Id='o2'].Lines[].Price", "[3]"),
            Example("Account.Order.Lines[Price > 2].%.Id", #"["o1","o2"]"#),
            Example(
                "Account.Order.Lines.{'s': Sku, 'n': %.%.Name}",
                #"[{"s":"bolt","n":"Acme"},{"s":"nut","n":"Acme"},{"s":"bolt","n":"Acme"}]"#),
            Example("Account.Order#$i.($i & Id)", #"["0o1","1o2","2o3"]"#),
            Example(
                "Account.Order.Lines@$l.$$.Stock@$s[$l.Sku = $s.Sku].($l.Qty & $s.Bin)",
                #"["10A","5B","1A"]"#),
            Example("Account.Order.Lines^(>Price, Sku).Price", "[3,2.50,1]"),
            Example("Account.Order.Lines{Sku: $sum(Qty)}", #"{"bolt":11,"nut":5}"#),
            Example("Account.Order.Lines{Sku: Qty[]}", #"{"bolt":[10,1],"nut":[5]}"#),
            Example("Account.*[0]", #""Acme""#),
            Example("$count(**.Sku)", "5"),
            Example("Account.Order.Nothing", "undefined"),
            Example("$$.Account.Name & '!'", #""Acme!""#),
            Example("Account.`Name`", #""Acme""#),
            Example(#"Account."Name""#, #""Acme""#),
        ])
    func paths(_ example: Example) throws {
        #expect(try result(example.expression, Self.order) == example.expected)
    }

    @Test(
        "Operators",
        arguments: [
            Example("1 + 2 * 3 - 8 / 4 % 3", "5"),
            Example("-5 % 3", "-2"),
            Example("'a' & 1 & true & null & [1] & nothing", #""a1truenull[1]""#),
            Example("1 = 1.0 and 'é' != 'e\u{301}'", "true"),
            Example("[1, [2, {'a': 3}]] = [1, [2, {'a': 3}]]", "true"),
            Example("{'a': 1, 'b': 2} = {'b': 2, 'a': 1}", "true"),
            Example("'a' < 'b' and 2 >= 2", "true"),
            // Characters beyond the basic plane come before U+FFFD in UTF-16.
            Example("'😀' < '\u{FFFD}'", "true"),
            Example("2 in [1, 2, 3]", "true"),
            Example("nothing ?? 'x'", #""x""#),
            Example("null ?? 'x'", "null"),
            Example("0 ?: 'x'", #""x""#),
            Example("1 ? 'yes' : 'no'", #""yes""#),
            Example("false ? 'yes'", "undefined"),
            Example("[1..3, 5, 7..6, 9..10]", "[1,2,3,5,9,10]"),
            Example("1/0", "null"),
            Example("0.1 + 0.2", "0.30000000000000004"),
            Example("$string(0.1 + 0.2)", #""0.3""#),
        ])
    func operators(_ example: Example) throws {
        #expect(try result(example.expression) == example.expected)
    }

    @Test(
        "Functions, closures and applications",
        arguments: [
            Example("($f := function($x, $y){ $x + $y }; $f(1, 2))", "3"),
            Example("($f := λ($x){ $x * 2 }; [1..3] ~> $map($f))", "[2,4,6]"),
            Example("($add := function($x){ function($y){ $x + $y } }; $add(2)(3))", "5"),
            Example("($first := $substring(?, 0, 1); $first('abc'))", #""a""#),
            Example("($f := function($a, $b, $c){ $a & $b & $c }; $f(?, 'x', ?)(1, 2))", #""1x2""#),
            Example("' Ab ' ~> $trim ~> $uppercase", #""AB""#),
            Example("($f := $trim ~> $uppercase; $f(' a '))", #""A""#),
            Example("'a-b' ~> $split('-')", #"["a","b"]"#),
            Example("($x := 1; ($x := 2; $x) & $x)", #""21""#),
            Example("($f := function($n)<n:n>{ $n }; $f(1))", "1"),
            Example(
                "($fib := function($n){ $n < 2 ? $n : $fib($n - 1) + $fib($n - 2) }; $fib(15))",
                "610"),
            Example("$map([4, 5], function($v, $i, $a){ $v * $i + $count($a) })", "[2,7]"),
            Example("$filter([1..6], function($v){ $v % 2 = 0 })", "[2,4,6]"),
            Example("$reduce([1..5], function($a, $b){ $a * $b })", "120"),
            Example("$single([1, 2, 3], function($v){ $v = 2 })", "2"),
            Example("$each({'a': 1, 'b': 2}, function($v, $k){ $k & $v })", #"["a1","b2"]"#),
            Example("$sift({'a': 1, 'b': 2}, function($v){ $v > 1 })", #"{"b":2}"#),
            Example("$sort([3, 1, 2], function($l, $r){ $l < $r })", "[3,2,1]"),
            Example("$eval('[1, 2].(' & '$ + 1)')", "[2,3]"),
            Example(
                "{'a': [{'b': 1}, {'b': 2}]} ~> |a|{'b': b * 10, 'c': 0}|",
                #"{"a":[{"b":10,"c":0},{"b":20,"c":0}]}"#),
            Example("{'a': {'b': 1, 'c': 2}} ~> |a|{}, ['b']|", #"{"a":{"c":2}}"#),
            Example("function($x){ $x }", #""""#),
            Example("[$sum, 1]", "[null,1]"),
        ])
    func functions(_ example: Example) throws {
        #expect(try result(example.expression) == example.expected)
    }

    @Test(
        "Corner cases that comparing with the reference brought up",
        arguments: [
            Example("{'a': 5}.[[0..3]]", "[[0,1,2,3]]"),
            Example("{'a': []}.*", "[]"),
            Example("{'a': [1]}.*", "[1]"),
            Example("$spread([])", "undefined"),
            Example("$split('a, b, c', ', ', 1.5)", #"["a"]"#),
            Example("$split('a1b2c', /\\d/, 1.5)", #"["a","b"]"#),
            Example("$replace('x', 'l', function(){ 1 })", #""x""#),
            Example("({'f': [7][]}).f", "[7]"),
            Example(
                "[{'n': 2, 'k': 'b'}, {'n': 1, 'k': 'a'}]#$i^(n)[k = 'b'].{'i': $i}", #"{"i":0}"#),
            Example("[[1, 2], [3]].$", "[1,2,3]"),
            Example("[1, [2, 3]].$", "[1,2,3]"),
            Example("'abc'[0]", #""abc""#),
        ])
    func corners(_ example: Example) throws {
        #expect(
            try result(example.expression.replacing("\\\\", with: "\\")) == example.expected)
    }

    @Test("A transform leaves its input as it was")
    func transformCopies() throws {
        let text = try result("[$$ ~> |a|{'b': 2}|, $$]", #"{"a":{"b":1}}"#)
        #expect(text == #"[{"a":{"b":2}},{"a":{"b":1}}]"#)
    }

    @Test("An input that is a list is one input, not many")
    func listInput() throws {
        #expect(try result("$count($)", "[1,2,3]") == "3")
        #expect(try result("[0]", "[[7,8]]") == "[0]")
        #expect(try result("$[0]", "[7,8]") == "7")
        #expect(try result("a", #"[{"a":1},{"a":2}]"#) == "[1,2]")
    }

    @Test("Numbers that are only passed on keep their digits")
    func keepsDigits() throws {
        let record = #"{"id":12345678901234567890,"price":1.10,"list":[1e2,0.50]}"#
        #expect(try result("id", record) == "12345678901234567890")
        #expect(try result("{'p': price, 'l': list}", record) == #"{"p":1.10,"l":[1e2,0.50]}"#)
        #expect(try result("$sort(list)", record) == "[0.50,1e2]")
        #expect(try result("$ ~> |$|{'x': 1}|", record).contains("12345678901234567890"))
        #expect(try result("price + 0", record) == "1.1")
        #expect(try result("id + 0", record) == "12345678901234567000")
        #expect(try result("$x", bindings: ["x": .tree(Value(json: "1.50"))]) == "1.50")
    }

    @Test("Of a member named twice the last one counts")
    func duplicateMembers() throws {
        #expect(try result("a", #"{"a":1,"b":2,"a":3}"#) == "3")
        #expect(try result("$", #"{"a":1,"b":2,"a":3}"#) == #"{"a":3,"b":2}"#)
        #expect(try result("$keys($)", #"{"a":1,"b":2,"a":3}"#) == #"["a","b"]"#)
    }

    @Test("Names are found also where the record writes them with escapes")
    func escapedNames() throws {
        #expect(try result("`a b`.é", #"{"a\u0020b":{"\u00e9":"\ud83d\ude00"}}"#) == #""😀""#)
    }

    @Test("Bindings are variables, and can be parts of a document")
    func bindings() throws {
        let document = try JSONDocument(Array(#"{"x":{"y":[1,2]}}"#.utf8))
        let root = try #require(document.root["x"])
        let bindings: JSONataBindings = ["index": .tree(3), "root": .node(root), "none": .absent]
        #expect(try result("$index + $sum($root.y)", bindings: bindings) == "6")
        #expect(try result("$none", bindings: bindings) == "undefined")
    }

    @Test("The clock and the dice are the caller's")
    func clockAndDice() throws {
        var options = JSONataOptions.standard
        options.now = .milliseconds(1_520_245_230_123)
        options.seed = 7
        #expect(try result("$now()", options: options) == #""2018-03-05T10:20:30.123Z""#)
        #expect(try result("$millis()", options: options) == "1520245230123")
        #expect(try result("$now('[Y]', '+0100')", options: options) == #""2018""#)
        let dice = try result("[$random(), $shuffle([1..9])]", options: options)
        #expect(try result("[$random(), $shuffle([1..9])]", options: options) == dice)
        options.seed = 8
        #expect(try result("[$random(), $shuffle([1..9])]", options: options) != dice)
    }

    @Test("$eval is off unless it is asked for")
    func evalIsOff() {
        #expect(failure("$eval('1')", options: .standard)?.jsonataCode == "T1006")
        #expect(failure("$eval('1')", options: .interactive) == nil)
        #expect(failure("$eval('1 +')")?.jsonataCode == "D3120")
        #expect(failure("$eval('1 + true')")?.jsonataCode == "D3121")
    }

    @Test("One expression can be evaluated by many at once")
    func concurrent() async throws {
        let expression = try JSONata("$map(list, function($x){ $x * factor }) ~> $sum()")
        let sums = try await withThrowingTaskGroup(of: Double?.self) { group in
            for factor in 1...50 {
                group.addTask {
                    let record = #"{"list":[1,2,3],"factor":\#(factor)}"#
                    let document = try JSONDocument(Array(record.utf8))
                    return try expression.evaluate(document.root)?.number?.double
                }
            }
            return try await group.reduce(into: 0.0) { $0 += $1 ?? 0 }
        }
        #expect(sums == 6 * 50 * 51 / 2)
    }
}
