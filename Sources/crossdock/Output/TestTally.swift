internal import ArgumentParser
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockTesting

/// Tells how tests end, one by one, and counts them.
struct TestTally {
    struct Result {
        let file: String
        /// Nil where it is not known.
        let line: Int?
        let name: String
        /// `passed`, `failed` or `skipped`.
        let status: String
        let message: String
        let millis: Int
    }

    private let jsonl: Bool
    private var counts: [String: Int] = [:]
    private var broken = 0

    init(jsonl: Bool) { self.jsonl = jsonl }

    mutating func add(_ result: RouteTestResult) {
        add(
            Result(
                file: result.file, line: nil, name: result.name, status: result.status.rawValue,
                message: result.message, millis: result.millis))
    }

    mutating func add(_ result: Result) {
        counts[result.status, default: 0] += 1
        if jsonl {
            let value: Value = [
                "file": .string(result.file), "name": .string(result.name),
                "status": .string(result.status), "message": .string(result.message),
                "millis": .integer(result.millis),
            ]
            Terminal.print(value.jsonText)
        } else if result.status == "failed" {
            let place = result.line.map { "\(result.file):\($0)" } ?? result.file
            Terminal.print("\(place): \(result.name): \(Self.oneLine(result.message))")
        }
    }

    /// A file that holds no tests because it cannot be read.
    mutating func addBroken(_ error: DiagnosticsError) {
        broken += 1
        Failure.report(error)
    }

    /// - Throws: The exit code, where it is not 0.
    func end() throws {
        func count(_ status: String) -> Int { counts[status] ?? 0 }
        let parts =
            ["\(count("passed")) passed", "\(count("failed")) failed"]
            + (count("skipped") > 0 ? ["\(count("skipped")) skipped"] : [])
            + (broken > 0 ? ["\(Count.of(broken, "file")) broken"] : [])
        let line = parts.joined(separator: ", ")
        if jsonl { Terminal.error(line) } else { Terminal.print(line) }
        if broken > 0 { throw ExitCode(Failure.badData) }
        if count("failed") > 0 { throw ExitCode(Failure.findings) }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}
