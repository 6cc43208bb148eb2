import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("SAP sandbox: writing")
struct SAPWriteTests {
    let peer: SAPPeer

    init() throws { peer = try SAPPeer() }

    private func patch(
        _ number: String, _ body: String, match: String = "*", method: String = "PATCH"
    ) -> SandboxResponse {
        peer.send(
            method, "\(SAPPeer.partners)/A_BusinessPartner('\(number)')", body,
            headers: ["If-Match": match])
    }

    private func partner(_ number: String) -> Value {
        peer.get("/A_BusinessPartner('\(number)')").json["d"] ?? .null
    }

    private func effects() -> [Value] {
        let lines = peer.host.journal.lines(after: 0, kind: "effect")
        return lines.split(separator: 0x0A).compactMap { try? Value(json: Array($0)) }
    }

    @Test("A deep insert makes a partner with address, communication and tax number")
    func deepInsert() throws {
        try peer.host.setClock { $0.set(Timestamp.parse("2026-01-31T11:30:05Z") ?? 0) }
        let response = peer.send(
            "POST", SAPPeer.partners + "/A_BusinessPartner",
            """
            {"BusinessPartnerCategory":"1","FirstName":"Ada","LastName":"O'Neil",
             "BusinessPartnerIDByExtSystem":"7590-VHVEG",
             "to_BusinessPartnerAddress":{"results":[{"CityName":"London","Country":"GB",
               "to_EmailAddress":[{"EmailAddress":"a@example.com"},{"EmailAddress":"b@example.com"}],
               "to_MobilePhoneNumber":[{"PhoneNumber":"1"}],"to_PhoneNumber":[{"PhoneNumber":"2"}]}]},
             "to_BusinessPartnerTax":[{"BPTaxType":"GB0","BPTaxNumber":"123"}],
             "to_BusinessPartnerRole":[{"BusinessPartnerRole":"FLCU01"}]}
            """)
        #expect(response.status == 201)
        let body = try #require(response.json["d"])
        let number = try #require(body["BusinessPartner"]?.string)
        #expect(number == "1000000001")
        let uri = "https://sap.example:8443\(SAPPeer.partners)/A_BusinessPartner('\(number)')"
        #expect(response.headers["Location"] == uri)
        #expect(body["__metadata"]?["uri"]?.string == uri)
        #expect(response.headers["ETag"] == body["__metadata"]?["etag"]?.string)
        let address = try #require(body["to_BusinessPartnerAddress"]?["results"]?[0])
        #expect(address["BusinessPartner"]?.string == number)
        #expect(address["to_EmailAddress"]?["results"]?[1]?["OrdinalNumber"]?.string == "2")
        #expect(body["to_Customer"]?["__deferred"]?["uri"]?.string == uri + "/to_Customer")

        let read = partner(number)
        #expect(read["BusinessPartnerFullName"]?.string == "Ada O'Neil")
        #expect(read["CreatedByUser"]?.string == "CROSSDOCK")
        #expect(read["LastChangeDate"]?.string == "/Date(1769817600000)/")
        #expect(read["LastChangeTime"]?.string == "PT11H30M05S")
        #expect(read["AcademicTitle"]?.string == "")
        #expect(read["IsFemale"]?.bool == false)
        #expect(read["BirthDate"]?.isNull == true)
        #expect(read["Customer"]?.string == number)

        let path = "/A_BusinessPartner('\(number)')"
        #expect(peer.get(path + "/to_Customer").json["d"]?["CustomerName"]?.string == "Ada O'Neil")
        #expect(peer.column("BPTaxNumber", path + "/to_BusinessPartnerTax") == ["123"])
        let addressPath =
            path + "/to_BusinessPartnerAddress(BusinessPartner='\(number)',AddressID='20001')"
        #expect(peer.column("EmailAddress", addressPath + "/to_EmailAddress").count == 2)
        #expect(peer.column("PhoneNumber", addressPath + "/to_PhoneNumber") == ["2"])
        #expect(peer.column("PhoneNumber", addressPath + "/to_MobilePhoneNumber") == ["1"])

        #expect(effects().count == 1)
        #expect(effects()[0]["object"]?.string == "A_BusinessPartner")
        #expect(effects()[0]["id"]?.string == number)
        #expect(effects()[0]["externalId"]?.string == "7590-VHVEG")
    }

    @Test(
        "What does not fit is refused with the property's name",
        arguments: [
            (#"{"OrganizationBPName1":"A"}"#, "BusinessPartnerCategory"),
            (#"{"BusinessPartnerCategory":"9"}"#, "BusinessPartnerCategory"),
            (#"{"BusinessPartnerCategory":"1"}"#, "LastName"),
            (
                #"{"BusinessPartnerIDByExtSystem":"123456789012345678901"}"#,
                "BusinessPartnerIDByExtSystem"
            ),
            (#"{"Nothing":1}"#, "Nothing"), (#"{"LastName":5}"#, "LastName"),
            (#"{"IsFemale":"true"}"#, "IsFemale"), (#"{"BirthDate":"31.01.2026"}"#, "BirthDate"),
            (#"{"BirthDate":"/Date(x)/"}"#, "BirthDate"),
            (#"{"InternationalLocationNumber1":"12a"}"#, "InternationalLocationNumber1"),
            (#"{"BusinessPartnerFullName":"x"}"#, "BusinessPartnerFullName"),
            (
                #"{"BusinessPartnerCategory":"2","OrganizationBPName1":"A","to_BusinessPartnerTax":[{"BPTaxType":"12345"}]}"#,
                "BPTaxType"
            ),
            (
                #"{"BusinessPartnerCategory":"2","OrganizationBPName1":"A","to_BusinessPartnerTax":[{"BPTaxNumber":"1"}]}"#,
                "BPTaxType"
            ),
        ])
    func refusedValues(_ body: String, _ property: String) {
        let response = peer.send("POST", SAPPeer.partners + "/A_BusinessPartner", body)
        #expect(response.status == 400)
        let detail = response.json["error"]?["innererror"]?["errordetails"]?[0]
        #expect(detail?["propertyref"]?.string == property)
        #expect(peer.column("BusinessPartner", "/A_BusinessPartner") == [])
    }

    @Test("Bodies that are no entity are refused", arguments: ["", "[]", "1", "{", "\"x\"", "{}x"])
    func refusedBodies(_ body: String) {
        let response = peer.send("POST", SAPPeer.partners + "/A_BusinessPartner", body)
        #expect(response.status == 400)
    }

    @Test("Twenty characters of any script fit into the external number")
    func length() {
        let text = String(repeating: "ü", count: 20)
        let number = peer.createPartner("A", external: text)
        #expect(partner(number)["BusinessPartnerIDByExtSystem"]?.string == text)
    }

    @Test("Values come back in OData's own form, whichever way they were sent")
    func forms() {
        let number = peer.createPartner(
            "A", external: nil,
            #""BirthDate":"1990-02-03T00:00:00","OrganizationFoundationDate":"/Date(631152000000+0060)/""#
        )
        #expect(
            partner(number)["BirthDate"]?.string == "/Date(633999600000)/"
                || partner(number)["BirthDate"]?.string == "/Date(634003200000)/")
        #expect(partner(number)["OrganizationFoundationDate"]?.string == "/Date(631152000000)/")
        let notes = String(decoding: peer.host.audit.lines(after: 0), as: UTF8.self)
        #expect(notes.contains("value.isoDate"))
    }

    @Test("A change without the entity's version is refused, an outdated one too")
    func versions() throws {
        let number = peer.createPartner("A")
        let path = "\(SAPPeer.partners)/A_BusinessPartner('\(number)')"
        #expect(peer.send("PATCH", path, #"{"SearchTerm1":"X"}"#).status == 428)
        let tag = try #require(peer.get("/A_BusinessPartner('\(number)')").headers["ETag"])
        #expect(patch(number, #"{"SearchTerm1":"X"}"#, match: tag).status == 204)
        #expect(patch(number, #"{"SearchTerm1":"Y"}"#, match: tag).status == 412)
        let fresh = try #require(peer.get("/A_BusinessPartner('\(number)')").headers["ETag"])
        #expect(fresh != tag)
        #expect(
            peer.get("/A_BusinessPartner('\(number)')", headers: ["If-None-Match": fresh]).status
                == 304)
        #expect(partner(number)["SearchTerm1"]?.string == "X")
        #expect(effects().map { $0["op"]?.string } == ["create", "update"])
    }

    @Test("PATCH and MERGE merge, PUT replaces, POST can stand for them")
    func verbs() {
        let number = peer.createPartner(
            "A", external: "E1", #""SearchTerm1":"S1","SearchTerm2":"S2""#)
        #expect(patch(number, #"{"SearchTerm1":null}"#, method: "MERGE").status == 204)
        #expect(partner(number)["SearchTerm1"]?.string == "")
        #expect(partner(number)["SearchTerm2"]?.string == "S2")
        #expect(
            patch(
                number, #"{"BusinessPartnerCategory":"2","OrganizationBPName1":"B"}"#, method: "PUT"
            ).status == 204)
        #expect(partner(number)["SearchTerm2"]?.string == "")
        #expect(partner(number)["BusinessPartnerFullName"]?.string == "B")
        #expect(partner(number)["CreatedByUser"]?.string == "CROSSDOCK")
        let tunnelled = peer.send(
            "POST", "\(SAPPeer.partners)/A_BusinessPartner('\(number)')", #"{"SearchTerm1":"T"}"#,
            headers: ["If-Match": "*", "X-HTTP-Method": "MERGE"])
        #expect(tunnelled.status == 204)
        #expect(partner(number)["SearchTerm1"]?.string == "T")
    }

    @Test(
        "Keys, read-only properties and deep updates are refused",
        arguments: [
            #"{"BusinessPartner":"5"}"#, #"{"CreatedByUser":"ME"}"#,
            #"{"BusinessPartnerCategory":"1"}"#,
            #"{"to_BusinessPartnerAddress":[{"CityName":"X"}]}"#, #"{"OrganizationBPName1":""}"#,
        ])
    func refusedChanges(_ body: String) {
        let number = peer.createPartner("A")
        #expect(patch(number, body).status == 400)
        #expect(patch("999", body).status == 404)
    }

    @Test(
        "Addresses are created, changed and deleted below their partner, which then counts as changed"
    )
    func children() throws {
        try peer.host.setClock { $0.set(Timestamp.parse("2026-01-01T00:00:00Z") ?? 0) }
        let number = peer.createPartner("A")
        try peer.host.setClock { $0.set(Timestamp.parse("2026-01-02T00:00:00Z") ?? 0) }
        peer.fetchToken()
        let below = "\(SAPPeer.partners)/A_BusinessPartner('\(number)')/to_BusinessPartnerAddress"
        #expect(peer.send("POST", below, #"{"CityName":"Ghent","Country":"BE"}"#).status == 201)
        #expect(partner(number)["LastChangeDate"]?.string == "/Date(1767312000000)/")
        let address = "A_BusinessPartnerAddress(BusinessPartner='\(number)',AddressID='20001')"
        let path = "\(SAPPeer.partners)/\(address)"
        #expect(
            peer.send("PATCH", path, #"{"CityName":"Lyon"}"#, headers: ["If-Match": "*"]).status
                == 204)
        #expect(peer.get("/\(address)/CityName").json["d"]?["CityName"]?.string == "Lyon")
        #expect(peer.get("/\(address)/CityName/$value").text == "Lyon")
        #expect(
            peer.send("POST", path + "/to_EmailAddress", #"{"EmailAddress":"a@b.example"}"#).status
                == 201)
        #expect(peer.send("DELETE", path).status == 428)
        #expect(peer.send("DELETE", path, headers: ["If-Match": "*"]).status == 204)
        #expect(peer.get("/\(address)").status == 404)
        #expect(peer.get("/A_AddressEmailAddress/$count").text == "0")
        let orphan = peer.send(
            "POST", SAPPeer.partners + "/A_BusinessPartnerAddress", #"{"BusinessPartner":"404"}"#)
        #expect(orphan.status == 400)
    }

    @Test("What the description forbids is not allowed")
    func forbidden() {
        let number = peer.createPartner("A")
        let path = "\(SAPPeer.partners)/A_BusinessPartner('\(number)')"
        #expect(peer.send("DELETE", path, headers: ["If-Match": "*"]).status == 405)
        #expect(
            peer.send("POST", SAPPeer.partners + "/A_Customer", #"{"Customer":"1"}"#).status == 405)
        #expect(peer.send("POST", path, "{}").status == 405)
        #expect(peer.send("PATCH", SAPPeer.partners + "/A_BusinessPartner", "{}").status == 405)
    }

    @Test("Numbers that clients choose are kept clear")
    func numbers() {
        #expect(peer.createPartner("A") == "1000000001")
        #expect(
            peer.createPartner("B", external: nil, #""BusinessPartner":"1000000002""#)
                == "1000000002")
        #expect(peer.createPartner("C") == "1000000003")
        #expect(peer.createPartner("D", external: nil, #""BusinessPartner":"EXT1""#) == "EXT1")
        #expect(
            peer.createPartner("D", external: nil, #""BusinessPartner":"EXT1""#) == "status 400")
    }

    @Test("Sales orders get numbers, items in tens, and a time stamp as version")
    func salesOrder() throws {
        let response = peer.send(
            "POST", SAPPeer.orders + "/A_SalesOrder",
            """
            {"SalesOrderType":"OR","SalesOrganization":"1010","DistributionChannel":"10",
             "OrganizationDivision":"00","SoldToParty":"10100001","SalesOrderDate":"/Date(1492041600000)/",
             "to_Item":{"results":[{"Material":"TG11","RequestedQuantity":"12.500"},{"Material":"TG12"}]}}
            """)
        #expect(response.status == 201)
        let items = response.json["d"]?["to_Item"]?["results"]?.array ?? []
        #expect(items.map { $0["SalesOrderItem"]?.string } == ["10", "20"])
        #expect(items.first?["RequestedQuantity"]?.string == "12.500")
        #expect(items.last?["RequestedQuantity"]?.string == "0")
        let etag = try #require(response.headers["ETag"])
        #expect(etag.hasPrefix("W/\"datetimeoffset'"))
        let number = try #require(response.json["d"]?["SalesOrder"]?.string)
        let approve = "\(SAPPeer.orders)/releaseApprovalRequest?SalesOrder="
        #expect(peer.send("POST", approve + "'\(number)'").status == 200)
        #expect(peer.send("POST", approve + "'0'").status == 404)
        #expect(peer.send("POST", approve + "5").status == 400)
        #expect(peer.send("GET", approve + "'\(number)'").status == 405)
        let incomplete = peer.send(
            "POST", SAPPeer.orders + "/A_SalesOrder", #"{"SalesOrderType":"OR"}"#)
        #expect(incomplete.status == 400)
    }

    @Test("A locked object is not written")
    func lock() throws {
        peer.host.faults.replace(
            with: try Fault.list(Array(#"[{"fault":"lock","times":1}]"#.utf8), rules: []))
        #expect(peer.createPartner("A") == "status 423")
        #expect(peer.createPartner("A").hasPrefix("1"))
        #expect(effects().count == 1)
    }
}
