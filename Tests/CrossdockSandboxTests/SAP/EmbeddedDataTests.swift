import CDemoData
import Glibc
import Testing

@testable import CrossdockSandbox

@Suite("Embedded data")
struct EmbeddedDataTests {
    @Test("The demo's table is the one of Fixtures/telco")
    func demoTable() throws {
        var length = 0
        let memory = try #require(crossdock_demo_customers(&length))
        defer { free(memory) }
        let folder = "\(#filePath.split(separator: "/Tests/")[0])/Fixtures/telco"
        let original = try Files.read("/\(folder)/telco-customer-churn.csv")
        #expect(Array(UnsafeBufferPointer(start: memory, count: length)) == original)
    }
}
