import CrossdockCore
import CrossdockData
import CrossdockDiagnostics
import CrossdockMapping
import CrossdockModels
import CrossdockProcessors
import CrossdockTesting
import Synchronization
import Testing

private typealias References = CrossdockCore.CrossReferences

/// Counts how often a store is asked.
private final class CountingReferences: References {
    private let store = MemoryStateStore()
    private let asked = Mutex(0)

    var questions: Int { asked.withLock { $0 } }

    func partners(
        table: String, of side: CrossReferenceSide, keys: [String]
    ) async throws -> [String?] {
        asked.withLock { $0 += 1 }
        return try await store.partners(table: table, of: side, keys: keys)
    }
    func tie(table: String, _ pairs: [(left: String, right: String)]) async throws {
        try await store.tie(table: table, pairs)
    }
    func untie(table: String, of side: CrossReferenceSide, key: String) async throws {
        try await store.untie(table: table, of: side, key: key)
    }
    func pairs(
        table: String, after left: String, limit: Int
    ) async throws -> [(left: String, right: String)] {
        try await store.pairs(table: table, after: left, limit: limit)
    }
}

/// A route with one step between `direct:in` and `mock:out`.
private func hub(_ step: String, _ components: [any Component]) async throws -> TestHub {
    var setup = TestHub.Setup()
    setup.components = components
    return try await TestHub(
        route:
            "- from:\n    uri: direct:in\n    steps:\n      - to: \"\(step)\"\n      - to: mock:out\n",
        setup)
}

/// What is said about a step that cannot be built.
private func refusal(_ step: String, _ components: [any Component]) async -> String? {
    do {
        await (try hub(step, components)).stop()
        return nil
    } catch let error as DiagnosticsError {
        return error.diagnostics.map { $0.rendered() }.joined(separator: "\n")
    } catch {
        return "another error: \(error)"
    }
}

@Suite("mapping:")
struct MappingComponentTests {
    private let references = CountingReferences()

    private func components(_ fields: String) throws -> [any Component] {
        let mapping = try Mapping.load(
            """
            mapping: accounts
            left: { system: crm, object: Account }
            right: { system: erp, object: Partner }
            fields:
            \(fields)
            """, path: "mappings/accounts.yaml")
        return [
            MappingComponent(mappings: MappingLibrary([mapping]), crossReferences: references)
        ]
    }

    private func components() throws -> [any Component] {
        try components(
            """
              - { left: Name, right: OrganizationName, clean: [trim] }
              - { left: Limit, right: CreditLimit, as: { decimal: "9,2" } }
            """)
    }

    @Test("A record, or each record of a list, becomes what the mapping makes of it")
    func maps() async throws {
        let hub = try await hub("mapping:accounts", try components())
        try await hub.send(["Name": " Ada ", "Limit": "12.5"], to: "direct:in")
        try await hub.send([["Name": "A"], ["Name": "B"], [:]], to: "direct:in")
        try await hub.send([], to: "direct:in")
        #expect(
            await hub.received(at: "mock:out").map { $0.body.text } == [
                #"{"OrganizationName":"Ada","CreditLimit":12.50}"#,
                #"[{"OrganizationName":"A"},{"OrganizationName":"B"},{}]"#, "[]",
            ])
        let error = await #expect(throws: MappingFailure.self) {
            try await hub.send([["Name": "A"], "B"], to: "direct:in")
        }
        #expect(error?.code.id == "CD2100")
        await hub.stop()
    }

    @Test("It works backwards, and decimals can be text")
    func options() async throws {
        let back = try await hub("mapping:accounts?direction=to-left", try components())
        try await back.send(["OrganizationName": "Ada"], to: "direct:in")
        #expect(
            await back.received(at: "mock:out").map { $0.body.text } == [#"{"Name":"Ada"}"#])
        await back.stop()
        let quoting = try await hub("mapping:accounts?decimals=text", try components())
        try await quoting.send(["Limit": 1], to: "direct:in")
        #expect(
            await quoting.received(at: "mock:out").map { $0.body.text }
                == [#"{"CreditLimit":"1.00"}"#])
        await quoting.stop()
    }

    @Test("Partners of all records of a message are looked up with one question per table")
    func crossReferences() async throws {
        try await references.tie(
            table: "account", [(left: "1", right: "A1"), (left: "2", right: "A2")])
        let hub = try await hub(
            "mapping:accounts",
            try components(
                """
                  - { left: Id, right: Partner, xref: account, onMissing: clear }
                  - { left: ParentId, right: Parent, xref: account, onMissing: clear }
                """))
        try await hub.send(
            [["Id": "1"], ["Id": "2", "ParentId": "1"], ["Id": "3"]], to: "direct:in")
        #expect(
            await hub.received(at: "mock:out").map { $0.body.text } == [
                #"[{"Partner":"A1"},{"Partner":"A2","Parent":"A1"},{"Partner":null}]"#
            ])
        #expect(references.questions == 1)
        await hub.stop()
    }

    @Test("A record that waits for its partner fails for now; without one it fails for good")
    func missing() async throws {
        for (choice, disposition) in [
            ("defer", Disposition.transient(retryAfter: nil)), ("fail", .permanent),
        ] {
            let hub = try await hub(
                "mapping:accounts",
                try components("  - { left: Id, right: P, xref: account, onMissing: \(choice) }"))
            let error = await #expect(throws: MappingFailure.self) {
                try await hub.send(["Id": "9"], to: "direct:in")
            }
            #expect(error?.code.id == "CD2105")
            #expect(error?.disposition == disposition)
            #expect(await hub.received(at: "mock:out").isEmpty)
            await hub.stop()
        }
    }

    @Test("What is no JSON is refused as such")
    func noJSON() async throws {
        let hub = try await hub("mapping:accounts", try components())
        for body in [Body.text("<html>"), .text("{\"Name\":"), .bytes([0xFF]), .empty] {
            await #expect(throws: JSONError.self) { try await hub.send(body, to: "direct:in") }
        }
        await hub.stop()
    }

    @Test("A name and an option that do not exist are found when the route loads, with their place")
    func typos() async throws {
        let name = await refusal("mapping:acounts", try components())
        #expect(name?.hasPrefix("test.camel.yaml:4:13: error[CD1107]") == true, "\(name ?? "")")
        #expect(name?.contains("did you mean 'accounts'?") == true, "\(name ?? "")")
        let option = await refusal("mapping:accounts?direktion=to-left", try components())
        #expect(option?.hasPrefix("test.camel.yaml:4:13: error[CD0101]") == true)
        #expect(option?.contains("did you mean 'direction'?") == true, "\(option ?? "")")
        let value = await refusal("mapping:accounts?direction=left", try components())
        #expect(value?.contains("to-right or to-left") == true, "\(value ?? "")")
    }

    @Test("A direction that cannot be turned round is refused when the route loads")
    func noWayBack() async throws {
        let components = try components("  - { left: Name, right: Upper, expr: $uppercase(Name) }")
        let refusal = await refusal("mapping:accounts?direction=to-left", components)
        #expect(refusal?.contains("CD2108") == true, "\(refusal ?? "")")
    }
}

@Suite("xref:")
struct CrossReferenceComponentTests {
    private let store = MemoryStateStore()

    private var components: [any Component] { [CrossReferenceComponent(store)] }

    private func found(_ step: String, _ body: Value) async throws -> String? {
        let hub = try await hub(step, components)
        try await hub.send(body, to: "direct:in")
        let out = hub.exchanges(at: "mock:out").first
        await hub.stop()
        return out?.variables["xref"]?.text
    }

    @Test("What is tied is found from both sides until it is untied")
    func lifecycle() async throws {
        let put = try await hub(
            "xref:account?operation=put&left=${body[Id]}&right=P${body[No]}", components)
        try await put.send(["Id": "001A", "No": 7], to: "direct:in")
        #expect(await put.received(at: "mock:out").first?.body.text == #"{"Id":"001A","No":7}"#)
        await put.stop()
        #expect(try await store.partners(table: "account", of: .left, keys: ["001A"]) == ["P7"])
        #expect(try await found("xref:account?key=${body[Id]}", ["Id": "001A"]) == "P7")
        #expect(try await found("xref:account?side=right", "P7") == "001A")
        #expect(try await found("xref:other", "001A") == nil)
        #expect(try await found("xref:account?operation=remove&side=right", "P7") == nil)
        #expect(try await found("xref:account", "001A") == nil)
    }

    @Test("A key that is missing is no key")
    func noKey() async throws {
        for step in [
            "xref:account?key=${body[Id]}", "xref:account?operation=remove&key=${body[Id]}",
            "xref:account?operation=put&left=${body[Id]}&right=x",
        ] {
            let hub = try await hub(step, components)
            for body: Value in [["No": 1], ["Id": ""]] {
                let error = await #expect(throws: RouteError.self, "\(step)") {
                    try await hub.send(body, to: "direct:in")
                }
                #expect(error?.exceptionClass == "java.lang.IllegalArgumentException")
            }
            await hub.stop()
        }
        #expect(try await store.pairs(table: "account", after: "", limit: 10).isEmpty)
    }

    @Test("Options that do not go together are refused when the route loads")
    func options() async {
        for step in [
            "xref:a?operation=put&left=x", "xref:a?left=x", "xref:", "xref:a?operation=got",
        ] {
            let refusal = await refusal(step, components)
            #expect(refusal?.hasPrefix("test.camel.yaml:4:13: error[CD") == true, "\(step)")
        }
    }
}

@Suite("model:")
struct ModelComponentTests {
    private let folder: TemporaryFolder
    private let components: [any Component]

    /// A model that has learnt that `y` is three times `x`.
    init() throws {
        folder = try TemporaryFolder()
        let spec = try ModelSpec(
            yaml: """
                model: line
                task: regression
                label: { field: y }
                features: [ { field: x }, { field: c, type: category } ]
                trainer: { kind: ridge, params: { alpha: 0.001 } }
                """, file: "model.yaml")
        let lines = (0..<60).flatMap { row -> [UInt8] in
            let record: Value = [
                "x": .integer(row), "c": .string(row % 2 == 0 ? "u" : "v"), "y": .integer(3 * row),
            ]
            return record.json + [0x0A]
        }
        let registry = ModelRegistry(directory: folder.path)
        let candidate = try Trainer().train(spec, on: .jsonLines(lines))
        let version = try registry.register(candidate, by: "test")
        try registry.promote("line", version: version, by: "test", reason: "first")
        let shelf = ModelShelf(registry)
        let mapping = try Mapping.load(
            """
            mapping: scored
            left: { system: crm, object: Account }
            right: { system: erp, object: Partner }
            fields:
              - { right: Risk, score: { model: line }, as: { decimal: "5,1" }, direction: to-right }
              - { right: Version, score: { model: line, output: version }, direction: to-right }
            """, path: "mappings/scored.yaml")
        components = [
            ModelComponent(shelf),
            MappingComponent(mappings: MappingLibrary([mapping]), models: shelf),
        ]
    }

    private func prediction(_ step: String, _ variable: String) async throws -> Value? {
        let hub = try await hub(step, components)
        try await hub.send(["x": 10, "c": "u"], to: "direct:in")
        let out = hub.exchanges(at: "mock:out").first
        #expect(out?.message.body.text == #"{"x":10,"c":"u"}"#)
        await hub.stop()
        return try out?.variables[variable]?.value()
    }

    @Test("The prediction is put into a variable and the message goes on as it was")
    func scores() async throws {
        for reference in ["model:line", "model:line:1", "model:line@champion"] {
            let prediction = try await prediction(reference, "prediction")
            #expect(abs((prediction?["score"]?.number?.double ?? 0) - 30) < 0.1, "\(reference)")
            #expect(prediction?["version"] == 1)
            #expect(prediction?["model"] == "line")
            #expect(prediction?["reasons"]?.array?.isEmpty == true)
        }
        let named = try await prediction("model:line?resultVariable=risk&reasons=1", "risk")
        #expect(named?["reasons"]?.array?.first?["feature"] == "x")
    }

    @Test("A mapping scores with the same models")
    func mapping() async throws {
        let hub = try await hub("mapping:scored", components)
        try await hub.send(["x": 10, "c": "u"], to: "direct:in")
        #expect(
            await hub.received(at: "mock:out").map { $0.body.text }
                == [#"{"Risk":30.0,"Version":1}"#])
        await hub.stop()
    }

    @Test("A record that the model cannot read fails and is not scored")
    func badRecord() async throws {
        let hub = try await hub("model:line", components)
        await #expect(throws: JSONError.self) { try await hub.send(.text("no"), to: "direct:in") }
        #expect(await hub.received(at: "mock:out").isEmpty)
        await hub.stop()
    }

    @Test("A model that is not there keeps the route from starting")
    func unknown() async throws {
        for (step, code) in [("model:lines", "CD5150"), ("model:line:9", "CD5151")] {
            let error = await #expect(throws: ModelError.self, "\(step)") {
                try await hub(step, components)
            }
            #expect(error?.code.id == code, "\(step): \(String(describing: error))")
        }
    }

    @Test("What names no model, and an unknown option, are refused with their place")
    func typos() async {
        let name = await refusal("model:../line", components)
        #expect(name?.hasPrefix("test.camel.yaml:4:9: error[CD5155]") == true, "\(name ?? "")")
        let option = await refusal("model:line?resultVarable=x", components)
        #expect(option?.hasPrefix("test.camel.yaml:4:13: error[CD0101]") == true, "\(option ?? "")")
        #expect(option?.contains("did you mean 'resultVariable'?") == true)
    }
}
