import Testing

@testable import CrossdockSandbox

@Suite("Salesforce ids")
struct SalesforceIDTests {
    @Test(
        "The last three characters are those that real orgs gave",
        arguments: [
            "0015500001QdZPKAA3", "0035500001H9kZuAAJ", "0035500001H9ka0AAB", "003q000000KvQ1tAAF",
            "a00D0000008pQRAIA2", "012000000000000AAA", "01254000001upcKAAQ",
        ])
    func recorded(id: String) {
        #expect(SalesforceID.normalized(String(id.prefix(15))) == id)
        #expect(SalesforceID.normalized(id) == id)
        #expect(SalesforceID.normalized(id.uppercased()) == id)
        #expect(SalesforceID.normalized(id.lowercased()) == id)
    }

    @Test(
        "What is no id is refused",
        arguments: ["", "001", "0015500001QdZP!", "0015500001QdZPKAA", "0015500001QdZPKAA9"])
    func refused(text: String) {
        #expect(SalesforceID.normalized(text) == nil)
    }

    @Test("Numbers and ids belong together")
    func numbers() {
        for number in [0, 1, 61, 62, 7_043, 1_000_000] {
            let id = SalesforceID.make(prefix: "001", number: number)
            #expect(id.count == 18)
            #expect(SalesforceID.number(of: id) == number)
            #expect(SalesforceID.normalized(String(id.prefix(15))) == id)
        }
    }
}
