import CrossdockCore
import CrossdockData
import CrossdockDiagnostics
import CrossdockHTTP
import CrossdockSandbox
import Testing

private let upsert = "upsertSObject?sObjectName=Account&sObjectIdName=CustomerNumber__c"

@Suite("Writing records")
struct SalesforceWritesTests {
    private func failure(_ body: () async throws -> Void) async -> ConnectorError? {
        do {
            try await body()
            Issue.record("it succeeded")
            return nil
        } catch let error as ConnectorError {
            return error
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test("creates, reads, changes and deletes one")
    func lifeOfARecord() async throws {
        let org = try await Org()
        let created = try await org.send(
            ["Name": "Acme", "CustomerNumber__c": "C1"], to: "createSObject?sObjectName=Account")
        let id = try #require(created["id"]?.string)
        #expect(created["success"] == true)
        try await org.send(
            ["Id": .string(id), "Name": "Acme Ltd", "Phone": nil],
            to: "updateSObject?sObjectName=Account")
        let record = try await org.send(
            ["Id": .string(id)], to: "getSObject?sObjectName=Account&sObjectFields=Name,Phone")
        #expect(record["Name"] == "Acme Ltd")
        #expect(record["attributes"] == nil)
        let byNumber = try await org.send(
            ["CustomerNumber__c": "C1"],
            to: "getSObjectWithId?sObjectName=Account&sObjectIdName=CustomerNumber__c")
        #expect(byNumber["Id"]?.string == id)
        try await org.send(["Id": .string(id)], to: "deleteSObject?sObjectName=Account")
        let error = await failure {
            try await org.send(["Id": .string(id)], to: "getSObject?sObjectName=Account")
        }
        #expect(error?.code == .recordNotFound)
        await org.sandbox.stop()
    }

    @Test("upserts by external id, and says whether it created")
    func upserts() async throws {
        let org = try await Org()
        let body: Value = ["CustomerNumber__c": "C/1 ü", "Name": "Acme"]
        #expect(try await org.send(body, to: upsert)["created"] == true)
        #expect(try await org.send(body, to: upsert)["created"] == false)
        #expect(try org.records().count == 1)
        await org.sandbox.stop()
    }

    @Test("that are under way at the same time share calls, and each gets its own result")
    func gathers() async throws {
        let org = try await Org()
        let producer = try await org.producer(upsert)
        let results = await withTaskGroup(of: (Int, Value?).self) { group in
            for number in 0..<450 {
                group.addTask {
                    let name: Value =
                        number % 100 == 0 ? .string(String(repeating: "x", count: 300)) : "A"
                    let body: Value = ["CustomerNumber__c": .string("C\(number)"), "Name": name]
                    return (number, try? await org.reply(of: producer, to: body))
                }
            }
            return await group.reduce(into: [Int: Value]()) { $0[$1.0] = $1.1 }
        }
        #expect(results.count == 445)
        #expect(results[1]?["success"] == true)
        #expect(try org.requests("/composite/sobjects").count <= 6)
        #expect(try org.records().count == 445)
        await org.sandbox.stop()
    }

    @Test("tells whose fault a failure is, with the fields it is about")
    func faultyRecords() async throws {
        let org = try await Org()
        let long: Value = [
            "CustomerNumber__c": "C1", "Name": .string(String(repeating: "x", count: 300)),
        ]
        let error = await failure { try await org.send(long, to: upsert) }
        #expect(error?.code == .recordRefused)
        #expect(error?.remoteCode == "STRING_TOO_LONG")
        #expect(error?.fields == ["Name"])
        #expect(error?.disposition == .permanent)
        let unknown = await failure {
            try await org.send(["CustomerNumber__c": "C1", "Nmae": "x"], to: upsert)
        }
        #expect(unknown?.code == .remoteRefused)
        let nobody = await failure { try await org.send(["Name": "x"], to: upsert) }
        #expect(nobody?.code == .recordRefused)
        await org.sandbox.stop()
    }

    @Test("one row that the whole call is refused for does not take the others with it")
    func poison() async throws {
        let org = try await Org()
        let producer = try await org.producer(upsert)
        let succeeded = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let field = number == 17 ? "Nonsense" : "Name"
                    let body = Value.object(
                        ValueObject([
                            ("CustomerNumber__c", Value.string("C\(number)")),
                            (field, Value.string("x")),
                        ]))
                    return (try? await org.reply(of: producer, to: body)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(succeeded == 49)
        #expect(try org.records().count == 49)
        await org.sandbox.stop()
    }

    @Test("waits for locked rows and writes them then")
    func locks() async throws {
        let org = try await Org()
        try org.faults(#"[{"path":"*","method":"PATCH","fault":"lock","times":2}]"#)
        let reply = try await org.send(["CustomerNumber__c": "C1", "Name": "x"], to: upsert)
        #expect(reply["success"] == true)
        await org.sandbox.stop()
    }

    @Test("an upsert cut off after it was executed is repeated and stays one record")
    func repeatsUpserts() async throws {
        let org = try await Org()
        try org.faults(#"[{"path":"*","method":"PATCH","fault":"cut","when":"after","times":1}]"#)
        let reply = try await org.send(["CustomerNumber__c": "C1", "Name": "x"], to: upsert)
        #expect(reply["success"] == true)
        #expect(try org.records().count == 1)
        await org.sandbox.stop()
    }

    @Test("a creation cut off after it was executed is not repeated, not even when it comes again")
    func neverRepeatsCreations() async throws {
        let org = try await Org()
        let record = RecordIdentity(
            system: "crm", object: "Customer", key: "1", version: "2026-01-01T00:00:00.000Z")
        let create = "createSObject?sObjectName=Account"
        // Logged in before anything is cut: a log-in that fails never sends the record at all.
        try await org.send(["Name": "warm"], to: create)
        try org.faults(
            #"[{"path":"*/sobjects/*","method":"POST","fault":"cut","when":"after","times":1}]"#)
        do {
            try await org.send(["Name": "x"], to: create, record: record)
            Issue.record("it succeeded")
        } catch let error as any Classified {
            #expect(error.disposition == .unknownOutcome)
        }
        let again = await failure { try await org.send(["Name": "x"], to: create, record: record) }
        #expect(again?.code == .outcomeUnknown)
        #expect(again?.disposition == .permanent)
        #expect(try org.records().count { $0["Name"] == "x" } == 1)
        await org.sandbox.stop()
    }

    @Test("a write that is done is answered from the journal, an older one is not made")
    func journal() async throws {
        let org = try await Org()
        func record(_ version: String) -> RecordIdentity {
            RecordIdentity(system: "crm", object: "Customer", key: "1", version: version)
        }
        let body: Value = ["CustomerNumber__c": "C1", "Name": "x"]
        let first = try await org.send(body, to: upsert, record: record("2"))
        let again = try await org.send(body, to: upsert, record: record("2"))
        #expect(again == first)
        let older = try await org.send(body, to: upsert, record: record("1"))
        #expect(older["superseded"] == "2")
        #expect(try org.effects().count == 1)
        await org.sandbox.stop()
    }

    @Test("lists go out in calls of two hundred, with a row of result for each")
    func collections() async throws {
        let org = try await Org()
        let list = Value.array(
            (0..<250).map { ["CustomerNumber__c": .string("C\($0)"), "Name": "x"] })
        let created = try await org.send(
            list, to: "compositeCreateSObjectCollections?sObjectName=Account")
        #expect(created.array?.count == 250)
        let again = try await org.send(
            list, to: "compositeCreateSObjectCollections?sObjectName=Account")
        #expect(again[0]?["success"] == false)
        #expect(again[0]?["errors"]?[0]?["statusCode"] == "DUPLICATE_VALUE")
        let ids = created.array?.compactMap { $0["id"] } ?? []
        let deleted = try await org.send(
            .array(ids), to: "compositeDeleteSObjectCollections?sObjectName=Account")
        #expect(deleted.array?.allSatisfy { $0["success"] == true } == true)
        #expect(try org.records().isEmpty)
        await org.sandbox.stop()
    }

    @Test("queries bring the records of all pages")
    func queries() async throws {
        let org = try await Org(records: 500)
        let records = try await org.send(
            .null, to: "query?pageSize=200&sObjectQuery=SELECT Id, Name FROM Account ORDER BY Id")
        #expect(records.array?.count == 500)
        let bad = await failure {
            _ = try await org.send("SELECT Nope FROM Account", to: "query")
        }
        #expect(bad?.code == .remoteRefused)
        await org.sandbox.stop()
    }

    @Test("a page whose link is missing or leads elsewhere is not the end of the data")
    func brokenPaging() async throws {
        let org = try await Org(records: 500)
        try org.faults(#"[{"path":"*/query*","fault":"query.nextRecordsUrl","times":10}]"#)
        let error = await failure {
            _ = try await org.send(
                .null, to: "query?pageSize=200&sObjectQuery=SELECT Id FROM Account")
        }
        #expect(error?.code == .unexpectedAnswer)
        await org.sandbox.stop()
    }
}
