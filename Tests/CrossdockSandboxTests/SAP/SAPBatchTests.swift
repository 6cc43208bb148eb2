import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("SAP sandbox: batches, loads, faults")
struct SAPBatchTests {
    let peer: SAPPeer

    init() throws { peer = try SAPPeer() }

    private func partner(_ name: String) -> String {
        #"{"BusinessPartnerCategory":"2","OrganizationBPName1":"\#(name)"}"#
    }

    private var names: [String] { peer.column("OrganizationBPName1", "/A_BusinessPartner") }

    @Test("Change sets stand alone: one that fails undoes itself and no other")
    func changeSets() throws {
        let response = peer.batch([
            .create(partner("A")),
            .changes([
                ("POST", "A_BusinessPartner", partner("B"), ""),
                ("POST", "A_BusinessPartner", "{}", ""),
                ("POST", "A_BusinessPartner", partner("C"), ""),
            ]),
            .create(partner("D")), .read("A_BusinessPartner/$count"),
            .read("A_BusinessPartner('9')"),
        ])
        #expect(response.status == 202)
        #expect(response.partStatuses == [201, 400, 201, 200, 404])
        #expect(names == ["A", "D"])
        let boundary = try #require(Multipart.boundary(response.headers["Content-Type"]))
        let parts = try #require(Multipart.parts(response.body[...], boundary: boundary))
        #expect(parts.count == 5)
        #expect(parts[0].headers["Content-Type"]?.hasPrefix("multipart/mixed") == true)
        #expect(parts[1].headers["Content-Type"] == "application/http")
        #expect(String(decoding: parts[3].body, as: UTF8.self).contains("\r\n\r\n2"))
        let effects = peer.host.journal.lines(after: 0, kind: "effect")
        #expect(effects.split(separator: 0x0A).count == 2)
    }

    @Test("A later change refers to what an earlier one made")
    func contentIDs() {
        let response = peer.batch([
            .changes([
                ("POST", "A_BusinessPartner", partner("A"), ""),
                ("POST", "$1/to_BusinessPartnerAddress", #"{"CityName":"Ghent"}"#, ""),
                ("PATCH", "$1", #"{"SearchTerm1":"X"}"#, "If-Match: *\r\n"),
            ])
        ])
        #expect(response.partStatuses == [201, 201, 204])
        #expect(response.text.contains("Content-ID: 2"))
        #expect(peer.column("CityName", "/A_BusinessPartnerAddress") == ["Ghent"])
        #expect(peer.column("SearchTerm1", "/A_BusinessPartner") == ["X"])
    }

    @Test("Versions are checked within a batch")
    func versions() {
        let number = peer.createPartner("A")
        let target = "A_BusinessPartner('\(number)')"
        let response = peer.batch([
            .changes([("PATCH", target, #"{"SearchTerm1":"X"}"#, "")]),
            .changes([("PATCH", target, #"{"SearchTerm1":"X"}"#, "If-Match: W/\"'1'\"\r\n")]),
            .changes([
                (
                    "MERGE", "/sap/opu/odata/sap/API_BUSINESS_PARTNER/\(target)",
                    #"{"SearchTerm1":"Y"}"#, "If-Match: *\r\n"
                )
            ]),
        ])
        #expect(response.partStatuses == [428, 412, 204])
        #expect(peer.column("SearchTerm1", "/A_BusinessPartner") == ["Y"])
    }

    @Test("A batch as pyodata writes it is read: preamble, no space, no line end after the end")
    func lenient() {
        let body =
            "\r\n--batch_1\r\nContent-Type: multipart/mixed;boundary=changeset_1\r\n\r\n"
            + "\r\n--changeset_1\r\nContent-Type: application/http \r\nContent-Transfer-Encoding:binary\r\n\r\n"
            + "POST A_BusinessPartner HTTP/1.1\r\nAccept: application/json\r\n"
            + "Content-Type: application/json\r\nX-Requested-With: X\r\n\r\n"
            + partner("P") + "\r\n--changeset_1--\r\n--batch_1--"
        let response = peer.send(
            "POST", SAPPeer.partners + "/$batch", body,
            headers: ["Content-Type": "multipart/mixed;boundary=batch_1"])
        #expect(response.status == 202)
        #expect(response.partStatuses == [201])
        let unixLines = peer.send(
            "POST", SAPPeer.partners + "/$batch", body.replacing("\r\n", with: "\n"),
            headers: ["Content-Type": "multipart/mixed; boundary=\"batch_1\""])
        #expect(unixLines.partStatuses == [201])
        #expect(names == ["P", "P"])
    }

    @Test("Malformed batches are refused as a whole, before anything is executed")
    func malformed() {
        let good = SAPPeer.BatchItem.create(partner("A")).text(0)
        let read = SAPPeer.BatchItem.read("A_BusinessPartner").text(0)
        let bodies = [
            "", "x", "--b1\r\n\(good)", "--b1\r\n\(good)--b1\r\n\r\nnothing\r\n--b1--",
            "--b1\r\n\(good)--b1\r\n\(read.replacing("GET", with: "POST"))--b1--",
            "--b1\r\n\(good)--b1\r\nContent-Type: multipart/mixed; boundary=c9\r\n\r\n--c9\r\n--b1--",
        ]
        for body in bodies {
            let response = peer.send(
                "POST", SAPPeer.partners + "/$batch", body,
                headers: ["Content-Type": "multipart/mixed; boundary=b1"])
            #expect(response.status == 400)
        }
        #expect(peer.send("POST", SAPPeer.partners + "/$batch", "{}").status == 415)
        #expect(peer.get("/$batch").status == 405)
        #expect(names == [])
    }

    @Test("A locked object fails its change set only")
    func lock() throws {
        peer.host.faults.replace(
            with: try Fault.list(Array(#"[{"fault":"lock","every":2}]"#.utf8), rules: []))
        let response = peer.batch([
            .create(partner("A")), .create(partner("B")), .create(partner("C")),
        ])
        #expect(response.partStatuses == [423, 201, 423])
    }

    @Test("Rules are broken where a fault says so", arguments: SAPRules.all.map(\.name))
    func brokenRules(_ rule: String) throws {
        let number = peer.createPartner("A")
        _ = peer.createPartner("B")
        func fingerprint() -> [String] {
            let fetched = peer.get("/", headers: ["X-CSRF-Token": "Fetch"])
            let token = fetched.headers["X-CSRF-Token"]?.hasSuffix("==") == true ? "wrong" : "right"
            let metadata = peer.get("/$metadata").headers["Content-Type"] ?? ""
            let count = peer.get("/A_BusinessPartner?$inlinecount=allpages&$top=0").text
                .contains("\"__count\":\"")
            let entity = peer.get("/A_BusinessPartner('\(number)')")
            let isSame = entity.headers["ETag"] == entity.json["d"]?["__metadata"]?["etag"]?.string
            let found = peer.get("/A_BusinessPartner/$count?$filter=OrganizationBPName1%20eq%20'X'")
                .text
            let patched = peer.send(
                "PATCH", "\(SAPPeer.partners)/A_BusinessPartner('\(number)')", "{}")
            let made = peer.send("POST", SAPPeer.partners + "/A_BusinessPartner", partner("B"))
            let batch = peer.batch([
                .changes([
                    ("POST", "A_BusinessPartner", "{}", ""),
                    ("POST", "A_BusinessPartner", "{}", ""),
                ])
            ])
            let page = peer.get("/A_BusinessPartner").json["d"]
            let order = peer.send("GET", SAPPeer.orders + "/A_SalesOrder").text
            return [
                token, metadata, "\(count)", "\(isSame)", found, "\(patched.status)",
                "\(made.status)",
                "\(batch.status) \(batch.partStatuses)",
                String(page?["__next"]?.string?.prefix(24) ?? ""),
                String(order.contains("\"TotalNetAmount\":1")),
            ]
        }
        try peer.host.withSystem { system in
            if rule.hasPrefix("paging") { try system.generate(1_100) }
            _ = try system.load(
                Array(#"{"SalesOrder":"1","TotalNetAmount":"12.50"}"#.utf8), into: "A_SalesOrder")
        }
        let before = fingerprint()
        peer.host.faults.replace(
            with: try Fault.list(
                Array("[{\"fault\":\"\(rule)\"}]".utf8), rules: SAPRules.all.map(\.name)))
        let after = fingerprint()
        #expect(before != after)
    }

    @Test("Loads upsert by key as user SEED, keep what they bring and leave no effect")
    func loads() throws {
        try peer.host.setClock { $0.set(Timestamp.parse("2026-03-01T00:00:00Z") ?? 0) }
        func load(_ text: String) throws -> LoadSummary {
            try peer.host.withSystem { try $0.load(Array(text.utf8), into: "A_BusinessPartner") }
        }
        let first = """
            {"BusinessPartner":"7","OrganizationBPName1":"A","LastChangeDate":"/Date(1767225600000)/","LastChangeTime":"PT10H00M00S"}

            {"OrganizationBPName1":"B"}
            """
        #expect(try load(first) == LoadSummary(created: 2, updated: 0))
        let kept = peer.get("/A_BusinessPartner('7')").json["d"]
        #expect(kept?["LastChangeDate"]?.string == "/Date(1767225600000)/")
        #expect(kept?["LastChangedByUser"]?.string == "SEED")
        #expect(try load(#"{"BusinessPartner":"7","SearchTerm1":"X"}"#).updated == 1)
        let moved = peer.get("/A_BusinessPartner('7')").json["d"]
        #expect(moved?["LastChangeDate"]?.string == "/Date(1772323200000)/")
        #expect(moved?["OrganizationBPName1"]?.string == "A")
        #expect(throws: SandboxError.self) {
            try load("{\"BusinessPartner\":\"8\"}\n{\"Nothing\":1}")
        }
        #expect(peer.get("/A_BusinessPartner('8')").status == 404)
        #expect(throws: SandboxError.self) {
            try peer.host.withSystem { try $0.load([], into: "A_BusinessPartners") }
        }
        #expect(peer.host.journal.effects.isEmpty)
        let lines = try peer.host.withSystem { try $0.records(of: "A_BusinessPartner") }
        #expect(lines.split(separator: 0x0A).count == 2)
    }

    @Test("Custom fields are declared, described and written")
    func customFields() throws {
        try peer.host.withSystem {
            try $0.declareFields(
                Array(#"[{"name":"YY1_Score_bus","type":"decimal","precision":5,"scale":4}]"#.utf8),
                of: "A_BusinessPartner")
        }
        let number = peer.createPartner("A", external: nil, #""YY1_Score_bus":"0.1234""#)
        let read = peer.get("/A_BusinessPartner('\(number)')").json["d"]
        #expect(read?["YY1_Score_bus"]?.string == "0.1234")
        #expect(
            peer.createPartner("B", external: nil, #""YY1_Score_bus":"0.12345""#) == "status 400")
        #expect(
            peer.get("/$metadata").text.contains(
                "<Property Name=\"YY1_Score_bus\" Type=\"Edm.Decimal\""))
        #expect(
            peer.get("/A_BusinessPartner/$count?$filter=YY1_Score_bus%20gt%200.1M").text == "1")
    }

    @Test("A data folder keeps records, numbers, fields and the password")
    func persistence() throws {
        let folder = try Files.makeTemporaryFolder()
        defer { Files.removeFolder(folder) }
        var tag = ""
        do {
            let first = try SAPPeer(data: folder)
            #expect(first.createPartner("A", external: "E1") == "1000000001")
            tag = first.get("/A_BusinessPartner('1000000001')").headers["ETag"] ?? ""
        }
        let second = try SAPPeer(data: folder)
        #expect(second.get("/A_BusinessPartner('1000000001')").headers["ETag"] == tag)
        #expect(second.createPartner("B") == "1000000002")
        #expect(second.host.journal.effects.first?.externalId == "E1")
    }

    @Test("Seven thousand partners are written by batches and found again in seconds")
    func volume() throws {
        var time = 0.0
        for start in stride(from: 0, to: 7_043, by: 150) {
            let items = (start..<min(start + 150, 7_043)).map { number in
                SAPPeer.BatchItem.create(
                    """
                    {"BusinessPartnerCategory":"1","LastName":"N\(number)",
                     "BusinessPartnerIDByExtSystem":"X-\(number)",
                     "to_BusinessPartnerAddress":[{"CityName":"Boston","Country":"US"}],
                     "to_BusinessPartnerTax":[{"BPTaxType":"US1","BPTaxNumber":"\(number)"}]}
                    """)
            }
            let (response, milliseconds) = cpuMilliseconds { peer.batch(items) }
            time += milliseconds
            #expect(response.partStatuses.allSatisfy { $0 == 201 })
        }
        #expect(time < 3_000 * debugFactor)
        #expect(peer.get("/A_BusinessPartnerAddress/$count").text == "7043")
        let chain = (0..<40).map { "BusinessPartnerIDByExtSystem eq 'X-\($0 * 170)'" }
            .joined(separator: " or ")
        _ = peer.get("/A_BusinessPartner/$count?$filter=BusinessPartnerIDByExtSystem%20eq%20'X-1'")
        let (found, milliseconds) = cpuMilliseconds {
            peer.get("/A_BusinessPartner?$filter=\(URLText.encode(chain))")
        }
        #expect(found.json["d"]?["results"]?.array?.count == 40)
        #expect(milliseconds < 10 * debugFactor)
    }
}
