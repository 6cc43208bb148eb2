import CrossdockCore
import CrossdockData
import CrossdockDiagnostics
import CrossdockHTTP
import CrossdockSandbox
import CrossdockTesting
import Testing

private let quick = "lag=0&delay=20ms&fields=Name,CustomerNumber__c"

@Suite("Following an object")
struct SalesforceChangesTests {
    private func account(_ number: Int, _ stamp: String, name: String? = nil) -> String {
        """
        {"CustomerNumber__c":"C\(number)","Name":"\(name ?? "A\(number)")","SystemModstamp":"\(stamp)"}

        """
    }

    @Test("delivers every record once, flat, with its identity, and then what changes")
    func delivers() async throws {
        let org = try await Org()
        try org.load((1...250).map { account($0, "2026-01-01T00:00:00.000Z") }.joined())
        let follower = try Follower(org, quick + "&pageSize=200")
        await follower.untilDelivered(250)
        #expect(Set(follower.exchanges.compactMap { $0.record?.key }).count == 250)
        var first = try #require(follower.exchanges.first)
        let body = try first.message.body.json().root.value()
        #expect(body.object.map { Set($0.keys) } == ["Name", "CustomerNumber__c", "Id"])
        #expect(first.message.control[ControlName.operation] == "upsert")
        #expect(first.message.control[ControlName.object] == "Account")
        #expect(first.message.control[ControlName.modifiedAt] == "2026-01-01T00:00:00.000Z")
        #expect(first.record?.system == "salesforce")
        await eventually { follower.source.isDrained }

        try org.load(account(7, "2026-02-01T00:00:00.000Z", name: "changed"))
        await follower.untilDelivered(251)
        var last = try #require(follower.exchanges.last)
        #expect(try last.message.body.json().root["Name"]?.string == "changed")
        try await follower.end()
        #expect(follower.exchanges.count == 251)
        await org.sandbox.stop()
    }

    @Test("goes on after a stop where it was, without a record twice or missing")
    func resumes() async throws {
        let org = try await Org()
        try org.load((1...30).map { account($0, "2026-01-01T00:00:00.000Z") }.joined())
        let first = try Follower(org, quick)
        await first.untilDelivered(30)
        try await first.end()
        try org.load((31...40).map { account($0, "2026-01-02T00:00:00.000Z") }.joined())
        let second = try Follower(org, quick)
        await second.untilDelivered(10)
        await eventually { second.source.isDrained }
        try await second.end()
        #expect(second.exchanges.count == 10)
        await org.sandbox.stop()
    }

    @Test("delivers again after a restart what was staged and not through")
    func redelivers() async throws {
        let org = try await Org()
        try org.load((1...5).map { account($0, "2026-01-01T00:00:00.000Z") }.joined())
        let first = try Follower(org, quick) { _ in .interrupted }
        await first.untilDelivered(5)
        try await first.end()
        let second = try Follower(org, quick)
        await second.untilDelivered(5)
        await eventually { second.source.isDrained }
        try await second.end()
        #expect(second.exchanges.count == 5)
        await org.sandbox.stop()
    }

    @Test("parks a record that fails for good, and delivers again one that fails for now")
    func failures() async throws {
        let org = try await Org()
        try org.load((1...3).map { account($0, "2026-01-01T00:00:00.000Z") }.joined())
        let attempts = Attempts()
        let follower = try Follower(org, quick) { exchange in
            var copy = exchange
            let number = try? copy.message.body.json().root["CustomerNumber__c"]?.string
            switch number {
            case "C1": return .failed(exchange, RouteError(.stepFailed, "no good"))
            case "C2" where attempts.next() == 1:
                return .failed(
                    exchange,
                    RouteError(.stepFailed, "busy", disposition: .transient(retryAfter: nil)))
            default: return nil
            }
        }
        await follower.untilDelivered(4)
        try await follower.end()
        let parked = try await org.store.deadLetters(route: "accounts", after: 0, limit: 10)
        #expect(parked.map(\.reason) == ["no good"])
        let left = try await org.store.pending(source: "accounts", after: 0, limit: 10)
        #expect(left.isEmpty)
        await org.sandbox.stop()
    }

    @Test("recognises the hub's own writes coming back, and other people's after them")
    func echoes() async throws {
        let org = try await Org()
        try org.load(account(1, "2026-01-01T00:00:00.000Z"))
        let follower = try Follower(org, quick)
        await follower.untilDelivered(1)
        try await org.send(
            ["CustomerNumber__c": "C1", "Score__c": 0.5],
            to: "upsertSObject?sObjectName=Account&sObjectIdName=CustomerNumber__c")
        await eventually { follower.source.echoes == 1 }
        #expect(follower.exchanges.count == 1)
        try org.load(#"{"CustomerNumber__c":"C1","Name":"by hand"}"#)
        await follower.untilDelivered(2)
        try await follower.end()
        await org.sandbox.stop()
    }

    @Test("finds rows that became visible after their stamp was passed, by looking back")
    func lateRows() async throws {
        let org = try await Org()
        try org.load(account(1, "2026-01-01T00:10:00.000Z"))
        let follower = try Follower(org, quick + "&lookback=1s")
        await follower.untilDelivered(1)
        await eventually { follower.source.isDrained }
        try org.load(account(2, "2026-01-01T00:09:59.500Z"))
        await follower.untilDelivered(2)
        try await follower.end()
        #expect(follower.exchanges.count == 2)
        await org.sandbox.stop()
    }

    @Test("tells deletions when asked to", arguments: ["emit", "ignore"])
    func deletions(choice: String) async throws {
        let org = try await Org()
        try org.load(account(1, "2026-01-01T00:00:00.000Z"))
        let follower = try Follower(org, quick + "&deletes=\(choice)")
        await follower.untilDelivered(1)
        let id = try #require(follower.exchanges.first?.record?.key)
        try await org.send(["Id": .string(id)], to: "deleteSObject?sObjectName=Account")
        if choice == "emit" {
            await follower.untilDelivered(2)
            #expect(follower.exchanges.last?.record?.operation == .delete)
            #expect(follower.exchanges.last?.message.control[ControlName.operation] == "delete")
        } else {
            try org.load(account(2, "2026-03-01T00:00:00.000Z"))
            await follower.untilDelivered(2)
            #expect(follower.exchanges.last?.record?.operation == .upsert)
        }
        try await follower.end()
        await org.sandbox.stop()
    }

    @Test("starts now or at a point in time when asked to")
    func startFrom() async throws {
        let org = try await Org()
        try org.load((1...4).map { account($0, "2026-01-0\($0)T00:00:00.000Z") }.joined())
        let since = try Follower(
            org, quick + "&startFrom=2026-01-03T00:00:00Z", route: "since")
        await since.untilDelivered(2)
        await eventually { since.source.isDrained }
        #expect(since.exchanges.count == 2)
        try await since.end()
        let now = try Follower(org, quick + "&startFrom=now", route: "now")
        await eventually { now.source.isDrained }
        #expect(now.exchanges.isEmpty)
        try org.load(#"{"CustomerNumber__c":"C9","Name":"new"}"#)
        await now.untilDelivered(1)
        try await now.end()
        await org.sandbox.stop()
    }

    @Test("reads all fields when none are named, and obeys a condition")
    func fieldsAndCondition() async throws {
        let org = try await Org()
        try org.load((1...4).map { account($0, "2026-01-01T00:00:00.000Z") }.joined())
        let follower = try Follower(
            org, "lag=0&delay=20ms&where=CustomerNumber__c > 'C2'", route: "where")
        await follower.untilDelivered(2)
        await eventually { follower.source.isDrained }
        #expect(follower.exchanges.count == 2)
        var first = try #require(follower.exchanges.first)
        let record = try first.message.body.json().root
        #expect(record["BillingCity"] != nil)
        #expect(record["BillingAddress"] == nil)
        try await follower.end()
        await org.sandbox.stop()
    }

    @Test(
        "survives whatever the org does, and loses nothing",
        arguments: [
            #"[{"path":"*/query*","fault":"status","status":503,"times":3}]"#,
            #"[{"path":"*/query*","fault":"status","status":429,"headers":{"Retry-After":"0"},"times":2}]"#,
            #"[{"path":"*/query*","fault":"expireToken","times":2}]"#,
            #"[{"path":"*/query*","fault":"cut","times":2}]"#,
            #"[{"path":"*/query*","fault":"truncate","times":2}]"#,
            #"[{"path":"*/query*","fault":"status","status":200,"body":"<html>maintenance</html>","times":1}]"#,
            #"[{"path":"*/oauth2/token","fault":"status","status":503,"times":1}]"#,
        ])
    func badWeather(faults: String) async throws {
        let org = try await Org()
        try org.load((1...250).map { account($0, "2026-01-01T00:00:00.000Z") }.joined())
        try org.faults(faults)
        let follower = try Follower(org, quick + "&pageSize=200")
        await follower.untilDelivered(250)
        await eventually { follower.source.isDrained }
        try await follower.end()
        #expect(Set(follower.exchanges.compactMap { $0.record?.key }).count == 250)
        #expect(follower.exchanges.count == 250)
        await org.sandbox.stop()
    }

    @Test("never has two states of one record under way, and keeps their order")
    func keepsOrder() async throws {
        let org = try await Org()
        try org.load((1...20).map { account($0, "2026-01-01T00:00:00.000Z") }.joined())
        let underWay = UnderWay()
        let follower = try Follower(org, quick) { exchange in
            let key = exchange.record?.key ?? ""
            underWay.enter(key)
            try? await Task.sleep(for: .milliseconds(30))
            underWay.leave(key)
            return nil
        }
        await eventually { follower.source.received == 20 }
        try org.load((1...20).map { account($0, "2026-02-01T00:00:00.000Z", name: "b") }.joined())
        await follower.untilDelivered(40)
        try await follower.end()
        #expect(!underWay.hasClashed)
        let versions = Dictionary(grouping: follower.exchanges.compactMap(\.record), by: \.key)
        for records in versions.values {
            #expect(records.map(\.version) == records.map(\.version).sorted())
        }
        await org.sandbox.stop()
    }
}
