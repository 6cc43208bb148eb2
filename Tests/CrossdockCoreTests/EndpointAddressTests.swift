import CrossdockCore
import CrossdockDiagnostics
import Testing

@Suite("Endpoint addresses")
struct EndpointAddressTests {
    @Test("Scheme, path and options are told apart")
    func takesApart() throws {
        let address = try EndpointAddress(
            "sap:API/A_BusinessPartner?operation=read&$filter=A%20eq%20'1'")
        #expect(address.scheme == "sap")
        #expect(address.path == "API/A_BusinessPartner")
        #expect(address.parameters.map(\.name) == ["operation", "$filter"])
        #expect(address.parameters.last?.value == "A eq '1'")
        #expect(address.name == "sap:API/A_BusinessPartner")
    }

    @Test("RAW values are taken as they are")
    func raw() throws {
        let address = try EndpointAddress("a:b?p=RAW(x%20&y=1)&q=2")
        #expect(address.parameters.map(\.value) == ["x%20&y=1", "2"])
    }

    @Test("Text that is no address is refused with a code", arguments: ["", "direct", ":x", "é:x"])
    func refuses(_ text: String) {
        let error = #expect(throws: DiagnosticsError.self) { try EndpointAddress(text) }
        #expect(error?.code.id == "CD1107")
    }
}

@Suite("Effects")
struct EffectTests {
    private func record(_ key: String, _ version: String) -> RecordIdentity {
        RecordIdentity(system: "s", object: "o", key: key, version: version)
    }

    @Test("The same change has the same name on every attempt, another change another")
    func names() {
        let one = EffectID(route: "r", target: "t", record: record("1", "a"))
        #expect(one == EffectID(route: "r", target: "t", record: record("1", "a")))
        #expect(one != EffectID(route: "r", target: "t", record: record("1", "b")))
        #expect(one != EffectID(route: "rt", target: "", record: record("1", "a")))
        #expect(one.text.utf8.count == 64)
    }
}

@Suite("Stop signals")
struct StopSignalTests {
    @Test("Who waits goes on when the stop is requested, also who comes later")
    func wakes() async {
        let stop = StopSignal()
        async let first: Void = stop.wait()
        stop.request()
        await first
        await stop.wait()
        #expect(stop.isRequested)
    }

    @Test("A sleep ends with the stop")
    func sleepEnds() async {
        let stop = StopSignal()
        let sleeper = Task { await stop.sleep(for: .seconds(60), clock: SystemClock()) }
        stop.request()
        #expect(await sleeper.value == false)
    }
}
