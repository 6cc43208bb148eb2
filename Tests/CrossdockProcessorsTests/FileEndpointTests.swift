import CrossdockCore
import CrossdockData
import CrossdockTesting
import Foundation
import Testing

@Suite("file:")
struct FileEndpointTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func hub(_ steps: String, from uri: String = "direct:in") async throws -> TestHub {
        try await TestHub(route: "- from: { uri: \"\(uri)\", steps: [ \(steps) ] }")
    }

    /// Looks at the folder again and again, as time would have it.
    private func until(_ hub: TestHub, _ condition: () -> Bool) async throws {
        for _ in 0..<500 {
            await hub.advance(by: .milliseconds(500))
            if condition() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("what was waited for did not happen: \(folder.names())")
    }

    // MARK: - Writing

    @Test("A message becomes a file of the name that is asked for, and nothing is left beside it")
    func writes() async throws {
        let hub = try await hub(
            "{ to: 'file:\(folder.path)/out?fileName=${header.id}.txt' }, { to: mock:after }")
        try await hub.send(.text("one"), headers: [("id", "a")], to: "direct:in")
        try await hub.send(.text("two"), headers: [("id", "sub/b")], to: "direct:in")
        try await hub.send(.text("three"), headers: [("id", "a")], to: "direct:in")
        #expect(folder.read("out/a.txt") == "three")
        #expect(folder.read("out/sub/b.txt") == "two")
        #expect(folder.names(in: "out") == ["a.txt", "sub"])
        let after = await hub.received(at: "mock:after")
        #expect(
            after.first?.control["CamelFileNameProduced"] == .string("\(folder.path)/out/a.txt"))
        await hub.stop()
    }

    @Test("A name cannot lead out of the folder", arguments: ["../x", "a/../../x", "/tmp/x", "."])
    func jail(_ name: String) async throws {
        let hub = try await hub("{ to: 'file:\(folder.path)/out?fileName=${header.id}' }")
        let error = await #expect(throws: RouteError.self) {
            try await hub.send(.text("x"), headers: [("id", .string(name))], to: "direct:in")
        }
        #expect(error?.exceptionClass == "java.lang.IllegalArgumentException")
        #expect(folder.names().filter { $0 != "out" }.isEmpty)
        #expect(folder.names(in: "out").isEmpty)
        await hub.stop()
    }

    @Test("A file that is there is appended to, kept, refused or moved aside")
    func existing() async throws {
        let target = "file:\(folder.path)?fileName=f&fileExist="
        for (choice, expected) in [
            ("Append&appendChars=\\\\n", "oldnew\n"), ("Ignore", "old"), ("Fail", "old"),
            ("Move&moveExisting=${file:name}.bak", "new"),
        ] {
            try folder.write("old", to: "f")
            let hub = try await hub("{ to: \"\(target)\(choice)\" }")
            do {
                try await hub.send(.text("new"), to: "direct:in")
                #expect(choice != "Fail")
            } catch let error as RouteError {
                #expect(choice == "Fail", "\(error)")
            }
            #expect(folder.read("f") == expected, "\(choice)")
            await hub.stop()
        }
        #expect(folder.read("f.bak") == "old")
    }

    // MARK: - Reading

    @Test("Files are taken in order of their names and then stand in .camel")
    func reads() async throws {
        try folder.write("two", to: "b.txt")
        try folder.write("one", to: "a.txt")
        try folder.write("no", to: "c.csv")
        let hub = try await hub("{ to: mock:out }", from: "file:\(folder.path)?includeExt=txt")
        try await until(hub) { folder.names(in: ".camel").count == 2 }
        let received = await hub.received(at: "mock:out")
        #expect(received.map { $0.body.text } == ["one", "two"])
        #expect(received.map { $0.control["CamelFileName"] } == ["a.txt", "b.txt"])
        #expect(received.map { $0.control["CamelFileLength"] } == [3, 3])
        #expect(folder.names() == [".camel", "c.csv"])
        await hub.stop()
    }

    @Test("A file that fails stays and is tried again; with moveFailed it goes there")
    func failures() async throws {
        try folder.write("bad", to: "a")
        let steps = "{ to: mock:tries }, { throwException: { message: no } }"
        let patient = try await hub(steps, from: "file:\(folder.path)")
        try await until(patient) { patient.exchanges(at: "mock:tries").count >= 2 }
        #expect(folder.names() == ["a"])
        await patient.stop()
        let moving = try await hub(steps, from: "file:\(folder.path)?moveFailed=bad")
        try await until(moving) { folder.read("bad/a") == "bad" }
        #expect(folder.names() == ["bad"])
        #expect(moving.exchanges(at: "mock:tries").count == 1)
        await moving.stop()
    }

    @Test("With noop a file stays and is taken once; a new one is taken too")
    func noop() async throws {
        try folder.write("1", to: "a")
        let hub = try await hub("{ to: mock:out }", from: "file:\(folder.path)?noop=true")
        try await until(hub) { hub.exchanges(at: "mock:out").count == 1 }
        try folder.write("2", to: "b")
        try await until(hub) { hub.exchanges(at: "mock:out").count > 1 }
        await hub.advance(by: .seconds(5))
        #expect(await hub.received(at: "mock:out").map { $0.body.text } == ["1", "2"])
        #expect(folder.names() == ["a", "b"])
        await hub.stop()
    }

    @Test("A file waits for the one that says that it is complete; both go")
    func done() async throws {
        try folder.write("1", to: "a")
        let hub = try await hub(
            "{ to: mock:out }",
            from: "file:\(folder.path)?delete=true&doneFileName=${file:name}.done")
        await hub.advance(by: .seconds(5))
        #expect(await hub.received(at: "mock:out").isEmpty)
        try folder.write("", to: "a.done")
        try await until(hub) { folder.names().isEmpty }
        #expect(await hub.received(at: "mock:out").map { $0.body.text } == ["1"])
        await hub.stop()
    }

    @Test("Options that exclude each other are refused")
    func options() async throws {
        await #expect(throws: (any Error).self) {
            try await hub("{ to: mock:out }", from: "file:\(folder.path)?delete=true&move=done")
        }
    }
}
