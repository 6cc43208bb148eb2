import CrossdockTesting
import Foundation
import Testing

/// Every rule of the route language that has a test file, between `direct` and `mock` endpoints.
@Suite("Rules of the route language")
struct RouteFileTests {
    private static let files: [String] = {
        let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/rules")
        let all = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (all ?? []).filter { $0.hasSuffix(".test.yaml") }.sorted()
    }()

    @Test("Each test of each file passes", arguments: files)
    func passes(_ name: String) async throws {
        let path = Bundle.module.bundleURL.appendingPathComponent("Fixtures/rules/\(name)").path
        let file = try RouteTestFile(try String(contentsOfFile: path, encoding: .utf8), file: path)
        let runner = RouteTestRunner { try String(contentsOfFile: $0, encoding: .utf8) }
        for result in await runner.run(file) {
            #expect(result.status == .passed, "\(name): \(result.name): \(result.message)")
        }
    }

    @Test("There are test files")
    func exist() { #expect(Self.files.count >= 5) }
}
