import CrossdockData
import CrossdockJSONata
import Testing

/// Expressions that would run for ever, or take all memory.
@Suite("JSONata limits")
struct LimitTests {
    private static func limits(
        steps: Int? = 2_000_000, depth: Int? = 200, time: Duration? = .milliseconds(400),
        size: Int? = 4 << 20
    ) -> JSONataOptions {
        JSONataOptions(
            limits: JSONataLimits(steps: steps, depth: depth, time: time, size: size),
            allowsEval: true)
    }

    @Test(
        "What does not end, or grows without end, is stopped with U1001",
        arguments: [
            "($f := function($n){ 1 + $f($n) }; $f(1))",
            "($f := function(){ $f() }; $f())",
            "($f := function($n){ $map([1, 2], function($x){ $f($n) }) }; $f(1))",
            "($f := function($n){ $replace('a', /a/, function($m){ $f($n) }) }; $f(1))",
            "($f := function($s){ $f($s & $s) }; $f('text'))",
            "($f := function($l){ $f($append($l, $l)) }; $f([1]))",
            "($f := function($x){ $f({'a': $x}) }; $f(1))",
            "($f := function($k){ $f(function(){ $k }) }; $f(1))",
            "($e := '$eval($e)'; $eval($e))",
            "[1..10000].[1..10000]",
            "[1..1000]#$i.([1..10000000])",
            "[1..10, 1..10000000]",
            "$pad('', 1e15)",
            "$formatInteger(1e18, 'I')",
            "$join($map([1..100000], function($i){ 'a rather long text' }), ', ')",
        ])
    func stops(_ expression: String) {
        #expect(failure(expression, options: Self.limits())?.jsonataCode == "U1001")
    }

    @Test(
        "A value that holds itself many times over is not walked for ever",
        arguments: ["$a = $b", "$a ? 1 : 2", "$a", "$string($a)", "$a.**", "$a ~> |$|{'x': 1}|"])
    func sharedValues(_ use: String) {
        let expression = """
            (
              $double := function($x, $n){ $n = 0 ? $x : $double([[$x], [$x]], $n - 1) };
              $pair := function($x, $n){ $n = 0 ? $x : $pair({'l': $x, 'r': $x}, $n - 1) };
              $a := [$pair(0, 40)]; $b := [$pair(0, 40)];
              \(use == "$a ? 1 : 2" ? "$a := $double(0, 40);" : "")
              \(use)
            )
            """
        let outcome = failure(expression, options: Self.limits())
        #expect(outcome?.jsonataCode == "U1001")
    }

    @Test(
        "A regular expression that backtracks exponentially is stopped",
        arguments: [
            #"$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)"#,
            #"$contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a|aa)+$/)"#,
            #"$replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /(.*a){20}$/, "x")"#,
            #"$match("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", /(x+x+)+y/)"#,
        ])
    func regularExpressions(_ expression: String) {
        #expect(failure(expression, options: Self.limits())?.jsonataCode == "U1001")
    }

    @Test("A range costs nothing until its numbers are needed")
    func lazyRanges() throws {
        #expect(try result("$count([1..10000000])", options: Self.limits()) == "10000000")
        #expect(try result("[1..10000000][-1]", options: Self.limits()) == "10000000")
        #expect(failure("$count([0..10000000])")?.jsonataCode == "D2014")
    }

    @Test("The limit on elements has a code of its own")
    func elements() {
        var options = Self.limits()
        options.limits.elements = 100
        #expect(failure("[1..101].$", options: options)?.jsonataCode == "D2015")
        #expect(failure("[1..60].($ & '')[true] ~> $append([1..60])", options: options) != nil)
        #expect(failure("[1..100].$", options: options) == nil)
    }

    @Test("Tail calls take no depth, other calls do")
    func depth() throws {
        let sum = "($f := function($n, $t){ $n = 0 ? $t : $f($n - 1, $t + $n) }; $f(5000, 0))"
        #expect(try result(sum) == "12502500")
        let nested = "($f := function($n){ $n = 0 ? 0 : 1 + $f($n - 1) }; $f(5000))"
        #expect(failure(nested)?.jsonataCode == "U1001")
    }

    @Test("Depth counts as the reference counts it")
    func depthBoundary() throws {
        func factorial(_ number: Int) -> String {
            "($f := function($n){ $n = 0 ? 1 : $n * $f($n - 1) }; $f(\(number)))"
        }
        let options = Self.limits(depth: 302)
        #expect(failure(factorial(99), options: options) == nil)
        #expect(failure(factorial(100), options: options)?.jsonataCode == "U1001")
    }

    @Test("Without a limit on depth the thread's stack is the limit")
    func stack() {
        let expression = "($f := function($n){ 1 + $f($n + 1) }; $f(1))"
        let options = Self.limits(steps: nil, depth: nil, time: nil, size: nil)
        #expect(failure(expression, options: options)?.jsonataCode == "U1001")
    }

    @Test("The limit's error says which limit it was")
    func reasons() {
        let endless = "($f := function(){ $f() }; $f())"
        let steps = failure(endless, options: Self.limits(steps: 10_000, time: nil))
        #expect(steps?.reason.contains("steps") == true)
        let time = failure(endless, options: Self.limits(steps: nil, time: .milliseconds(20)))
        #expect(time?.reason.contains("too long") == true)
        let size = failure("$pad('', 1e9)", options: Self.limits())
        #expect(size?.reason.contains("grew too large") == true)
    }

    @Test("Functions that call themselves do not keep the document alive")
    func cyclesAreBroken() throws {
        weak var document: JSONDocument?
        do {
            let parsed = try JSONDocument(Array(#"{"a":[1,2,3]}"#.utf8))
            document = parsed
            let expression = try JSONata(
                """
                ($o := {'f': function($n){ $n = 0 ? $count(a) : $o.f($n - 1) }, 'x': $};
                 $g := function($n){ $n = 0 ? $o : $g($n - 1) }; $g(3).x)
                """)
            #expect(try expression.evaluate(parsed.root)?.jsonText == #"{"a":[1,2,3]}"#)
        }
        #expect(document == nil)
    }
}
