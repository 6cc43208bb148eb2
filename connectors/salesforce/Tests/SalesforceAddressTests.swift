import CrossdockCore
import CrossdockDiagnostics
import CrossdockHTTP
import CrossdockTesting
import SalesforceConnector
import Testing

@Suite("A salesforce: address")
struct SalesforceAddressTests {
    private func endpoint(_ address: String) throws -> any Endpoint {
        var settings = ConnectionSettings()
        settings.system = "salesforce"
        settings.url = "https://acme.my.salesforce.com"
        var auth = AuthSettings()
        auth.kind = .clientCredentials
        settings.auth = auth
        let services = ConnectorServices(
            connections: Connections(["salesforce": settings]), store: MemoryStateStore())
        return try SalesforceComponent(services).endpoint(
            at: EndpointAddress("salesforce:" + address))
    }

    @Test("that cannot work is refused when the route is read, with help")
    func refused() throws {
        for (address, text) in [
            ("upsertSObjekt?sObjectName=A", "upsertSObject"), ("upsertSObject", "sObjectName"),
            ("upsertSObject?sObjectName=A", "sObjectIdName"), ("subscribe", "not offered yet"),
            ("changes?sObjectName=Account&mode=bulk", "mode=poll"),
            ("changes?sObjectName=Account' OR 1=1", "no name"),
            ("query?sObjectQurey=x", "sObjectQuery"), ("changes?sObjectName=A&lag=x", "lag"),
            ("query?connection=other", "other"), ("changes?sObjectName=A&startFrom=x", "startFrom"),
        ] {
            do {
                _ = try endpoint(address)
                Issue.record("\(address) was accepted")
            } catch let error as DiagnosticsError {
                #expect(error.description.contains(text), "\(address): \(error.description)")
            }
        }
    }

    @Test("offers what it can do and nothing else")
    func offers() throws {
        #expect(try endpoint("changes?sObjectName=A") is any ConsumingEndpoint)
        #expect(try !(endpoint("changes?sObjectName=A") is any ProducingEndpoint))
        #expect(try endpoint("query") is any ProducingEndpoint)
        #expect(try !(endpoint("query") is any ConsumingEndpoint))
    }
}
