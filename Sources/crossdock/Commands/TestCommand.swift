internal import ArgumentParser
internal import CrossdockDiagnostics
internal import CrossdockHub
internal import CrossdockMapping
internal import CrossdockSettings
internal import CrossdockTesting

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the tests in mapping files and *.test.yaml files.",
        discussion: """
            Route tests run on a clock of their own, with stand-ins for what lies outside; nothing is \
            connected to. Exit code 1 when a test fails, 65 when a file cannot be read as what it is.

            EXAMPLE
              crossdock test
              crossdock test mappings tests/orders.test.yaml --jsonl
            """)

    @Argument(help: "Files and folders; mappings, routes and tests of the project without one.")
    var paths: [String] = []
    @Flag(help: "Print a JSON line per test.")
    var jsonl = false
    @OptionGroup var project: ProjectOptions

    private static let folders = ["mappings", "routes", "tests"]

    func run() async throws {
        let folder = ProjectFolder()
        let files = try folder.sorted(paths.isEmpty ? folder.existing(Self.folders) : paths)
        var tally = TestTally(jsonl: jsonl)
        // Route tests alone need the configuration; a mapping is tested without one.
        var routeTests: RouteTestRunner?
        for (file, kind) in files {
            do {
                switch kind {
                case .mapping:
                    for result in try await MappingTests.run(file) { tally.add(result) }
                case .routeTest:
                    let test = try RouteTestFile(try ProjectText.read(file), file: file)
                    let runner = try routeTests ?? runner()
                    routeTests = runner
                    for one in test.tests { tally.add(await runner.run(one, of: test)) }
                default: break
                }
            } catch let error as DiagnosticsError {
                tally.addBroken(error)
            }
        }
        try tally.end()
    }

    private func runner() throws -> RouteTestRunner {
        let unopened = UnopenedProject(try project.configuration())
        let addresses = try unopened.dynamicAddresses()
        return RouteTestRunner(
            setup: {
                var setup = TestHub.Setup()
                setup.properties = unopened.configuration.placeholders.properties
                setup.components = try unopened.components()
                setup.dynamicAddresses = addresses
                setup.kamelets = unopened.folder.kamelets(unopened.configuration.placeholders)
                return setup
            }, load: { try ProjectText.read($0) })
    }
}

/// The tests that stand in a mapping file.
private enum MappingTests {
    static func run(_ file: String) async throws -> [TestTally.Result] {
        let mapping = try MappingFolder(ProjectFolder()).load(file)
        let services = try await MappingTools.services(for: mapping)
        let clock = ContinuousClock()
        let start = clock.now
        let results = mapping.runTests(services: services)
        // They are run together; each is said to have taken its share.
        let millis = (clock.now - start) / .milliseconds(1) / Double(max(1, results.count))
        return results.map { result in
            TestTally.Result(
                file: file, line: result.span.line, name: result.name,
                status: result.isPassed ? "passed" : "failed", message: result.message ?? "",
                millis: Int(millis))
        }
    }
}
