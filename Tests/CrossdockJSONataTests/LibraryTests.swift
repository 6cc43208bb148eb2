import CrossdockData
import CrossdockJSONata
import Testing

@Suite("The JSONata library")
struct LibraryTests {
    @Test(
        "Text",
        arguments: [
            Example("$length('a😀é')", "3"),
            Example("$substring('a😀bc', 1, 2)", #""😀b""#),
            Example("$substring('hello', -3)", #""llo""#),
            Example("$substring('hello', -9, 2)", #""he""#),
            Example("$substringBefore('a-b-c', '-')", #""a""#),
            Example("$substringAfter('a-b-c', '-')", #""b-c""#),
            Example("$substringAfter('abc', 'x')", #""abc""#),
            Example("$uppercase('straße')", #""STRASSE""#),
            Example("$lowercase('ΑΣ ΣΑ')", #""ας σα""#),
            Example("$trim('  a \n b\t')", #""a b""#),
            Example("$pad('x', 4, 'ab')", #""xaba""#),
            Example("$pad('x', -4)", #""   x""#),
            Example("$join(['a', 'b'], ', ')", #""a, b""#),
            Example("$split('a, b', ', ')", #"["a","b"]"#),
            Example("$split('abc', '')", #"["a","b","c"]"#),
            Example("$split('a1b22c', /[0-9]+/)", #"["a","b","c"]"#),
            Example("$split('a,b,c', ',', 2)", #"["a","b"]"#),
            Example("$contains('abc', 'bc')", "true"),
            Example("$contains('abc', /^b/)", "false"),
            Example("$replace('banana', 'an', 'AN', 1)", #""bANana""#),
            Example("$replace('John Smith', /(\\w+)\\s(\\w+)/, '$2, $1')", #""Smith, John""#),
            Example(
                "$replace('5 4', /\\d/, function($m){ $string($number($m.match) + 1) })", #""6 5""#),
            Example("$replace('a', /a/, '$$$0')", #""$a""#),
            Example(
                "$match('ab12', /([a-z])(\\d)?/)[1]",
                #"{"match":"b1","index":1,"groups":["b","1"]}"#),
            Example("$string({'a': [1, 2.50, 'x', null]})", #""{\"a\":[1,2.5,\"x\",null]}""#),
            Example("$string([1, {'a': 2}], true)", #""[\n  1,\n  {\n    \"a\": 2\n  }\n]""#),
            Example("$string(1e21)", #""1e+21""#),
            Example("$string(123456789012345678)", #""123456789012345680""#),
            Example("$string(0.000001234)", #""0.000001234""#),
            Example("$string(1.5e-9)", #""1.5e-9""#),
            Example("$base64encode('myuser:mypass')", #""bXl1c2VyOm15cGFzcw==""#),
            Example("$base64decode('bXl1c2VyOm15cGFzcw==')", #""myuser:mypass""#),
            Example("$encodeUrlComponent('?x=t&é')", #""%3Fx%3Dt%26%C3%A9""#),
            Example("$encodeUrl('https://a.b/?x=й')", #""https://a.b/?x=%D0%B9""#),
            Example("$decodeUrlComponent('%3Fx%3Dt')", #""?x=t""#),
            Example("$decodeUrl('https://a.b/?x=%D0%B9%2F')", #""https://a.b/?x=й%2F""#),
        ])
    func text(_ example: Example) throws {
        #expect(try result(example.expression.replacing("\\\\", with: "\\")) == example.expected)
    }

    @Test(
        "Numbers",
        arguments: [
            Example("$number('-12.50')", "-12.5"),
            Example("$number('0x1F') + $number('0b11') + $number('0o17')", "49"),
            Example("$number(true)", "1"),
            Example(
                "[$round(2.5), $round(3.5), $round(-2.5), $round(4.525, 2), $round(1250, -2)]",
                "[2,4,-2,4.52,1200]"),
            Example("[$floor(-1.5), $ceil(-1.5), $abs(-1.5)]", "[-2,-1,1.5]"),
            Example("[$sqrt(9), $power(2, 10)]", "[3,1024]"),
            Example("$formatBase(255, 16) & $formatBase(-5, 2)", #""ff-101""#),
            Example(
                "[$sum([1, 2.5]), $max([1, 3, 2]), $min([1, 3, 2]), $average([1, 2, 6])]",
                "[3.5,3,1,3]"),
            Example("$sum([])", "0"),
            Example("$max([])", "undefined"),
        ])
    func numbers(_ example: Example) throws {
        #expect(try result(example.expression) == example.expected)
    }

    @Test(
        "Lists and objects",
        arguments: [
            Example("$append([1], [2, 3])", "[1,2,3]"),
            Example("$reverse([1..3])", "[3,2,1]"),
            Example("$distinct([1, '1', 1, {'a': 1}, {'a': 1}, 1.0])", #"[1,"1",{"a":1}]"#),
            Example("$zip([1, 2, 3], ['a', 'b'])", #"[[1,"a"],[2,"b"]]"#),
            Example("$sort(['b', 'B', 'a', 'é', 'z'])", #"["B","a","b","z","é"]"#),
            Example("$count($shuffle([1..9]))", "9"),
            Example("$keys([{'a': 1}, {'b': 2, 'a': 3}])", #"["a","b"]"#),
            Example("$lookup({'a b': 1}, 'a b')", "1"),
            Example("$merge([{'a': 1}, {'b': 2}, {'a': 3}])", #"{"a":3,"b":2}"#),
            Example("$spread({'a': 1, 'b': 2})", #"[{"a":1},{"b":2}]"#),
            Example(
                "$type([]) & $type({}) & $type(null) & $type(1) & $type($sum)",
                #""arrayobjectnullnumberfunction""#),
            Example(
                "[$boolean([0, 0]), $boolean({}), $boolean('0'), $not(0), $exists(nothing)]",
                "[false,false,true,true,false]"),
        ])
    func lists(_ example: Example) throws {
        #expect(try result(example.expression) == example.expected)
    }

    @Test(
        "What does not fit has a code",
        arguments: [
            Example("$number('1.234,56')", "D3030"),
            Example("$number(null)", "T0410"),
            Example("$sqrt(-1)", "D3060"),
            Example("$power(10, 1000)", "D3061"),
            Example("$formatBase(1, 99)", "D3100"),
            Example("$sort([1, 'a'])", "D3070"),
            Example("$replace('a', '', 'x')", "D3010"),
            Example("$replace('a', /a/, 'x', -1)", "D3011"),
            Example("$replace('a', /a/, function(){ 1 })", "D3012"),
            Example("$split('a', ',', -1)", "D3020"),
            Example("$match('a', /a/, -1)", "D3040"),
            Example("$match('abc', function($s){ {'wrong': 1} })", "T1010"),
            Example("$replace('aab', /a*/, 'x')", "D1004"),
            Example("$reduce([1, 2], function($a){ $a })", "D3050"),
            Example("$single([1, 1], function($v){ $v = 1 })", "D3138"),
            Example("$single([1], function($v){ $v = 2 })", "D3139"),
            Example("$decodeUrlComponent('%E0%A4%A')", "D3140"),
            Example("$encodeUrl('\u{FFFD}')", "D3140"),
            Example("$error('no')", "D3137"),
            Example("$assert(false, 'no')", "D3141"),
            Example("$string(1/0)", "D3001"),
            Example("1 / (1/0)", "D1001"),
            Example("$toMillis('yesterday')", "D3110"),
            Example("$toMillis('2018-02-30')", "D3110"),
            Example("$fromMillis(1e17)", "D1001"),
            Example("$sum(['a'])", "T0412"),
            Example("$length(5)", "T0410"),
            Example("5.$length()", "S0213"),
            Example("{'a': 5}.a.$length()", "T0411"),
            Example("nothing()", "T1006"),
            Example("sum([1])", "T1005"),
            Example("sum(?)", "T1007"),
            Example("nothing(?)", "T1008"),
            Example("'a' + 1", "T2001"),
            Example("1 + 'a'", "T2002"),
            Example("1 < 'a'", "T2009"),
            Example("1 < true", "T2010"),
            Example("1 ~> 2", "T2006"),
            Example("[{'a': 1}, {'a': 'x'}]^(a)", "T2007"),
            Example("[{'a': true}, {'a': 1}]^(a)", "T2008"),
            Example("{} ~> |$|5|", "T2011"),
            Example("{} ~> |$|{}, 5|", "T2012"),
            Example("($clone := 1; {} ~> |$|{}|)", "T2013"),
            Example("{5: 1}", "T1003"),
            Example("{'a': 1, 'a': 2}", "D1009"),
            Example("-'a'", "D1002"),
        ])
    func codes(_ example: Example) {
        #expect(failure(example.expression)?.jsonataCode == example.expected)
    }

    @Test("Texts that half surrogates would need stand as U+FFFD")
    func halfSurrogates() throws {
        #expect(try result(#""\ud800x""#) == "\"\u{FFFD}x\"")
        #expect(try result(#""\ud83d\ude00""#) == #""😀""#)
    }
}
