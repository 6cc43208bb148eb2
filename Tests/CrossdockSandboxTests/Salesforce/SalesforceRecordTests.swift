import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("Salesforce records")
struct SalesforceRecordTests {
    private static let fields = """
        [{"name":"Number__c","type":"string","length":20,"externalId":true,"unique":true},
         {"name":"Group__c","type":"string","externalId":true},
         {"name":"Score__c","type":"double","precision":6,"scale":4},
         {"name":"Tier__c","type":"picklist","picklist":["gold","silver"]},
         {"name":"At__c","type":"datetime"}]
        """
    private let org: SalesforceFixture

    init() throws { org = try SalesforceFixture(fields: Self.fields) }

    @Test("A record is created, read, changed and deleted, and the ledger says so")
    func lifecycle() throws {
        let made = org.call(
            "POST", "/sobjects/Account/", #"{"Name":" Ann ","Number__c":"7","Score__c":"0.12346"}"#)
        #expect(made.status == 201)
        let id = try #require(made.json["id"]?.string)
        #expect(made.json == ["id": .string(id), "success": true, "errors": []])

        let read = org.call("GET", "/sobjects/Account/\(id)").json
        #expect(read["Name"] == "Ann")
        #expect(read["Score__c"] == 0.1235)
        #expect(read["Phone"] == .null)
        #expect(read["CreatedDate"] == read["SystemModstamp"])
        #expect(read["SystemModstamp"]?.string?.hasSuffix(".000+0000") == true)
        #expect(
            org.call("GET", "/sobjects/Account/\(id.prefix(15))?fields=Name,Owner.Name").json[
                "Owner"]?["Name"] == "integration")

        org.host.clock.advance(millis: 10_000)
        let changed = org.call(
            "PATCH", "/sobjects/Account/\(id)", #"{"Name":"Bob","Number__c":null}"#)
        #expect(changed.status == 204)
        #expect(changed.bytes.isEmpty)
        let after = org.call("GET", "/sobjects/Account/\(id)").json
        #expect(after["Name"] == "Bob")
        #expect(after["Number__c"] == .null)
        #expect(after["SystemModstamp"] != read["SystemModstamp"])
        #expect(after["LastModifiedDate"] == after["SystemModstamp"])
        #expect(after["CreatedDate"] == read["CreatedDate"])

        #expect(org.call("DELETE", "/sobjects/Account/\(id)").status == 204)
        #expect(org.call("GET", "/sobjects/Account/\(id)").status == 404)
        #expect(org.call("DELETE", "/sobjects/Account/\(id)").code == "ENTITY_IS_DELETED")
        #expect(org.query("SELECT Id FROM Account").json["totalSize"] == 0)
        let all = org.query("SELECT Id, IsDeleted FROM Account", all: true).json
        #expect(all["records"]?[0]?["IsDeleted"] == true)
        #expect(org.effects == ["create Account 7", "update Account", "delete Account"])
    }

    @Test(
        "A record that does not fit is refused in the vendor's words and leaves no trace",
        arguments: [
            (#"{}"#, "REQUIRED_FIELD_MISSING", "[Name]"),
            (#"{"Name":""}"#, "REQUIRED_FIELD_MISSING", "[Name]"),
            (
                #"{"Name":"a","Foo":1}"#, "INVALID_FIELD",
                "No such column 'Foo' on sobject of type Account"
            ),
            (
                #"{"Name":"a","Score__c":"x"}"#, "JSON_PARSER_ERROR",
                "double from VALUE_STRING value x"
            ),
            (#"{"Name":"a","Score__c":100}"#, "NUMBER_OUTSIDE_VALID_RANGE", "Score"),
            (#"{"Name":"a","NumberOfEmployees":1.5}"#, "JSON_PARSER_ERROR", "int"),
            (#"{"Name":["a"]}"#, "JSON_PARSER_ERROR", "START_ARRAY"),
            (#"{"Name":"a","Tier__c":"lead"}"#, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "lead"),
            (#"{"Name":"a","At__c":"yesterday"}"#, "JSON_PARSER_ERROR", "datetime"),
            (#"{"Name":"a","ParentId":"x"}"#, "MALFORMED_ID", "x"),
            (
                #"{"Name":"a","ParentId":"001000000000000AAA"}"#, "INVALID_CROSS_REFERENCE_KEY",
                "cross reference"
            ),
            (#"{"Name":"a","ParentId":"003000000000000AAA"}"#, "MALFORMED_ID", "incorrect type"),
            (
                #"{"Name":"a","CreatedDate":"2026-01-01T00:00:00Z"}"#,
                "INVALID_FIELD_FOR_INSERT_UPDATE", "CreatedDate"
            ),
            (#"{"Name":"a","Id":"001000000000000AAA"}"#, "INVALID_FIELD", "Id"),
            (
                #"{"Name":"a","BillingAddress":"x"}"#, "INVALID_FIELD_FOR_INSERT_UPDATE",
                "BillingAddress"
            ),
            (
                #"{"Name":"a","Parent":{"Number__c":"none"}}"#, "INVALID_FIELD",
                "Foreign key external ID: none"
            ),
            (#"["a"]"#, "JSON_PARSER_ERROR", "object"),
            (#"{"Name":"#, "JSON_PARSER_ERROR", "not JSON"),
        ])
    func refused(body: String, code: String, text: String) {
        let answer = org.call("POST", "/sobjects/Account", body)
        #expect(answer.status == 400)
        #expect(answer.code == code)
        #expect(answer.message.contains(text), "\(answer.message)")
        #expect(org.effects.isEmpty)
    }

    @Test("A text longer than its field is refused, one as long is taken")
    func lengths() {
        let fits = String(repeating: "ä", count: 255)
        #expect(org.call("POST", "/sobjects/Account", #"{"Name":"\#(fits)"}"#).status == 201)
        let answer = org.call("POST", "/sobjects/Account", #"{"Name":"\#(fits)x"}"#)
        #expect(answer.code == "STRING_TOO_LONG")
        #expect(answer.json[0]?["fields"] == ["Name"])
    }

    @Test("A unique value is one record's, without regard to case, until that is deleted")
    func unique() {
        let id = org.create("Account", #"{"Name":"a","Number__c":"k1"}"#)
        let answer = org.call("POST", "/sobjects/Account", #"{"Name":"b","Number__c":"K1"}"#)
        #expect(answer.code == "DUPLICATE_VALUE")
        #expect(answer.message.hasSuffix(id))
        org.call("DELETE", "/sobjects/Account/\(id)")
        #expect(
            org.call("POST", "/sobjects/Account", #"{"Name":"b","Number__c":"K1"}"#).status == 201)
    }

    @Test("An upsert creates, then updates, and its statuses follow the version")
    func upsert() throws {
        let path = "/sobjects/Account/Number__c/a%2Fb%20c"
        let made = org.call("PATCH", path, #"{"Name":"x"}"#)
        #expect(made.status == 201)
        #expect(made.json["created"] == true)
        let updated = org.call("PATCH", path, #"{"Name":"y"}"#)
        #expect(updated.status == 200)
        #expect(updated.json["created"] == false)
        #expect(updated.json["id"] == made.json["id"])
        #expect(org.call("PATCH", path, #"{"Name":"z"}"#, version: "v45.0").status == 204)
        #expect(org.call("GET", path).json["Number__c"] == "a/b c")
        #expect(
            org.call("PATCH", "/sobjects/Account/Number__c/q?updateOnly=true", #"{"Name":"n"}"#)
                .status == 404)
        #expect(org.call("PATCH", "/sobjects/Account/Name/q", #"{"Name":"n"}"#).code == "NOT_FOUND")
        #expect(org.call("POST", "/sobjects/Account/Id", #"{"Name":"n"}"#).status == 201)
        #expect(
            org.effects.prefix(3) == [
                "create Account a/b c", "update Account a/b c", "update Account a/b c",
            ])
    }

    @Test("An external id that several records have is answered with their addresses")
    func ambiguous() {
        let ids = ["a", "b"].map { org.create("Account", #"{"Name":"\#($0)","Group__c":"g"}"#) }
        let before = org.effects.count
        let answer = org.call("PATCH", "/sobjects/Account/Group__c/g", #"{"Name":"c"}"#)
        #expect(answer.status == 300)
        #expect(
            answer.json.array?.compactMap(\.string)
                == ids.map { "/services/data/v59.0/sobjects/Account/\($0)" })
        #expect(org.effects.count == before)
    }

    @Test("A reference may name the other record's external id")
    func foreignKey() throws {
        let parent = org.create("Account", #"{"Name":"p","Number__c":"P"}"#)
        let child = org.create("Account", #"{"Name":"c","Parent":{"Number__c":"p"}}"#)
        #expect(org.call("GET", "/sobjects/Account/\(child)").json["ParentId"] == .string(parent))
    }

    @Test("The describe lists every field with the members clients read")
    func describe() throws {
        let answer = org.call("GET", "/sobjects/Account/describe").json
        #expect(answer["keyPrefix"] == "001")
        let fields = try #require(answer["fields"]?.array)
        let number = try #require(fields.first { $0["name"] == "Number__c" })
        #expect(number["externalId"] == true)
        #expect(number["unique"] == true)
        #expect(number["idLookup"] == true)
        #expect(number["length"] == 20)
        let name = try #require(fields.first { $0["name"] == "Name" })
        #expect(name["nillable"] == false)
        #expect(name["nameField"] == true)
        #expect(name["label"] == "Account Name")
        #expect(name["soapType"] == "xsd:string")
        let street = fields.first { $0["name"] == "BillingStreet" }
        #expect(street?["compoundFieldName"] == "BillingAddress")
        #expect(
            answer["childRelationships"]?.array?.contains { $0["relationshipName"] == "Contacts" }
                == true)
        #expect(
            org.call("GET", "/sobjects").json["sobjects"]?.array?.contains { $0["name"] == "Order" }
                == true)
        #expect(org.call("GET", "/sobjects/Foo/describe").status == 404)
    }

    @Test("Changed and deleted ids of a window are listed")
    func replication() throws {
        let start = SalesforceTime.text(org.host.clock.now - 60_000)
        let kept = org.create("Account", #"{"Name":"a"}"#)
        let gone = org.create("Account", #"{"Name":"b"}"#)
        org.call("DELETE", "/sobjects/Account/\(gone)")
        org.host.clock.advance(millis: 120_000)
        let end = SalesforceTime.text(org.host.clock.now)
        let window = "start=\(URLText.encode(start))&end=\(URLText.encode(end))"
        let updated = org.call("GET", "/sobjects/Account/updated?\(window)").json
        #expect(updated["ids"] == [.string(kept)])
        #expect(updated["latestDateCovered"] != nil)
        let deleted = org.call("GET", "/sobjects/Account/deleted?\(window)").json
        #expect(deleted["deletedRecords"]?[0]?["id"] == .string(gone))
        #expect(
            org.call(
                "GET",
                "/sobjects/Account/deleted?start=\(URLText.encode(end))&end=\(URLText.encode(start))"
            ).code == "INVALID_REPLICATION_DATE")
        #expect(
            org.call(
                "GET",
                "/sobjects/Account/deleted?start=2020-01-01T00:00:00Z&end=2020-01-02T00:00:00Z"
            ).code == "INVALID_REPLICATION_DATE")
    }

    @Test("Rows can be seen by queries later than they were written")
    func lateRows() throws {
        let id = org.create("Account", #"{"Name":"old"}"#)
        try org.setFaults(#"[{"path":"*sobjects*","fault":"rows.late","delayMillis":5000}]"#)
        org.call("PATCH", "/sobjects/Account/\(id)", #"{"Name":"new"}"#)
        _ = org.create("Account", #"{"Name":"hidden"}"#)
        #expect(org.values("Name", "SELECT Name FROM Account") == ["old"])
        org.host.clock.advance(millis: 6_000)
        #expect(org.values("Name", "SELECT Name FROM Account") == ["new", "hidden"])
    }
}
