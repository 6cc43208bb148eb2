import CrossdockCore
import CrossdockData
import CrossdockDiagnostics
import CrossdockHTTP
import CrossdockSandbox
import CrossdockTesting
import Testing

@Suite("Writing business partners")
struct SAPWritesTests {
    @Test("creates with all they contain, and then updates each of its parts")
    func upserts() async throws {
        let plant = try await Plant()
        let created = try await plant.send(Plant.customer(1), to: Plant.upsert)
        #expect(created["created"] == true)
        let key = try #require(created["key"]?.string)
        #expect(!key.isEmpty)
        #expect(created["fields"]?["OrganizationBPName1"] == "Customer 1")
        let again = try await plant.send(Plant.customer(1, city: "Hamburg"), to: Plant.upsert)
        #expect(again["created"] == false)
        #expect(again["key"]?.string == key)
        #expect(try plant.records().count == 1)
        let addresses = try plant.records("A_BusinessPartnerAddress")
        #expect(addresses.map { $0["CityName"] } == ["Hamburg"])
        await plant.sandbox.stop()
    }

    @Test("that are under way at the same time share a batch, and each gets its own result")
    func gathers() async throws {
        let plant = try await Plant()
        let producer = try plant.producer(Plant.upsert)
        let results = await withTaskGroup(of: (Int, Value?).self) { group in
            for number in 0..<120 {
                group.addTask {
                    var body = Plant.customer(number)
                    if number % 50 == 7, case .object(var members) = body {
                        members["BusinessPartnerCategory"] = "nonsense"
                        body = .object(members)
                    }
                    return (number, try? await plant.reply(of: producer, to: body))
                }
            }
            return await group.reduce(into: [Int: Value]()) { $0[$1.0] = $1.1 }
        }
        #expect(results.count == 117)
        #expect(try plant.requests("$batch").count <= 6)
        #expect(try plant.requests("", "HEAD").isEmpty)
        #expect(try plant.records().count == 117)
        await plant.sandbox.stop()
    }

    @Test("reads, changes and deletes one by its key")
    func lifeOfARecord() async throws {
        let plant = try await Plant()
        let created = try await plant.send(
            Plant.customer(1), to: Plant.partners + "operation=create")
        let key = try #require(created["key"]?.string)
        try await plant.send(
            ["BusinessPartner": .string(key), "SearchTerm1": "BOLTS"],
            to: Plant.partners + "operation=update")
        let read = try await plant.send(.null, to: Plant.partners + "operation=read&key=\(key)")
        #expect(read["SearchTerm1"] == "BOLTS")
        #expect(read["__metadata"] == nil)
        let list = try await plant.send(
            .null,
            to: Plant.partners
                + "operation=read&$filter=SearchTerm1 eq 'BOLTS'&$select=BusinessPartner")
        #expect(list.array?.count == 1)
        let missing = await failure {
            _ = try await plant.send(.null, to: Plant.partners + "operation=read&key=4711")
        }
        #expect(missing?.code == .recordNotFound)
        await plant.sandbox.stop()
    }

    @Test("a session that has ended in the middle costs a new token and nothing else")
    func tokens() async throws {
        let plant = try await Plant()
        try await plant.send(Plant.customer(1), to: Plant.upsert)
        try plant.faults(#"[{"path":"*batch*","fault":"expireToken","times":1}]"#)
        let reply = try await plant.send(Plant.customer(2), to: Plant.upsert)
        #expect(reply["created"] == true)
        #expect(try plant.records().count == 2)
        await plant.sandbox.stop()
    }

    @Test("the token is fetched once, however many writes wait for it")
    func singleFlight() async throws {
        let plant = try await Plant()
        let producer = try plant.producer(Plant.partners + "operation=create&gather=false")
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try? await plant.reply(of: producer, to: Plant.customer(number))
                }
            }
        }
        #expect(try plant.records().count == 20)
        #expect(try plant.requests("API_BUSINESS_PARTNER", "GET").count == 2)  // $metadata, token
        await plant.sandbox.stop()
    }

    @Test(
        "a batch that is executed and not answered is looked up, and nothing is created twice",
        arguments: [
            #"[{"path":"*batch*","method":"POST","fault":"cut","when":"after","times":1}]"#,
            #"[{"path":"*batch*","method":"POST","fault":"status","status":503,"when":"after","times":1}]"#,
            #"[{"path":"*batch*","method":"POST","fault":"truncate","when":"after","times":1}]"#,
            #"[{"path":"*batch*","method":"POST","fault":"cut","when":"before","times":1}]"#,
        ])
    func unknownOutcomes(faults: String) async throws {
        let plant = try await Plant()
        try plant.faults(faults)
        let producer = try plant.producer(Plant.upsert)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        let reply = try await plant.reply(of: producer, to: Plant.customer(number))
                        #expect(reply["key"]?.string?.isEmpty == false)
                    } catch {
                        Issue.record(error)
                    }
                }
            }
        }
        #expect(try plant.records().count == 20)
        let creations = try plant.effects().filter {
            $0["op"] == "create" && $0["object"] == "A_BusinessPartner"
        }
        #expect(creations.count == 20)
        await plant.sandbox.stop()
    }

    @Test("a creation without a field to look it up by stays in doubt, also when it comes again")
    func inDoubt() async throws {
        let plant = try await Plant()
        let create = Plant.partners + "operation=create"
        let record = RecordIdentity(
            system: "crm", object: "Customer", key: "1", version: "2026-01-01T00:00:00.000Z")
        try plant.faults(
            #"[{"path":"*batch*","method":"POST","fault":"cut","when":"after","times":1}]"#)
        do {
            try await plant.send(Plant.customer(1), to: create, record: record)
            Issue.record("it succeeded")
        } catch let error as any Classified {
            #expect(error.disposition == .unknownOutcome)
        }
        let again = await failure {
            try await plant.send(Plant.customer(1), to: create, record: record)
        }
        #expect(again?.code == .outcomeUnknown)
        #expect(try plant.records().count == 1)
        await plant.sandbox.stop()
    }

    @Test("a creation that was begun before a crash is found by its field, not made again")
    func resolvesAfterCrash() async throws {
        let plant = try await Plant()
        let record = RecordIdentity(
            system: "crm", object: "Customer", key: "1", version: "2026-01-01T00:00:00.000Z")
        let create = Plant.partners + "operation=create&matchOn=BusinessPartnerIDByExtSystem"
        // What a hub leaves behind that dies between the answer and its journal.
        try await plant.send(Plant.customer(1), to: create)
        let target =
            "sap:API_BUSINESS_PARTNER/A_BusinessPartner|sap|create|BusinessPartnerIDByExtSystem"
        _ = try await plant.store.begin([
            EffectIntent(route: "test", target: target, record: record)
        ])
        let reply = try await plant.send(Plant.customer(1), to: create, record: record)
        #expect(reply["created"] == true)
        #expect(try plant.records().count == 1)
        await plant.sandbox.stop()
    }

    @Test("waits for locked records, and for states that have moved on")
    func locks() async throws {
        let plant = try await Plant()
        try plant.faults(#"[{"path":"*batch*","fault":"lock","times":1}]"#)
        let reply = try await plant.send(Plant.customer(1), to: Plant.upsert)
        #expect(reply["created"] == true)
        await plant.sandbox.stop()
    }

    @Test("tells whose fault a failure is")
    func faultyRecords() async throws {
        let plant = try await Plant()
        let error = await failure {
            try await plant.send(
                [
                    "BusinessPartnerCategory": "2", "BusinessPartnerIDByExtSystem": "C-1",
                    "OrganizationBPName1": .string(String(repeating: "x", count: 100)),
                ], to: Plant.upsert)
        }
        #expect(error?.code == .recordRefused)
        #expect(error?.disposition == .permanent)
        let nobody = await failure {
            try await plant.send(["BusinessPartnerCategory": "2"], to: Plant.upsert)
        }
        #expect(nobody?.code == .recordRefused)
        let field = await failure {
            try await plant.send(
                ["Nmae": "x"], to: Plant.partners + "operation=upsert&matchOn=Nmae")
        }
        #expect(field?.code == .remoteRefused)
        let set = await failure {
            try await plant.send(
                ["X": "x"], to: "API_BUSINESS_PARTNER/A_BusinessPartners?operation=create")
        }
        #expect(set?.message.contains("A_BusinessPartner") == true)
        await plant.sandbox.stop()
    }

    @Test("with a wrong password ends in one clear error")
    func wrongPassword() async throws {
        let plant = try await Plant(password: "wrong")
        let error = await failure { try await plant.send(Plant.customer(1), to: Plant.upsert) }
        #expect(error?.code == .loginRefused)
        #expect(error?.description.contains("wrong") == false)
        await plant.sandbox.stop()
    }
}
