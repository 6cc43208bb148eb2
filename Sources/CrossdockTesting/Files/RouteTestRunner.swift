internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockRouting
internal import CrossdockSettings
internal import Synchronization

/// How one test ended.
public struct RouteTestResult: Sendable {
    public enum Status: String, Sendable { case passed, failed, skipped }

    public let file: String
    public let name: String
    public let status: Status
    /// Why it failed or was skipped; empty when it passed.
    public let message: String
    public let millis: Int

    /// One line of `crossdock test --jsonl`.
    public var jsonLine: String {
        let value: Value = [
            "file": .string(file), "name": .string(name), "status": .string(status.rawValue),
            "message": .string(message), "millis": .integer(millis),
        ]
        return value.jsonText
    }
}

/// Runs files of route tests, each test in a hub of its own.
public struct RouteTestRunner: Sendable {
    /// What a hub has besides the built-in steps; called anew for each test.
    private let setup: @Sendable () throws -> TestHub.Setup
    /// Reads a route file.
    private let load: @Sendable (String) throws -> String

    /// How long a test may take, whatever its clock says.
    private static let patience = Duration.seconds(30)

    /// - Parameters:
    ///   - setup: Components with their services, and properties of the project.
    ///   - load: Returns the text of a route file, given its path.
    public init(
        setup: @escaping @Sendable () throws -> TestHub.Setup = { TestHub.Setup() },
        load: @escaping @Sendable (String) throws -> String
    ) {
        self.setup = setup
        self.load = load
    }

    /// Runs all tests of a file, one after the other.
    public func run(_ file: RouteTestFile) async -> [RouteTestResult] {
        var results: [RouteTestResult] = []
        for test in file.tests { results.append(await run(test, of: file)) }
        return results
    }

    public func run(_ test: RouteTest, of file: RouteTestFile) async -> RouteTestResult {
        let clock = ContinuousClock()
        let start = clock.now
        func result(_ status: RouteTestResult.Status, _ message: String) -> RouteTestResult {
            let millis = Int((clock.now - start).wholeMilliseconds)
            return RouteTestResult(
                file: file.file, name: test.name, status: status, message: message, millis: millis)
        }
        if let reason = test.skip { return result(.skipped, reason) }
        do {
            let complaint = try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await judge(test, of: file) }
                group.addTask {
                    try await Task.sleep(for: Self.patience)
                    return "the test does not come to an end"
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            return complaint.map { result(.failed, $0) } ?? result(.passed, "")
        } catch {
            return result(.failed, "\(error)")
        }
    }

    // MARK: - One test

    /// - Returns: What is not as expected; nil when all is.
    private func judge(_ test: RouteTest, of file: RouteTestFile) async throws -> String? {
        var setup = try setup()
        setup.properties.merge(file.properties) { $1 }
        setup.properties.merge(test.properties) { $1 }
        setup.replace = test.replace + file.replace + setup.replace
        let hub: TestHub
        do {
            hub = try await TestHub(try files(of: file, setup), setup)
        } catch let error as DiagnosticsError {
            return Self.judge(error, test.expect.load)
        } catch {
            guard let load = test.expect.load else { throw error }
            let code = (error as? any Classified)?.code ?? .stepFailed
            return Self.judge(DiagnosticsError(Diagnostic(code, "\(error)")), load)
        }
        if test.expect.load != nil {
            await hub.stop()
            return "the routes load, although they should not"
        }
        let complaint = try await RunningTest(hub: hub, test: test).run()
        await hub.stop()
        return complaint
    }

    private func files(of file: RouteTestFile, _ setup: TestHub.Setup) throws -> [RouteFile] {
        let placeholders = Placeholders(properties: setup.properties)
        let folder = file.file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        var files = try file.routes.map { path -> RouteFile in
            let whole = path.hasPrefix("/") ? path : (folder + [path[...]]).joined(separator: "/")
            return RouteFile.read(try load(whole), file: whole, placeholders: placeholders)
        }
        files += file.inline.map {
            RouteFile.read($0, file: file.file, placeholders: placeholders)
        }
        return files
    }

    private static func judge(
        _ error: DiagnosticsError, _ expected: Expectations.Load?
    ) -> String? {
        guard let expected else { return error.description }
        let fitting = error.diagnostics.contains { diagnostic in
            let text = "\(diagnostic.message) \(diagnostic.help ?? "")"
            return (expected.code.map { $0 == diagnostic.code.id } ?? true)
                && (expected.message.map { text.contains($0) } ?? true)
        }
        return fitting ? nil : "the routes are refused for another reason: \(error.description)"
    }
}

/// A test under way.
private struct RunningTest {
    let hub: TestHub
    let test: RouteTest

    func run() async throws -> String? {
        var pending: [Sending] = []
        for (position, given) in test.given.enumerated() {
            switch given {
            case .advance(let duration): await hub.advance(by: duration)
            case .send(let to, let body, let headers, let isInOut, _):
                let sending = hub.start(
                    Self.body(body), headers: headers.map { ($0.0, $0.1.value) }, to: to,
                    pattern: isInOut ? .inOut : .inOnly)
                pending.append(sending)
                await hub.settle()
                // Where the test moves the clock itself, it decides how far.
                let next = position + 1 < test.given.count ? test.given[position + 1] : nil
                if case .advance? = next { continue }
                await moveUntil(over: sending)
            }
        }
        for sending in pending { await moveUntil(over: sending) }
        if Task.isCancelled {
            for sending in pending { sending.cancel() }
            throw CancellationError()
        }
        var outcome: Result<Exchange, any Error>?
        for sending in pending {
            do { outcome = .success(try await sending.result()) } catch {
                outcome = .failure(error)
            }
        }
        if let complaint = judge(outcome) { return complaint }
        return await judgeMocks()
    }

    private func moveUntil(over sending: Sending) async {
        while !sending.isOver, !Task.isCancelled {
            await hub.settle()
            if sending.isOver { return }
            if let due = hub.clock.nextDue { hub.clock.move(to: due) }
        }
    }

    static func body(_ node: YAMLNode?) -> Body {
        guard let node else { return .empty }
        if node.isNull { return .empty }
        if let scalar = node.scalar { return .text(scalar.text) }
        return .bytes(node.value.json)
    }

    // MARK: - The last message sent

    private func judge(_ outcome: Result<Exchange, any Error>?) -> String? {
        switch outcome {
        case nil:
            return test.expect.fails == nil && test.expect.reply == nil ? nil : "nothing was sent"
        case .failure(let error)?:
            guard let expected = test.expect.fails else {
                return "the message failed: \(ExceptionName.describe(error))"
            }
            return Self.judge(error, expected)
        case .success(let exchange)?:
            if let expected = test.expect.fails {
                return "the message went through, although it should fail"
                    + (expected.exception.map { " with \($0)" } ?? "")
            }
            guard let reply = test.expect.reply else { return nil }
            return Match.message(
                exchange.message, body: reply.body, headers: reply.headers, name: "the reply")
        }
    }

    private static func judge(_ error: any Error, _ expected: Expectations.Fails) -> String? {
        if let name = expected.exception {
            let wanted = ExceptionName.resolve(name) ?? name
            let fits = ExceptionName.chain(error).contains {
                ExceptionName.distance(from: ExceptionName.of($0), to: wanted) != nil
            }
            guard fits else {
                return
                    "the message failed with \(ExceptionName.describe(error)), not with \(wanted)"
            }
        }
        if let text = expected.message {
            let fits = ExceptionName.chain(error).contains {
                ExceptionName.message($0).contains(text)
            }
            guard fits else {
                return "the failure says '\(ExceptionName.message(error))', not '\(text)'"
            }
        }
        return nil
    }

    // MARK: - What came out

    /// Judges when nothing happens any more; where that does not do, the clock moves on, no further
    /// than the test allows.
    private func judgeMocks() async -> String? {
        let longest = test.expect.mocks.map(\.within).max() ?? .zero
        let deadline = hub.clock.elapsed + longest
        while true {
            await hub.settle()
            guard let complaint = mocksComplaint() else { return nil }
            guard let due = hub.clock.nextDue, due <= deadline, !Task.isCancelled else {
                return complaint
            }
            hub.clock.move(to: due)
        }
    }

    private func mocksComplaint() -> String? {
        for mock in test.expect.mocks {
            if let complaint = Match.mock(mock, hub.exchanges(at: mock.name)) { return complaint }
        }
        let lines = hub.log.lines
        for text in test.expect.log where !lines.contains(where: { $0.contains(text) }) {
            return "no line of the log contains '\(text)'; there are \(lines.count) lines"
        }
        return nil
    }
}
