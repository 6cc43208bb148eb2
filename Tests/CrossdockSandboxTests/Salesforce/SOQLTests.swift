import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("SOQL")
struct SOQLTests {
    private static let fields = """
        [{"name":"Number__c","type":"string","length":20,"externalId":true,"unique":true},
         {"name":"Score__c","type":"double","precision":6,"scale":4},
         {"name":"Active__c","type":"boolean"},
         {"name":"Since__c","type":"date"},
         {"name":"Tags__c","type":"multipicklist","picklist":["red","green","blue"]}]
        """
    private static let rows = """
        {"Name":"Ann's Mill","Number__c":"N1","Score__c":0.5,"Active__c":true,"Since__c":"2026-01-10","Tags__c":"red;blue","BillingCity":"Köln","SystemModstamp":"2026-01-01T00:00:00.000Z"}
        {"Name":"bolt works","Number__c":"N2","Score__c":0.25,"Since__c":"2026-02-10","Tags__c":"green","BillingCity":"Bern","SystemModstamp":"2026-01-01T00:00:00.000Z"}
        {"Name":"Cog 100%","Number__c":"N3","Score__c":10,"Active__c":true,"BillingCity":"Bern","SystemModstamp":"2026-01-02T00:00:00.500Z"}
        {"Name":"Dune_Ltd","Number__c":"N4","Industry":"Energy","SystemModstamp":"2026-01-03T00:00:00.000Z"}
        """

    private let org: SalesforceFixture

    init() throws { org = try SalesforceFixture(rows: Self.rows, fields: Self.fields) }

    @Test(
        "A condition finds the records it says",
        arguments: [
            ("Name = 'ANN\\'S mill'", "1"), ("Name != 'x'", "1234"), ("Name LIKE '%o%'", "23"),
            ("Name LIKE '%100\\%'", "3"), ("Name LIKE 'dune\\_%'", "4"), ("Name LIKE '_unE%'", "4"),
            ("Number__c IN ('n1','N4')", "14"), ("Number__c NOT IN ('N1','N4')", "23"),
            ("Score__c > 0.25", "13"), ("Score__c >= 0.25", "123"), ("Score__c < 1e1", "12"),
            ("Score__c = null", "4"), ("Score__c != null", "123"), ("Score__c = 0.50", "1"),
            ("Active__c = TRUE", "13"), ("Active__c = false", "24"),
            ("Since__c > 2026-01-10", "2"), ("Since__c <= 2026-01-10", "1"),
            ("SystemModstamp >= 2026-01-02T00:00:00Z", "34"),
            ("SystemModstamp > 2026-01-02T01:00:00.500+01:00", "4"),
            (
                "SystemModstamp < 2026-01-02T00:00:00.000+00:00 AND SystemModstamp >= 2026-01-01T00:00:00Z",
                "12"
            ),
            ("Tags__c INCLUDES ('red;blue','green')", "12"), ("Tags__c INCLUDES ('red')", "1"),
            ("Tags__c EXCLUDES ('green')", "134"), ("BillingCity = 'BERN'", "23"),
            ("(Name = 'x' OR BillingCity = 'Bern') AND Active__c = true", "3"),
            ("NOT (BillingCity = 'Bern')", "14"), ("NOT BillingCity = 'Bern'", "14"),
            ("Owner.Name = 'seed' AND Number__c = 'N2'", "2"), ("Account.Number__c = 'N2'", "2"),
            ("CreatedDate = TODAY", ""), ("SystemModstamp < TODAY", "1234"),
            ("OwnerId IN (SELECT Id FROM User WHERE Name = 'seed')", "1234"),
            ("Id NOT IN (SELECT AccountId FROM Contact WHERE AccountId != null)", "1234"),
        ])
    func conditions(condition: String, numbers: String) {
        let found = org.values(
            "Number__c", "SELECT Number__c FROM Account WHERE \(condition) ORDER BY Number__c")
        #expect(found.map { $0.string?.dropFirst() ?? "" }.joined() == numbers)
    }

    @Test("Fields come out under the schema's names, with parents and nulls")
    func shape() throws {
        let answer = org.query(
            "select id, NAME, score__c, Since__c, active__C, owner.name, Owner.Username, Parent.Name, "
                + "BillingAddress from account where number__c = 'N2'")
        let record = try #require(answer.json["records"]?[0]?.object)
        #expect(
            Array(record.keys) == [
                "attributes", "Id", "Name", "Score__c", "Since__c", "Active__c", "Owner", "Parent",
                "BillingAddress",
            ])
        let id = try #require(record["Id"]?.string)
        #expect(record["attributes"]?["type"] == "Account")
        #expect(
            record["attributes"]?["url"] == .string("/services/data/v59.0/sobjects/Account/\(id)"))
        #expect(record["Score__c"] == 0.25)
        #expect(record["Active__c"] == false)
        #expect(record["Owner"]?["Name"] == "seed")
        #expect(record["Owner"]?["attributes"]?["type"] == "User")
        #expect(record["Parent"] == .null)
        #expect(record["BillingAddress"]?["city"] == "Bern")
    }

    @Test("Records are ordered, nulls where they are asked for, and cut")
    func order() {
        func numbers(_ rest: String) -> String {
            org.values("Number__c", "SELECT Number__c FROM Account \(rest)")
                .map { $0.string?.dropFirst() ?? "" }.joined()
        }
        #expect(numbers("ORDER BY Score__c") == "4213")
        #expect(numbers("ORDER BY Score__c DESC NULLS LAST") == "3124")
        #expect(numbers("ORDER BY Score__c ASC NULLS LAST, Name") == "2134")
        #expect(numbers("ORDER BY SystemModstamp, Id") == "1234")
        #expect(numbers("ORDER BY BillingCity DESC NULLS LAST, Number__c DESC") == "1324")
        #expect(numbers("ORDER BY Number__c LIMIT 2 OFFSET 1") == "23")
        #expect(numbers("ORDER BY Number__c LIMIT 0") == "")
    }

    @Test("Counting gives the number alone; grouping gives a row a group")
    func aggregates() {
        let count = org.query("SELECT COUNT() FROM Account WHERE BillingCity = 'Bern'").json
        #expect(count == ["totalSize": 2, "done": true, "records": []])
        let grouped = org.query(
            "SELECT BillingCity, COUNT(Id), MAX(Score__c) best, SUM(Score__c) FROM Account "
                + "WHERE BillingCity != null GROUP BY BillingCity ORDER BY BillingCity"
        ).json
        #expect(grouped["totalSize"] == 2)
        #expect(
            grouped["records"]?[0] == [
                "attributes": ["type": "AggregateResult"], "BillingCity": "Bern", "expr0": 2,
                "best": 10.0, "expr1": 10.25,
            ])
    }

    @Test("A query in the select list gives a parent's children")
    func children() throws {
        let id = try #require(
            org.values("Id", "SELECT Id FROM Account WHERE Number__c = 'N1'").first?.string)
        for name in ["B", "A"] {
            _ = org.create("Contact", #"{"LastName":"\#(name)","AccountId":"\#(id)"}"#)
        }
        let rows = org.query(
            "SELECT Id, (SELECT LastName FROM Contacts ORDER BY LastName LIMIT 1) FROM Account "
                + "ORDER BY Number__c"
        ).json["records"]
        #expect(rows?[0]?["Contacts"]?["totalSize"] == 1)
        #expect(rows?[0]?["Contacts"]?["records"]?[0]?["LastName"] == "A")
        #expect(rows?[1]?["Contacts"] == .null)
    }

    @Test(
        "What is not known is refused in the vendor's words, never ignored",
        arguments: [
            ("", "MALFORMED_QUERY", "empty"),
            ("SELECT Id", "MALFORMED_QUERY", "<EOF>"),
            ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY", "<EOF>"),
            ("SELECT Id FROM Account FOO BAR", "MALFORMED_QUERY", "BAR"),
            ("SELECT Id FROM Account WITH SECURITY_ENFORCED", "MALFORMED_QUERY", "WITH"),
            ("SELECT Id FROM Account FOR UPDATE", "MALFORMED_QUERY", "FOR"),
            ("SELECT Id FROM Account USING SCOPE mine", "MALFORMED_QUERY", "USING"),
            ("SELECT Id FROM Account ALL ROWS", "MALFORMED_QUERY", "ALL"),
            ("SELECT toLabel(Type) FROM Account", "MALFORMED_QUERY", "toLabel"),
            (
                "SELECT Id FROM Account WHERE DAY_ONLY(CreatedDate) = TODAY", "MALFORMED_QUERY",
                "DAY_ONLY"
            ),
            ("SELECT TYPEOF Owner WHEN User THEN Id END FROM Account", "MALFORMED_QUERY", "TYPEOF"),
            ("SELECT Id FROM Account LIMIT -1", "MALFORMED_QUERY", "-1"),
            ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
            ("SELECT Id, Id FROM Account", "MALFORMED_QUERY", "duplicate field"),
            ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "LIMIT"),
            ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "MALFORMED_QUERY", "LIMIT"),
            (
                "SELECT Foo FROM Account", "INVALID_FIELD",
                "No such column 'Foo' on entity 'Account'"
            ),
            ("SELECT Owner.Foo FROM Account", "INVALID_FIELD", "on entity 'User'"),
            ("SELECT Boss.Name FROM Account", "INVALID_FIELD", "relationship 'Boss'"),
            ("SELECT Id FROM Foo", "INVALID_TYPE", "sObject type 'Foo' is not supported"),
            ("SELECT Id, (SELECT Id FROM Foos) FROM Account", "INVALID_TYPE", "'Foos'"),
            ("SELECT Id FROM Account WHERE Name = 1", "INVALID_FIELD", "must be of type string"),
            (
                "SELECT Id FROM Account WHERE Score__c = '1'", "INVALID_FIELD",
                "must be of type double"
            ),
            (
                "SELECT Id FROM Account WHERE CreatedDate > '2026-01-01'", "INVALID_FIELD",
                "dateTime"
            ),
            ("SELECT Id FROM Account WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "dateTime"),
            (
                "SELECT Id FROM Account WHERE Since__c > 2026-01-01T00:00:00Z", "INVALID_FIELD",
                "date"
            ),
            (
                "SELECT Id FROM Account WHERE CreatedDate > 2026-13-01T00:00:00Z",
                "MALFORMED_QUERY", "2026-13"
            ),
            (
                "SELECT Id FROM Account WHERE OwnerId = 'x'", "INVALID_QUERY_FILTER_OPERATOR",
                "invalid ID"
            ),
            (
                "SELECT Id FROM Account WHERE Score__c LIKE 'x'", "INVALID_QUERY_FILTER_OPERATOR",
                "double"
            ),
            (
                "SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD",
                "can not be filtered"
            ),
            ("SELECT Id FROM Account ORDER BY Description", "MALFORMED_QUERY", "can not be sorted"),
            ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "must be grouped"),
            (
                "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
                "MALFORMED_QUERY", "OR"
            ),
            ("SELECT Id FROM Account WHERE Name = 'a", "MALFORMED_QUERY", "<EOF>"),
            ("SELECT Id FROM Account WHERE Name = 'a\\q'", "MALFORMED_QUERY", "\\q"),
            ("SELECT Id FROM Account WHERE Name = \"a\"", "MALFORMED_QUERY", "\""),
            ("SELECT Id FROM Account WHERE Name IN ()", "MALFORMED_QUERY", ")"),
            ("SELECT Id FROM Account; DROP TABLE x", "MALFORMED_QUERY", ";"),
        ])
    func refused(text: String, code: String, message: String) {
        let answer = org.query(text)
        #expect(answer.status == 400)
        #expect(answer.code == code)
        #expect(answer.message.contains(message), "\(answer.message)")
    }

    @Test("An error shows the line and the column")
    func place() {
        let message = org.query("select count() from XYZZY").message
        #expect(
            message.hasPrefix(
                "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\n"))
    }

    @Test("Conditions that nest without end are refused, not followed")
    func depth() {
        let deep =
            String(repeating: "(", count: 2_000) + "Name = 'a'"
            + String(repeating: ")", count: 2_000)
        #expect(org.query("SELECT Id FROM Account WHERE \(deep)").code == "MALFORMED_QUERY")
        let nots = String(repeating: "NOT ", count: 1_500)
        #expect(
            org.query("SELECT Id FROM Account WHERE \(nots) Name = 'a'").code == "MALFORMED_QUERY")
    }

    @Test("Pages follow each other until all is read, at the size that was asked for")
    func paging() throws {
        let rows = (0..<450).map { #"{"Name":"P\#($0)"}"# }.joined(separator: "\n")
        try org.load(rows)
        let size = ["Sforce-Query-Options": "batchSize=200"]
        var answer = org.query("SELECT Name FROM Account ORDER BY Id", headers: size).json
        #expect(answer["totalSize"] == 454)
        var names = 0
        var pages = 1
        while true {
            names += answer["records"]?.array?.count ?? 0
            guard answer["done"] == false else { break }
            let next = try #require(answer["nextRecordsUrl"]?.string)
            answer =
                org.call("GET", String(next.dropFirst("/services/data/v59.0".count)), headers: size)
                .json
            pages += 1
        }
        #expect(names == 454)
        #expect(pages == 3)
        #expect(org.call("GET", "/query/01g000000000000AAA-200").code == "INVALID_QUERY_LOCATOR")
        #expect(org.query("SELECT Id FROM Account").json["nextRecordsUrl"] == nil)
    }
}
