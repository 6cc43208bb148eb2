import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("Salesforce Bulk API 2.0")
struct SalesforceBulkTests {
    private let org: SalesforceFixture

    init() throws {
        org = try SalesforceFixture(
            fields: #"[{"name":"Number__c","type":"string","externalId":true,"unique":true}]"#)
    }

    /// Polls until the job is done.
    private func state(_ path: String) -> Value {
        for _ in 0..<5 {
            let job = org.call("GET", path).json
            if job["state"] == "JobComplete" || job["state"] == "Failed" { return job }
        }
        return .null
    }

    @Test("A query's rows come as CSV, page by page, until the locator is the word null")
    func query() throws {
        try org.load(
            (1...5).map { #"{"Name":"N \"\#($0)\"\nx","Number__c":"\#($0)"}"# }.joined(
                separator: "\n"))
        let job = org.call(
            "POST", "/jobs/query",
            #"{"operation":"query","query":"SELECT Number__c, Name, Owner.Name FROM Account ORDER BY Number__c"}"#
        ).json
        #expect(job["state"] == "UploadComplete")
        let path = "/jobs/query/\(job["id"]?.string ?? "")"
        #expect(org.call("GET", "\(path)/results").status == 204)
        try org.setFaults(#"[{"path":"*","fault":"bulk.slow","times":2}]"#)
        #expect(org.call("GET", path).json["state"] == "InProgress")
        #expect(org.call("GET", path).json["state"] == "InProgress")
        #expect(state(path)["numberRecordsProcessed"] == 5)
        let first = org.call("GET", "\(path)/results?maxRecords=3")
        #expect(first.headers["Sforce-NumberOfRecords"] == "3")
        let locator = try #require(first.headers["Sforce-Locator"])
        let text = String(decoding: first.bytes, as: UTF8.self)
        #expect(
            text.hasPrefix(
                "\"Number__c\",\"Name\",\"Owner.Name\"\n\"1\",\"N \"\"1\"\"\nx\",\"seed\"\n"))
        let last = org.call("GET", "\(path)/results?locator=\(locator)&maxRecords=3")
        #expect(last.headers["Sforce-Locator"] == "null")
        #expect(last.headers["Sforce-NumberOfRecords"] == "2")
        #expect(org.call("DELETE", path).status == 204)
        #expect(org.call("GET", path).status == 404)
    }

    @Test("Aggregates and compound fields are refused when the job is made")
    func refusedQueries() {
        for (query, code) in [
            ("SELECT COUNT() FROM Account", "INVALIDJOB"),
            ("SELECT BillingAddress FROM Account", "INVALIDENTITY"),
            ("SELECT Foo FROM Account", "INVALID_FIELD"),
        ] {
            #expect(
                org.call("POST", "/jobs/query", #"{"operation":"query","query":"\#(query)"}"#).code
                    == code)
        }
    }

    @Test("An upload is worked on row by row, and every row is found in one of the results")
    func ingest() throws {
        let job = org.call(
            "POST", "/jobs/ingest",
            #"{"object":"Account","operation":"upsert","externalIdFieldName":"Number__c","lineEnding":"CRLF","contentType":"CSV"}"#
        ).json
        let path = "/jobs/ingest/\(job["id"]?.string ?? "")"
        #expect(job["state"] == "Open")
        try org.load(#"{"Name":"old","Number__c":"1","Site":"s","Phone":"1"}"#)
        let data = "Number__c,Name,Site,Phone\r\n1,\"new, one\",#N/A,\r\n2,two,t,\r\n3,,x,\r\n"
        let upload = org.call("PUT", "\(path)/batches", data, headers: ["Content-Type": "text/csv"])
        #expect(upload.status == 201)
        #expect(
            org.call("PATCH", path, #"{"state":"UploadComplete"}"#).json["state"]
                == "UploadComplete")
        let done = state(path)
        #expect(done["numberRecordsProcessed"] == 3)
        #expect(done["numberRecordsFailed"] == 1)
        let good = String(
            decoding: org.call("GET", "\(path)/successfulResults").bytes, as: UTF8.self)
        #expect(good.contains("\"false\",\"1\",\"new, one\""))
        #expect(good.contains("\"true\",\"2\",\"two\""))
        let bad = String(decoding: org.call("GET", "\(path)/failedResults").bytes, as: UTF8.self)
        #expect(bad.contains("REQUIRED_FIELD_MISSING"))
        let first = org.query("SELECT Name, Site, Phone FROM Account WHERE Number__c = '1'").json[
            "records"]?[0]
        #expect(first?["Name"] == "new, one")
        #expect(first?["Site"] == .null)
        #expect(first?["Phone"] == "1")
        #expect(org.effects == ["update Account 1", "create Account 2"])
    }

    @Test("Line ends other than those declared fail the job")
    func lineEndings() {
        let job = org.call(
            "POST", "/jobs/ingest", #"{"object":"Account","operation":"insert","lineEnding":"LF"}"#
        ).json
        let path = "/jobs/ingest/\(job["id"]?.string ?? "")"
        org.call("PUT", "\(path)/batches", "Name\r\na\r\n", headers: ["Content-Type": "text/csv"])
        org.call("PATCH", path, #"{"state":"UploadComplete"}"#)
        let done = state(path)
        #expect(done["state"] == "Failed")
        #expect(done["errorMessage"]?.string?.contains("LineEnding") == true)
        #expect(org.effects.isEmpty)
    }

    @Test("CSV with quotes, line ends in fields and empty lines is read as it was written")
    func csv() {
        let csv = BulkCSV(.semicolon, lineEnding: "LF")
        var bytes: [UInt8] = []
        let row = ["a\"b", "", "x;y", "l1\nl2", "ü"]
        csv.write(row, to: &bytes)
        #expect(csv.rows(bytes) == [row])
        #expect(csv.rows(Array("a;b\n\n1;\n".utf8)) == [["a", "b"], ["1", ""]])
        #expect(csv.rows(Array("\"open".utf8)) == nil)
    }
}
