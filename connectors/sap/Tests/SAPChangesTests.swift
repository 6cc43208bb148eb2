import CrossdockCore
import CrossdockData
import CrossdockHTTP
import CrossdockSandbox
import CrossdockTesting
import SAPConnector
import Synchronization
import Testing

@Suite("Following business partners")
struct SAPChangesTests {
    private final class Seen: Sendable {
        let exchanges = Mutex<[Exchange]>([])
        var all: [Exchange] { exchanges.withLock { $0 } }
    }

    @Test("delivers each once, and then what is created and changed")
    func follows() async throws {
        let plant = try await Plant()
        for number in 1...3 { try await plant.send(Plant.customer(number), to: Plant.upsert) }
        let endpoint = try plant.component.endpoint(
            at: EndpointAddress(
                "sap:" + Plant.partners
                    + "operation=changes&lag=0&delay=20ms&fields=OrganizationBPName1,SearchTerm1"))
        let consuming = try #require(endpoint as? any ConsumingEndpoint)
        let stop = StopSignal()
        let context = plant.context("partners", stop: stop)
        let consumer = try consuming.makeConsumer(for: context)
        let seen = Seen()
        let task = Task {
            try await consumer.run { exchange in
                seen.exchanges.withLock { $0.append(exchange) }
                return .completed(exchange)
            }
        }
        await eventually { seen.all.count == 3 }
        var first = try #require(seen.all.first)
        let body = try first.message.body.json().root.value()
        #expect(body["OrganizationBPName1"] != nil)
        #expect(body["LastChangeDate"] == nil)
        #expect(first.record?.object == "A_BusinessPartner")
        await eventually { context.source.isDrained }

        let key = try #require(seen.all.first?.record?.key)
        try await plant.send(
            ["BusinessPartner": .string(key), "SearchTerm1": "NEW"],
            to: Plant.partners + "operation=update")
        try await plant.send(Plant.customer(4), to: Plant.upsert)
        await eventually { seen.all.count == 5 }
        stop.request()
        try await task.value
        #expect(seen.all.filter { $0.record?.key == key }.count == 2)
        await plant.sandbox.stop()
    }
}
