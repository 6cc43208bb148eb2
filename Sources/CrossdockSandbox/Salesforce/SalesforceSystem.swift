internal import CrossdockData

/// A Salesforce org.
final class SalesforceSystem: SandboxSystem {
    static let name = "salesforce"
    static let hosts = [
        "login.salesforce.com", "test.salesforce.com", "*.salesforce.com", "*.my.salesforce.com",
        "*.sandbox.my.salesforce.com",
    ]
    static let rules: [ProtocolRule] = []

    init(_ services: SandboxServices) throws {}

    func access(http origin: String) -> ValueObject { ValueObject() }
    func respond(to request: SandboxRequest) -> SandboxResponse { .text(404, "") }
    func refusal(status: Int, of request: SandboxRequest) -> SandboxResponse { .text(status, "") }
    func declareFields(_ json: [UInt8], of object: String) throws {}
    func load(_ lines: [UInt8], into object: String) throws -> LoadSummary { LoadSummary() }
    func records(of object: String) throws -> [UInt8] { [] }
    func generate(_ count: Int) throws {}
}
