import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("Salesforce collections and composites")
struct SalesforceCollectionTests {
    private let org: SalesforceFixture

    init() throws {
        org = try SalesforceFixture(
            fields: #"[{"name":"Number__c","type":"string","externalId":true,"unique":true}]"#)
    }

    private func rows(_ rows: [String], allOrNone: Bool = false) -> String {
        let records = rows.map { #"{"attributes":{"type":"Account"},\#($0)}"# }
        return #"{"allOrNone":\#(allOrNone),"records":[\#(records.joined(separator: ","))]}"#
    }

    @Test("Each row has its own result, in the order of the request")
    func results() {
        let answer = org.call(
            "POST", "/composite/sobjects", rows([#""Name":"a""#, #""Phone":"1""#, #""Name":"c""#]))
        #expect(answer.status == 200)
        #expect(answer.json.array?.map { $0["success"] } == [true, false, true])
        #expect(answer.json[1]?["errors"]?[0]?["statusCode"] == "REQUIRED_FIELD_MISSING")
        #expect(answer.json[1]?["errors"]?[0]?["fields"] == ["Name"])
        #expect(answer.json[1]?["id"] == nil)
        #expect(org.effects.count == 2)
    }

    @Test("All or none: one bad row takes the others back")
    func allOrNone() {
        let answer = org.call(
            "POST", "/composite/sobjects", rows([#""Name":"a""#, #""Phone":"1""#], allOrNone: true))
        #expect(
            answer.json.array?.map { $0["errors"]?[0]?["statusCode"] } == [
                "ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING",
            ])
        #expect(org.effects.isEmpty)
        #expect(org.query("SELECT COUNT() FROM Account").json["totalSize"] == 0)
    }

    @Test(
        "An upsert says of each row whether it created; a second of the same id updates the first")
    func upsert() {
        let body = rows([
            #""Name":"a","Number__c":"1""#, #""Name":"b","Number__c":"2""#,
            #""Name":"c","Number__c":"1""#, #""Name":"d""#,
        ])
        let answer = org.call("PATCH", "/composite/sobjects/Account/Number__c", body).json
        #expect(answer.array?.map { $0["created"] } == [true, true, false, nil])
        #expect(answer[0]?["id"] == answer[2]?["id"])
        #expect(answer[3]?["errors"]?[0]?["statusCode"] == "MISSING_ARGUMENT")
        #expect(org.values("Name", "SELECT Name FROM Account ORDER BY Number__c") == ["c", "b"])
        let again = org.call("PATCH", "/composite/sobjects/Account/Number__c", body).json
        #expect(again.array?.map { $0["created"] } == [false, false, false, nil])
    }

    @Test("Two rows of one request cannot share a unique value")
    func duplicatesInside() {
        let answer = org.call(
            "POST", "/composite/sobjects",
            rows([#""Name":"a","Number__c":"1""#, #""Name":"b","Number__c":"1""#])
        ).json
        #expect(answer[1]?["errors"]?[0]?["statusCode"] == "DUPLICATE_VALUE")
    }

    @Test("Records are updated, read and deleted by their ids")
    func byID() throws {
        let ids = (0..<3).map { org.create("Account", #"{"Name":"\#($0)"}"#) }
        let updated = org.call(
            "PATCH", "/composite/sobjects",
            rows(ids.map { #""id":"\#($0)","Site":"s""# } + [#""Site":"s""#])
        ).json
        #expect(updated.array?.map { $0["success"] } == [true, true, true, false])
        let read = org.call(
            "GET", "/composite/sobjects/Account?ids=\(ids[0]),001000000000000AAA&fields=Site"
        ).json
        #expect(read[0]?["Site"] == "s")
        #expect(read[1] == .null)
        let deleted = org.call(
            "DELETE", "/composite/sobjects?ids=\(ids.joined(separator: ",")),001000000000000AAA"
        ).json
        #expect(deleted.array?.map { $0["success"] } == [true, true, true, false])
    }

    @Test("More rows than the vendor takes are refused as a whole")
    func limit() {
        let body = rows(Array(repeating: #""Name":"a""#, count: 201))
        #expect(org.call("POST", "/composite/sobjects", body).code == "EXCEEDED_ID_LIMIT")
        #expect(org.effects.isEmpty)
    }

    @Test("A locked row fails alone")
    func lock() throws {
        try org.setFaults(#"[{"path":"*composite*","fault":"lock","every":2,"times":1}]"#)
        let body = rows([#""Name":"a""#, #""Name":"b""#, #""Name":"c""#])
        let answer = org.call("POST", "/composite/sobjects", body).json
        #expect(answer.array?.map { $0["success"] } == [false, true, false])
        #expect(answer[0]?["errors"]?[0]?["statusCode"] == "UNABLE_TO_LOCK_ROW")
        #expect(
            org.call("POST", "/composite/sobjects", body).json.array?.allSatisfy {
                $0["success"] == true
            } == true)
    }

    @Test("A composite's parts see the answers of earlier parts")
    func composite() {
        let answer = org.call(
            "POST", "/composite",
            """
            {"compositeRequest":[
             {"method":"POST","url":"/services/data/v59.0/sobjects/Account","referenceId":"a","body":{"Name":"A"}},
             {"method":"POST","url":"/services/data/v59.0/sobjects/Contact","referenceId":"c","body":{"LastName":"L","AccountId":"@{a.id}"}},
             {"method":"GET","url":"/services/data/v59.0/query/?q=select+AccountId+from+Contact","referenceId":"q"},
             {"method":"GET","url":"/services/data/v59.0/sobjects/Account/@{q.records[0].AccountId}?fields=Name","referenceId":"r"},
             {"method":"GET","url":"/services/data/v59.0/sobjects/Foo","referenceId":"f"},
             {"method":"GET","url":"/services/data/v59.0/sobjects/Account/@{f.id}","referenceId":"g"}]}
            """)
        #expect(answer.status == 200)
        let parts = answer.json["compositeResponse"]
        #expect(parts?.array?.map { $0["httpStatusCode"] } == [201, 201, 200, 200, 404, 400])
        #expect(parts?[3]?["body"]?["Name"] == "A")
        #expect(parts?[4]?["body"]?[0]?["errorCode"] == "NOT_FOUND")
        #expect(parts?[5]?["body"]?[0]?["errorCode"] == "PROCESSING_HALTED")
        #expect(parts?[0]?["referenceId"] == "a")
    }

    @Test("A composite that is all or none leaves nothing when one part fails")
    func compositeRollBack() {
        let answer = org.call(
            "POST", "/composite",
            """
            {"allOrNone":true,"compositeRequest":[
             {"method":"POST","url":"/services/data/v59.0/sobjects/Account","referenceId":"a","body":{"Name":"A"}},
             {"method":"POST","url":"/services/data/v59.0/sobjects/Account","referenceId":"b","body":{}},
             {"method":"POST","url":"/services/data/v59.0/sobjects/Account","referenceId":"c","body":{"Name":"C"}}]}
            """
        ).json["compositeResponse"]
        #expect(
            answer?.array?.map { $0["body"]?[0]?["errorCode"] } == [
                "PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED",
            ])
        #expect(org.effects.isEmpty)
        #expect(org.query("SELECT COUNT() FROM Account").json["totalSize"] == 0)
    }

    @Test("Graphs stand and fall by themselves; a batch goes on or halts")
    func graphsAndBatches() {
        let part =
            #"{"method":"POST","url":"/services/data/v59.0/sobjects/Account","referenceId":"a","body":"#
        let graphs = org.call(
            "POST", "/composite/graph",
            """
            {"graphs":[{"graphId":"1","compositeRequest":[\(part){"Name":"A"}}]},
                       {"graphId":"2","compositeRequest":[\(part){}}]}]}
            """
        ).json["graphs"]
        #expect(graphs?.array?.map { $0["isSuccessful"] } == [true, false])
        let batch = org.call(
            "POST", "/composite/batch",
            #"{"haltOnError":true,"batchRequests":[{"method":"GET","url":"v59.0/limits"},{"method":"GET","url":"v59.0/foo"},{"method":"GET","url":"v59.0/limits"}]}"#
        ).json
        #expect(batch["hasErrors"] == true)
        #expect(batch["results"]?.array?.map { $0["statusCode"] } == [200, 404, 412])
    }

    @Test("A composite inside a composite is not found")
    func nested() {
        let inner =
            #"{"method":"POST","url":"/services/data/v59.0/composite","referenceId":"x","body":{"compositeRequest":[]}}"#
        let answer = org.call("POST", "/composite", #"{"compositeRequest":[\#(inner)]}"#).json
        #expect(answer["compositeResponse"]?[0]?["httpStatusCode"] == 404)
    }
}
