import CrossdockDiagnostics
import Foundation
import Testing

@testable import CrossdockHub

@Suite("Lint of a project")
struct ProjectLintTests {
    private func project(_ files: [String: String]) throws -> ProjectFolder {
        let root = NSTemporaryDirectory() + "crossdock-\(UUID().uuidString)"
        for (path, text) in files {
            let file = URL(fileURLWithPath: "\(root)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        return ProjectFolder(root)
    }

    private func lint(_ folder: ProjectFolder, _ paths: [String] = []) throws -> ProjectLint {
        defer { try? FileManager.default.removeItem(atPath: folder.root) }
        return try ProjectLint(paths, in: folder, load: { _ in HubConfiguration() })
    }

    private func route(_ id: String, from source: String, to target: String) -> String {
        """
        - route:
            id: \(id)
            from:
              uri: \(source)
              steps:
                - to: { uri: "\(target)" }

        """
    }

    @Test(
        "A topic that another file of the project consumes is heard, whichever file is asked about")
    func heard() throws {
        let files = [
            "routes/a.camel.yaml": route("a", from: "direct:a", to: "bus:orders"),
            "routes/b.camel.yaml": route("b", from: "bus:orders", to: "log:b"),
        ]
        #expect(try lint(project(files)).findings.isEmpty)
        #expect(try lint(project(files), ["routes/a.camel.yaml"]).findings.isEmpty)
        let alone = try lint(project(["routes/a.camel.yaml": files["routes/a.camel.yaml"] ?? ""]))
        #expect(alone.findings.map(\.code.id) == ["CD6110"])
        #expect(alone.findings.first?.span?.line == 6)
        #expect(alone.errorCount == 0 && alone.warningCount == 1)
    }

    @Test("Findings come in the order of files and lines, each once")
    func ordered() throws {
        let broken = route("a", from: "direct:a", to: "nonsense:x")
        let lint = try lint(
            project([
                "routes/b.camel.yaml": broken.replacing("id: a", with: "id: b")
                    .replacing("direct:a", with: "direct:b"),
                "routes/a.camel.yaml": broken,
                "mappings/c.yaml": "mapping: c\nfields: 1\n",
            ]))
        let files = lint.findings.compactMap(\.span?.file)
        #expect(files == files.sorted())
        #expect(Set(lint.findings).count == lint.findings.count)
        #expect(lint.errorCount >= 3 && lint.fileCount == 3)
    }
}
