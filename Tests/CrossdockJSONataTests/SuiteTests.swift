import CrossdockData
import CrossdockJSONata
import Foundation
import Testing

/// The part of JSONata's own test suite that we hold.
@Suite("The JSONata test suite")
struct SuiteTests {
    /// Cases that may fail, with the reason. None does.
    static let exceptions: [String: String] = [:]
    /// Files whose text holds half a surrogate pair, which no UTF-8 text can: U+FFFD stands for it.
    static let halves: Set<String> = [
        "function-encodeUrl/case002.json", "function-encodeUrlComponent/case002.json",
    ]

    @Test("All 956 cases pass")
    func passes() throws {
        let cases = try SuiteCase.all()
        #expect(cases.count == 956)
        var failures: [String] = []
        for suiteCase in cases {
            guard let complaint = suiteCase.complaint() else { continue }
            if Self.exceptions[suiteCase.name] == nil {
                failures.append(
                    "\(suiteCase.name): \(suiteCase.expression.prefix(120)): \(complaint)")
            }
        }
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test("On a tree the cases give what they give on a tape")
    func treesAgree() throws {
        var failures: [String] = []
        for suiteCase in try SuiteCase.all() {
            guard suiteCase.complaint(onTree: true) != nil else { continue }
            if Self.exceptions[suiteCase.name] == nil { failures.append(suiteCase.name) }
        }
        #expect(failures.isEmpty, "\(failures)")
    }
}

private struct MissingDataset: Error {
    let name: String
}

private struct SuiteCase {
    let name: String
    let expression: String
    let content: Value
    let input: Value?

    static func all() throws -> [SuiteCase] {
        let root = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
            .appending(path: "jsonata")
        var datasets: [String: Value] = [:]
        for file in try files(in: root.appending(path: "datasets")) {
            datasets[file.deletingPathExtension().lastPathComponent] = try read(file)
        }
        var cases: [SuiteCase] = []
        for group in try files(in: root.appending(path: "groups")) {
            for file in try files(in: group) where file.pathExtension == "json" {
                let content = try read(file)
                let name = "\(group.lastPathComponent)/\(file.lastPathComponent)"
                for (at, part) in (content.array ?? [content]).enumerated() {
                    let numbered = content.array == nil ? name : "\(name)#\(at)"
                    cases.append(try SuiteCase(numbered, part, group, datasets))
                }
            }
        }
        return cases
    }

    private init(
        _ name: String, _ content: Value, _ group: URL, _ datasets: [String: Value]
    ) throws {
        self.name = name
        self.content = content
        if let file = content["expr-file"]?.string {
            expression = try String(contentsOf: group.appending(path: file), encoding: .utf8)
        } else {
            expression = try #require(content["expr"]?.string)
        }
        if let data = content["data"] {
            input = data
        } else if let dataset = content["dataset"]?.string {
            guard let known = datasets[dataset] else { throw MissingDataset(name: dataset) }
            input = known
        } else {
            input = nil
        }
    }

    private static func files(in folder: URL) throws -> [URL] {
        try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static func read(_ file: URL) throws -> Value {
        let text = try String(contentsOf: file, encoding: .utf8)
        let parts = file.pathComponents.suffix(2).joined(separator: "/")
        guard SuiteTests.halves.contains(parts) else { return try Value(json: text) }
        return try Value(
            json: text.replacingOccurrences(
                of: "\\ud800", with: "\\ufffd", options: .caseInsensitive))
    }

    private var options: JSONataOptions {
        var options = JSONataOptions.interactive
        // The suite runs without limits unless a case sets them.
        options.limits.depth = nil
        options.limits.time = nil
        if let depth = content["depth"]?.number?.int, let time = content["timelimit"]?.number?.int {
            options.limits.depth = depth
            options.limits.time = .milliseconds(time)
        }
        return options
    }

    /// What is wrong with the outcome; nil when nothing is.
    func complaint(onTree: Bool = false) -> String? {
        let error = content["error"]
        let code = content["code"]?.string ?? error?["code"]?.string
        do {
            var value = JSONataValue.absent
            if let input {
                value = onTree ? .tree(input) : .node(try JSONDocument(input.json).root)
            }
            let bindings = JSONataBindings(content["bindings"]?.object ?? ValueObject())
            let outcome = try JSONata(expression)
                .evaluate(value, bindings: bindings, options: options)
            if let code { return "expected \(code)" }
            guard content["undefinedResult"] == nil else {
                return outcome == nil ? nil : "expected undefined"
            }
            return isSame(outcome, content["result"])
                ? nil : "got \(outcome?.jsonText.prefix(200) ?? "undefined")"
        } catch let failure as JSONataError {
            guard failure.jsonataCode == code else { return "failed: \(failure)" }
            let token = content["token"]?.string ?? error?["token"]?.string
            if let token, failure.token != token { return "token \(failure.token ?? "none")" }
            if let text = error?["message"]?.string, text != failure.reason {
                return failure.reason
            }
            return nil
        } catch { return "\(error)" }
    }
}
