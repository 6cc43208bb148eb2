import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("SAP sandbox: log-in, tokens, service description")
struct SAPProtocolTests {
    let peer: SAPPeer

    init() throws { peer = try SAPPeer() }

    @Test("Without the right password there is only the log-in")
    func login() {
        for header in ["", "Basic !!!", "Basic Y3Jvc3Nkb2NrOndyb25n", "Bearer x"] {
            let response = peer.get("/A_BusinessPartner", headers: ["Authorization": header])
            #expect(response.status == 401)
            #expect(response.headers["WWW-Authenticate"]?.hasPrefix("Basic realm=") == true)
        }
    }

    @Test("A change needs the token of its session and the session's cookie")
    func tokens() {
        let body = #"{"BusinessPartnerCategory":"2","OrganizationBPName1":"A"}"#
        let target = SAPPeer.partners + "/A_BusinessPartner"
        for headers in [
            ["X-CSRF-Token": ""], ["X-CSRF-Token": "wrong"], ["Cookie": ""],
            ["Cookie": "SAP_SESSIONID_S4H_100=x"],
        ] as [HeaderFields] {
            let response = peer.send("POST", target, body, headers: headers)
            #expect(response.status == 403)
            #expect(response.headers["X-CSRF-Token"] == "Required")
            #expect(response.text == "CSRF token validation failed")
        }
        #expect(peer.send("POST", target, body).status == 201)
    }

    @Test("A token ends with its session, idle for half an hour or ended by a fault")
    func tokenLifetime() throws {
        peer.createPartner("A")
        try peer.host.setClock { $0.advance(millis: 29 * 60_000) }
        #expect(peer.createPartner("B").hasPrefix("1"))
        try peer.host.setClock { $0.advance(millis: 30 * 60_000) }
        #expect(peer.createPartner("C") == "status 403")
        peer.fetchToken()
        #expect(peer.createPartner("C").hasPrefix("1"))
        try setFault(#"{"fault":"expireToken","times":1}"#)
        #expect(peer.createPartner("D") == "status 403")
        peer.fetchToken()
        #expect(peer.createPartner("D").hasPrefix("1"))
    }

    @Test("A token is handed out beside an error, and the same one within a session")
    func tokenBesideError() {
        let fetch: HeaderFields = ["X-CSRF-Token": "fetch"]
        let missing = peer.get("/A_Nothing", headers: fetch)
        #expect(missing.status == 404)
        let again = peer.get("/", headers: fetch)
        #expect(missing.headers["X-CSRF-Token"] == again.headers["X-CSRF-Token"])
        #expect(again.headers["X-CSRF-Token"] != nil)
    }

    @Test(
        "Service documents and descriptions are the vendor's own",
        arguments: [
            ("API_BUSINESS_PARTNER", 28), ("API_SALES_ORDER_SRV", 11),
            ("API_CUSTOMER_MATERIAL_SRV", 1),
        ])
    func descriptions(_ name: String, _ count: Int) throws {
        let root = "/sap/opu/odata/sap/\(name)"
        let metadata = peer.send("GET", root + "/$metadata")
        #expect(metadata.headers["Content-Type"] == "application/xml;charset=utf-8")
        let folder = "\(#filePath.split(separator: "/Tests/")[0])/Fixtures/sap"
        #expect(try metadata.body == Files.read("/\(folder)/\(name).v2.edmx"))
        let document = peer.send("GET", root + "/")
        #expect(document.json["d"]?["EntitySets"]?.array?.count == count)
        #expect(peer.send("GET", root + ";v=0001/").status == 200)
    }

    @Test("Every navigation of the descriptions leads somewhere")
    func navigations() throws {
        let catalog = ServiceCatalog()
        var count = 0
        for name in catalog.names {
            let service = try #require(catalog[name])
            for set in service.entitySets {
                #expect(!set.type.keys.isEmpty)
                for navigation in set.type.navigations {
                    let target = try #require(service.entitySet(navigation.target))
                    for pair in navigation.join {
                        #expect(set.type.property(pair.source) != nil)
                        #expect(target.type.property(pair.target) != nil)
                    }
                    count += 1
                }
            }
        }
        #expect(count == 54)
    }

    @Test(
        "Unknown services and paths are said to be unknown",
        arguments: [
            ("/sap/opu/odata/sap/API_NOTHING/", 404), ("/sap/opu/odata/sap", 404), ("/", 404),
            ("\(SAPPeer.partners)/A_Nothing", 404), ("\(SAPPeer.partners)/$metadata/x", 404),
            ("\(SAPPeer.partners)/A_BusinessPartner('1')/to_Nothing", 404),
            ("\(SAPPeer.partners)/A_BusinessPartner('1'", 400),
            ("\(SAPPeer.partners)/A_BusinessPartner(Wrong='1')", 400),
            ("\(SAPPeer.partners)/A_BusinessPartner(1)", 400),
            ("\(SAPPeer.partners)/A_BusinessPartnerAddress('1')", 400),
        ])
    func unknown(_ target: String, _ status: Int) {
        let response = peer.send("GET", target)
        #expect(response.status == status)
        #expect(response.json["error"]?["message"]?["value"]?.string?.isEmpty == false)
        let details = response.json["error"]?["innererror"]?["errordetails"]
        #expect(details?[0]?["code"] == response.json["error"]?["code"])
    }

    @Test("Another client than 100, or Atom, is not there")
    func clientAndFormat() {
        #expect(peer.get("/A_BusinessPartner?sap-client=100&sap-language=EN").status == 200)
        #expect(peer.get("/A_BusinessPartner?sap-client=200").status == 401)
        #expect(peer.get("/A_BusinessPartner?$format=json").status == 200)
        #expect(peer.get("/A_BusinessPartner?$format=atom").status == 406)
        let atom: HeaderFields = ["Accept": "application/atom+xml"]
        #expect(peer.get("/A_BusinessPartner", headers: atom).status == 406)
    }

    @Test("What clients do that is not foreseen works and is noted")
    func audit() {
        #expect(
            peer.send("GET", "//sap/opu/odata//sap/API_BUSINESS_PARTNER/A_BusinessPartner/").status
                == 200)
        let notes = String(decoding: peer.host.audit.lines(after: 0), as: UTF8.self)
        #expect(notes.contains("path.doubleSlash"))
        #expect(notes.contains("path.trailingSlash"))
    }

    func setFault(_ json: String) throws {
        peer.host.faults.replace(
            with: try Fault.list(Array("[\(json)]".utf8), rules: SAPRules.all.map(\.name)))
    }
}
