internal import CrossdockDiagnostics
internal import Glibc

/// Runs the benchmarks and prints what they found.
///
///     bench [--json FILE] [--only NAME,NAME…] [--fixtures DIR] [--quick]
///
/// Exits with 1 when a benchmark cannot run or its least figure is missed; a missed target is a
/// result like any other.
@main
struct Bench {
    private static let benchmarks:
        [(name: String, run: @Sendable (Surroundings) async throws -> [Line])] = [
            ("route", RouteBenchmark.run), ("map", MapBenchmark.run), ("score", ScoreBenchmark.run),
            ("bus", EmbeddedBusBenchmark.run), ("broker", BrokerBenchmark.run),
            ("http", HTTPBenchmark.run), ("hub", HubBenchmark.run),
        ]

    static func main() async {
        // Not on the main actor's thread, which has an executor of its own.
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    @concurrent nonisolated private static func run(_ arguments: [String]) async -> Int32 {
        let options: Options
        do { options = try Options(arguments) } catch {
            Output.complain("\(error)")
            return 64
        }
        var report = Report()
        var failed = false
        do {
            let surroundings = try Surroundings(options)
            defer { surroundings.remove() }
            for benchmark in benchmarks where options.wants(benchmark.name) {
                Output.complain("\(benchmark.name) …")
                do {
                    report.lines += try await benchmark.run(surroundings)
                } catch let reason as Skip {
                    report.skipped.append((benchmark.name, reason.reason))
                } catch {
                    failed = true
                    report.skipped.append((benchmark.name, "failed: \(error)"))
                }
            }
        } catch {
            Output.complain("\(error)")
            return 1
        }
        Output.print(report.table)
        if let path = options.json {
            do { try Output.write(report.json, to: path) } catch {
                Output.complain("\(error)")
                return 1
            }
        }
        return failed || report.lines.contains { $0.isBelowLeast } ? 1 : 0
    }
}

/// What the command line says.
struct Options {
    var json: String?
    var only: [String] = []
    var fixtures = "Fixtures"
    /// Fewer repetitions, for trying a change.
    var isQuick = false

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--quick": isQuick = true
            case "--json": json = try Self.value(&rest, argument)
            case "--fixtures": fixtures = try Self.value(&rest, argument)
            case "--only":
                only += try Self.value(&rest, argument).split(separator: ",").map(String.init)
            default: throw Trouble("there is no option '\(argument)'")
            }
        }
    }

    private static func value(_ rest: inout ArraySlice<String>, _ option: String) throws -> String {
        guard let value = rest.popFirst() else { throw Trouble("\(option) needs a value") }
        return value
    }

    func wants(_ name: String) -> Bool { only.isEmpty || only.contains(name) }
}

/// A benchmark cannot run, and that is a failure.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A benchmark lacks something from outside that this run need not have.
struct Skip: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
