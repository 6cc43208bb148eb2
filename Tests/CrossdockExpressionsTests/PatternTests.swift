import CrossdockExpressions
import Testing

@Suite("Patterns")
struct PatternTests {
    @Test(
        "A pattern matches what Java's would",
        arguments: [
            ("^a..$", "abc", true), ("a.c", "abcd", false), ("\\d{3}", "123", true),
            ("\\d{2}", "123", false), ("[a-c&&[^b]]+", "acca", true),
            ("[a-c&&[^b]]+", "abc", false),
            ("(foo|bar)+", "foobarfoo", true), ("a{2,3}", "aaaa", false), ("a*?b", "aaab", true),
            ("(?i)hello", "HeLLo", true), ("\\Qa.b\\E", "a.b", true), ("\\Qa.b\\E", "axb", false),
            ("\\p{Lu}\\p{Ll}+", "Äpfel", true), ("[^,]*,[^,]*", "a,b", true), ("", "", true),
            (".", "\n", false), ("(?s).", "\n", true), ("\\bword\\b", "word", true),
            ("[\\w.-]+@[\\w-]+\\.\\w+", "a.b-c@ex-ample.org", true), ("x|", "", true),
            ("\\u0041\\x42", "AB", true), ("[]a]+", "]a", true), ("a|ab", "ab", true),
        ])
    func matches(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try Pattern(pattern).matchesWhole(text) == expected)
    }

    @Test("The leftmost match is found, as long as the pattern prefers it")
    func finds() throws {
        let scalars = Array("one two  three".unicodeScalars)
        #expect(try Pattern("\\s+").ranges(in: scalars) == [3..<4, 7..<9])
        #expect(try Pattern("t.*?e").ranges(in: scalars) == [4..<13])
        #expect(try Pattern("o").isFound(in: "two"))
        #expect(try !Pattern("^o").isFound(in: "two"))
    }

    @Test(
        "What cannot be matched in linear time, or is no pattern, is refused",
        arguments: [
            "(a", "a)", "[a", "a{2,1}", "(?=a)", "(?<!a)", "\\1", "a++", "*a", "a{2000}",
            "\\p{Nope}",
            "(((a{1000}){1000}){1000})", "[z-a]", "\\", "(?x)a",
            String(repeating: "(", count: 10_000),
        ])
    func refuses(_ pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    @Test("A pattern that backtracks elsewhere takes no longer here", .timeLimit(.minutes(1)))
    func linear() throws {
        let text = String(repeating: "a", count: 5_000) + "!"
        #expect(try !Pattern("(a+)+$").matchesWhole(text))
        #expect(try !Pattern("(a|aa)*b").matchesWhole(text))
    }
}
