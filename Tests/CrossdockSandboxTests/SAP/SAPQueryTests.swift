import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("SAP sandbox: queries")
struct SAPQueryTests {
    let peer: SAPPeer

    /// Four partners, named by their last names A to D.
    init() throws {
        peer = try SAPPeer()
        let lines = """
            {"BusinessPartner":"1","BusinessPartnerCategory":"1","LastName":"A","FirstName":"Ada","SearchTerm1":"x y","LastChangeDate":"/Date(1767225600000)/","LastChangeTime":"PT10H00M00S","BusinessPartnerIDByExtSystem":"E1","IsFemale":true,"BirthDate":"/Date(0)/"}
            {"BusinessPartner":"2","BusinessPartnerCategory":"1","LastName":"B","FirstName":"O'Neil","LastChangeDate":"/Date(1767225600000)/","LastChangeTime":"PT12H30M00S","BusinessPartnerIDByExtSystem":"E2","BusinessPartnerUUID":"00000000-0000-0000-0000-00000000000b"}
            {"BusinessPartner":"3","BusinessPartnerCategory":"1","LastName":"C","FirstName":"Ünal","LastChangeDate":"/Date(1767312000000)/","LastChangeTime":"PT00H00M01S","BusinessPartnerIDByExtSystem":"E3"}
            {"BusinessPartner":"4","BusinessPartnerCategory":"2","OrganizationBPName1":"D","LastName":"D","LastChangeDate":"/Date(1767398400000)/","BusinessPartnerIDByExtSystem":"E4"}
            """
        let addresses = """
            {"BusinessPartner":"1","AddressID":"11","CityName":"Berlin","Country":"DE"}
            {"BusinessPartner":"1","AddressID":"12","CityName":"Lyon","Country":"FR"}
            {"BusinessPartner":"4","AddressID":"41","CityName":"Berlin","Country":"DE"}
            """
        try peer.host.withSystem { system in
            _ = try system.load(Array(lines.utf8), into: "A_BusinessPartner")
            _ = try system.load(Array(addresses.utf8), into: "A_BusinessPartnerAddress")
            _ = try system.load(
                Array(#"{"SalesOrder":"1","TotalNetAmount":"12.50"}"#.utf8), into: "A_SalesOrder")
            _ = try system.load(
                Array(
                    """
                    {"SalesOrder":"1","SalesOrderItem":"10","NetAmount":"2.50","RequestedQuantity":"3"}
                    {"SalesOrder":"1","SalesOrderItem":"20","NetAmount":"10","RequestedQuantity":"4"}
                    """.utf8), into: "A_SalesOrderItem")
        }
    }

    private func names(_ query: String) -> String {
        peer.column("LastName", "/A_BusinessPartner?\(query)").joined()
    }

    @Test(
        "$filter compares by type and combines as it should",
        arguments: [
            ("LastName eq 'B'", "B"), ("'B' eq LastName", "B"), ("LastName ne 'B'", "ACD"),
            ("LastName gt 'B'", "CD"), ("LastName ge 'B' and LastName lt 'D'", "BC"),
            ("FirstName eq 'O''Neil'", "B"), ("not (LastName eq 'A')", "BCD"),
            ("not startswith(FirstName,'A')", "BCD"),
            ("LastName eq 'A' or LastName eq 'B' and FirstName eq 'x'", "A"),
            ("(LastName eq 'A' or LastName eq 'B') and FirstName eq 'Ada'", "A"),
            ("BusinessPartnerIDByExtSystem eq 'E3'", "C"), ("BusinessPartner eq '2'", "B"),
            ("BusinessPartner eq '2' or BusinessPartner eq '9' or BusinessPartner eq '1'", "AB"),
            ("BusinessPartnerIDByExtSystem eq 'E4' and LastName eq 'A'", ""),
            ("LastChangeDate ge datetime'2026-01-02T00:00:00'", "CD"),
            (
                "LastChangeDate eq datetime'2026-01-01T00:00' and LastChangeTime gt time'PT10H00M00S'",
                "B"
            ),
            (
                "LastChangeDate gt datetime'2026-01-01T00:00:00' or (LastChangeDate eq datetime'2026-01-01T00:00:00' and LastChangeTime ge time'PT11H')",
                "BCD"
            ),
            ("IsFemale eq true", "A"), ("IsFemale", "A"), ("not IsFemale", "BCD"),
            ("IsFemale eq false", "BCD"),
            ("BirthDate eq null", "BCD"), ("BirthDate ne null", "A"),
            ("SearchTerm1 eq null", "BCD"),
            ("SearchTerm1 eq ''", "BCD"), ("AcademicTitle eq ''", "ABCD"),
            ("BusinessPartnerUUID eq guid'00000000-0000-0000-0000-00000000000B'", "B"),
            ("substringof('da',FirstName)", "A"), ("substringof('',FirstName)", "ABCD"),
            ("endswith(FirstName,'l') eq true", "BC"), ("startswith(SearchTerm1,'x ')", "A"),
            ("length(FirstName) eq 4", "C"), ("indexof(FirstName,'N') eq 2", "B"),
            ("tolower(FirstName) eq 'ada'", "A"), ("toupper(LastName) eq 'B'", "B"),
            ("substring(FirstName,1) eq 'da'", "A"), ("substring(FirstName,2,2) eq 'Ne'", "B"),
            ("replace(SearchTerm1,' ','-') eq 'x-y'", "A"),
            ("trim(concat(' ',LastName)) eq 'C'", "C"),
            ("year(LastChangeDate) eq 2026 and day(LastChangeDate) eq 2", "C"),
            ("month(BirthDate) eq 1", "A"), ("hour(LastChangeTime) eq 12", "B"),
            ("minute(LastChangeTime) add 1 eq 31", "B"), ("second(LastChangeTime) ge 1L", "C"),
        ])
    func filter(_ filter: String, _ expected: String) {
        #expect(names("$filter=\(URLText.encode(filter))") == expected)
        #expect(
            peer.get("/A_BusinessPartner/$count?$filter=\(URLText.encode(filter))").text
                == String(expected.count))
    }

    @Test(
        "Decimals are compared and computed with exactly",
        arguments: [
            ("NetAmount eq 2.5M", "10"), ("NetAmount lt 10", "10"), ("NetAmount ge 10.000m", "20"),
            ("NetAmount add 0.1M eq 2.6M", "10"), ("NetAmount mul RequestedQuantity eq 7.5M", "10"),
            ("NetAmount sub 10M eq 0", "20"), ("-NetAmount eq -10M", "20"),
            ("NetAmount div 4M eq 2.5M", "20"),
            ("RequestedQuantity mod 3M eq 1M", "20"), ("round(NetAmount) eq 3", "10"),
            ("floor(NetAmount) eq 2", "10"),
            ("ceiling(NetAmount) eq 3 or NetAmount eq 1e1d", "10,20"),
            ("to_SalesOrder/TotalNetAmount eq 12.5M", "10,20"), ("NetAmount div 0M eq 1M", ""),
        ])
    func decimals(_ filter: String, _ expected: String) {
        let found = peer.column(
            "SalesOrderItem", "/A_SalesOrderItem?$filter=\(URLText.encode(filter))",
            service: SAPPeer.orders)
        #expect(found.joined(separator: ",") == expected)
    }

    @Test(
        "What is not understood is refused and never left out",
        arguments: [
            "$filter=", "$filter=LastName", "$filter=LastName eq", "$filter=LastName eq 5",
            "$filter=LastName eq 'A", "$filter=Nothing eq 'A'", "$filter=(LastName eq 'A'",
            "$filter=LastName eq 'A')", "$filter=LastName eq 'A' LastName",
            "$filter=nothing(LastName)",
            "$filter=length(5) eq 1", "$filter=substring('a') eq 'a'",
            "$filter=LastName and IsFemale",
            "$filter=LastChangeDate ge '2026-01-01'",
            "$filter=LastChangeDate ge datetime'yesterday'",
            "$filter=LastChangeDate ge datetimeoffset'2026-01-01T00:00:00Z'",
            "$filter=not LastName",
            "$filter=to_BusinessPartnerAddress/CityName eq 'x'", "$filter=LastName in ('A')",
            "$filter=LastName eq foo'A'", "$filter=-LastName eq 1", "$filter=1 add 'a' eq 1",
            "$orderby=Nothing", "$orderby=LastName up", "$orderby=", "$top=-1", "$top=x",
            "$skip=1.5",
            "$skiptoken=x", "$inlinecount=some", "$select=", "$select=Nothing", "$expand=Nothing",
            "$expand=LastName", "$select=to_Customer/Customer", "$search=x", "$apply=x",
            "$count=true",
            "$top=1&$top=2", "$filter=LastName eq 'A'&$filter=LastName eq 'B'", "limit=5",
            "filter=x",
        ])
    func refused(_ query: String) {
        let encoded = query.replacing(" ", with: "%20")
        #expect(peer.get("/A_BusinessPartner?\(encoded)").status == 400)
    }

    @Test("Functions of other versions are said to be not implemented")
    func notImplemented() {
        #expect(peer.get("/A_BusinessPartner?$filter=isof(LastName)").status == 501)
        #expect(peer.get("/A_BusinessPartner('1')/$links/to_Customer").status == 501)
    }

    @Test(
        "Options that have no meaning for one entity are refused",
        arguments: [
            "$filter=IsFemale", "$top=1", "$inlinecount=allpages", "$orderby=LastName",
        ])
    func refusedForOne(_ query: String) {
        #expect(peer.get("/A_BusinessPartner('1')?\(query)").status == 400)
        #expect(peer.get("/A_BusinessPartner('1')").status == 200)
    }

    @Test("Deep or long filters neither crash nor hang")
    func extremes() {
        let deep =
            String(repeating: "(", count: 5_000) + "IsFemale" + String(repeating: ")", count: 5_000)
        #expect(peer.get("/A_BusinessPartner?$filter=\(deep)").status == 400)
        let nots = String(repeating: "not ", count: 5_000).replacing(" ", with: "%20")
        #expect(peer.get("/A_BusinessPartner?$filter=\(nots)IsFemale").status == 400)
        let chain = (0..<2_000).map { "LastName eq '\($0)'" }.joined(separator: " or ")
        #expect(names("$filter=\(URLText.encode(chain + " or LastName eq 'C'"))") == "C")
    }

    @Test(
        "Results are ordered, skipped over and cut",
        arguments: [
            ("$orderby=LastName desc", "DCBA"),
            ("$orderby=LastChangeDate,LastChangeTime desc", "BACD"),
            ("$orderby=BirthDate desc,LastName asc", "ABCD"), ("$orderby=LastName&$top=2", "AB"),
            ("$orderby=LastName&$skip=1&$top=2", "BC"), ("$skip=3", "D"), ("$skip=9", ""),
            ("$top=0", ""),
        ])
    func order(_ query: String, _ expected: String) {
        #expect(names(query.replacing(" ", with: "%20")) == expected)
    }

    @Test("Counts are strings and count without $top and $skip")
    func counts() {
        let all = peer.get("/A_BusinessPartner?$inlinecount=allpages&$top=1&$skip=1").json["d"]
        #expect(all?["__count"]?.string == "4")
        #expect(all?["results"]?.array?.count == 1)
        #expect(peer.get("/A_BusinessPartner?$inlinecount=none").json["d"]?["__count"] == nil)
        #expect(peer.get("/A_BusinessPartner/$count").text == "4")
        #expect(peer.get("/A_BusinessPartner('1')/to_BusinessPartnerAddress/$count").text == "2")
    }

    @Test("$select and $expand shape the answer")
    func shape() throws {
        let target =
            "/A_BusinessPartner('1')?$select=LastName,to_BusinessPartnerAddress/CityName"
            + "&$expand=to_BusinessPartnerAddress,to_Customer"
        let body = try #require(peer.get(target).json["d"]?.object)
        #expect(Array(body.keys) == ["__metadata", "LastName", "to_BusinessPartnerAddress"])
        let address = body["to_BusinessPartnerAddress"]?["results"]?[0]?.object
        #expect(address.map { Array($0.keys) } == ["__metadata", "CityName"])
        let expanded = peer.get("/A_BusinessPartner('1')?$expand=to_Customer").json["d"]
        #expect(expanded?["to_Customer"]?.isNull == true)
        #expect(expanded?["to_Supplier"]?["__deferred"] != nil)
        let link = peer.get("/A_BusinessPartner('1')?$select=to_Customer").json["d"]?.object
        #expect(link.map { Array($0.keys) } == ["__metadata", "to_Customer"])
        let all = peer.get("/A_BusinessPartner('1')?$select=*").json["d"]?.object
        #expect((all?.count ?? 0) > 60)
    }

    @Test("Navigations filter, order and count like sets")
    func navigation() {
        let path = "/A_BusinessPartner('1')/to_BusinessPartnerAddress"
        #expect(peer.column("CityName", path + "?$orderby=CityName%20desc") == ["Lyon", "Berlin"])
        #expect(peer.column("CityName", path + "?$filter=Country%20eq%20'DE'") == ["Berlin"])
        #expect(
            peer.get(path + "(BusinessPartner='1',AddressID='41')").status == 404)
        #expect(peer.get("/A_BusinessPartner('9')/to_BusinessPartnerAddress").status == 404)
        #expect(peer.get("/A_BusinessPartner('1')/to_Customer").status == 404)
        #expect(
            peer.column("AddressID", "/A_BusinessPartnerAddress?$filter=CityName%20eq%20'Berlin'")
                == ["11", "41"])
    }

    @Test("The server cuts pages of a thousand and links to the next on the same origin")
    func paging() throws {
        try peer.host.withSystem { try $0.generate(2_100) }
        var found: [String] = []
        var target =
            SAPPeer.partners
            + "/A_BusinessPartner?$select=BusinessPartner&$orderby=BusinessPartner&$inlinecount=allpages"
        var pages = 0
        while pages < 10 {
            let body = peer.send("GET", target).json["d"]
            found += body?["results"]?.array?.compactMap { $0["BusinessPartner"]?.string } ?? []
            pages += 1
            guard let next = body?["__next"]?.string else { break }
            #expect(
                next.hasPrefix("https://sap.example:8443\(SAPPeer.partners)/A_BusinessPartner?"))
            #expect(next.contains("$orderby=BusinessPartner"))
            target = String(next.dropFirst("https://sap.example:8443".utf8.count))
        }
        #expect(pages == 3)
        #expect(found.count == 2_104)
        #expect(Set(found).count == 2_104)
        #expect(found == found.sorted())
        let cut = peer.get("/A_BusinessPartner?$top=1500").json["d"]
        #expect(cut?["results"]?.array?.count == 1_000)
        #expect(cut?["__next"] != nil)
        #expect(peer.get("/A_BusinessPartner?$top=1000").json["d"]?["__next"] == nil)
    }
}
