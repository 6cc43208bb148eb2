import CrossdockData
import CrossdockJSONata
import Testing

/// Regular expressions mean what they mean in JavaScript.
@Suite("JSONata regular expressions")
struct PatternTests {
    /// `/pattern/(text)` gives the first match, its place and its groups.
    private func match(_ pattern: String, _ text: String) throws -> String {
        let found = try evaluate("\(pattern)($)", Value.string(text).jsonText)
        guard let found else { return "none" }
        let groups = found["groups"]?.jsonText ?? ""
        return "\(found["start"]?.jsonText ?? "")-\(found["end"]?.jsonText ?? "")\(groups)"
    }

    @Test(
        "Matches, their places and groups are JavaScript's",
        arguments: [
            ("/b+/", "abbc", "1-3[]"),
            ("/b+?/", "abbc", "1-2[]"),
            ("/a{2,3}/", "aaaa", "0-3[]"),
            ("/a{2,3}?/", "aaaa", "0-2[]"),
            ("/^b/", "a\nb", "none"),
            ("/^b$/m", "a\nb\nc", "2-3[]"),
            ("/./", "\n\u{2028}x", "2-3[]"),
            ("/[^]/", "\n", "0-1[]"),
            ("/[]/", "a", "none"),
            ("/É/i", "é", "0-1[]"),
            ("/[à-ý]/i", "É", "0-1[]"),
            ("/ß/i", "SS", "none"),
            ("/\\bfoo\\b/", "a foo.", "2-5[]"),
            ("/\\Bo/", "foo", "1-2[]"),
            ("/\\d+\\.\\d*/", "v1.25", "1-5[]"),
            ("/[\\w-]+@\\w+/", "me: a-b@c", "4-9[]"),
            ("/\\s/", "a\u{FEFF}", "1-2[]"),
            ("/(a)|(b)/", "b", #"0-1[null,"b"]"#),
            // A round of a repetition starts without what its groups captured before.
            ("/(?:(a)|(b))+/", "ab", #"0-2[null,"b"]"#),
            ("/(z)((a+)?(b+)?(c))*/", "zaacbbbcac", #"0-10["z","ac","a",null,"c"]"#),
            ("/(a*)*/", "b", "0-0[null]"),
            ("/(?=(a+))a*b\\1/", "baaabac", #"3-6["a"]"#),
            ("/(.*?)a(?!(a+)b\\2c)\\2(.*)/", "baaabaac", #"0-8["ba",null,"abaac"]"#),
            ("/(?<=\\$)\\d+/", "a $42", "3-5[]"),
            ("/(?<!\\$)\\b\\d+/", "$42 17", "4-6[]"),
            ("/(?<=(\\d+)(\\d+))$/", "1053", #"4-4["1","053"]"#),
            ("/(?<year>\\d{4})-\\k<year>/", "2018-2018", #"0-9["2018"]"#),
            ("/\\1(a)/", "aa", #"0-1["a"]"#),
            ("/\\0\\x41\\u0042\\cJ/", "\u{0}AB\n", "0-4[]"),
            ("/a{,2}/", "a{,2}", "0-5[]"),
            ("/x\\{1/", "x{1", "0-3[]"),
            ("/[a\\-z]+/", "b-a", "1-3[]"),
            ("/[\\d-x]+/", "3-x", "0-3[]"),
            ("/(?:\\b)*a/", "a", "0-1[]"),
            ("/\\101/", "A", "0-1[]"),
            ("/😀/", "a😀", "1-3[]"),
        ])
    func matches(_ pattern: String, _ text: String, _ expected: String) throws {
        #expect(try match(pattern, text) == expected)
    }

    @Test(
        "What is no regular expression is refused",
        arguments: [
            "/+/", "/a**/", "/(?/", "/(?x)/", "/[b-a]/", "/a{3,1}/", "/\\k<x>(?<y>a)/", "/(?<=a)*/",
            "/^*/", "/(?<a>x)(?<a>y)/",
        ])
    func refuses(_ pattern: String) {
        let code = failure("\(pattern)('')")?.jsonataCode
        #expect(code == "S0303" || code == "S0302")
    }

    @Test("A literal ends at its slash, not at one in a class or behind a backslash")
    func literals() throws {
        #expect(try match(#"/[/]\//"#, "a//") == "1-3[]")
        #expect(failure("//")?.jsonataCode == "S0301")
        #expect(failure("/a")?.jsonataCode == "S0302")
        #expect(try result("4 / 2 / 1") == "2")
    }

    @Test("A match leads to the next")
    func next() throws {
        #expect(try result("/a./('abac').next().match") == #""ac""#)
        #expect(try result("/a./('ab').next()") == "undefined")
    }

    @Test("A function can take the place of a regular expression")
    func matchers() throws {
        let matcher = """
            ($find := function($text, $from){(
               $rest := $substring($text, $from);
               $at := $length($substringBefore($rest, 'x'));
               $at < $length($rest) ? {
                 'match': 'x', 'start': $from + $at, 'end': $from + $at + 1, 'groups': [],
                 'next': function(){ $find($text, $from + $at + 1) }
               }
             )};
             $replace('axbxc', function($text){ $find($text, 0) }, '-'))
            """
        #expect(try result(matcher) == #""a-b-c""#)
    }

    @Test("A long text takes a stack of our own, not the thread's")
    func longTexts() throws {
        let text = String(repeating: "ab", count: 50_000)
        #expect(try match("/^(?:ab)*$/", text) == "0-100000[]")
        #expect(try match("/^(?:a|b)*?$/", text) == "0-100000[]")
    }
}
