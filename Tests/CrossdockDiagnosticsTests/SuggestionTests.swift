import CrossdockDiagnostics
import Testing

@Suite("Suggestions")
struct SuggestionTests {
    @Test("A typo finds the name that was meant")
    func typo() {
        #expect(
            Suggestion.nearest(to: "BillingContry", in: ["BillingCity", "BillingCountry"])
                == "BillingCountry")
        #expect(Suggestion.nearest(to: "zzz", in: ["direct", "seda"]) == nil)
    }

    @Test("A message cannot forge a second line")
    func oneLine() {
        let code = DiagnosticCode("CD0199", "t", "e")
        let text = Diagnostic(code, "a\nerror[CD0101]: b\u{1B}[31m").rendered()
        #expect(!text.contains("\n"))
        #expect(text.utf8.allSatisfy { $0 >= 0x20 })
    }
}
