internal import CrossdockMapping

/// `crossdock map` over JSON lines, without the disk.
enum MapBenchmark {
    private struct Discarded: ByteSink {
        mutating func write(_ bytes: UnsafeRawBufferPointer) {}
    }

    static func run(_ surroundings: Surroundings) async throws -> [Line] {
        let mapping = try AccountRecords.loadedMapping().compiled(.toRight)
        let records = AccountRecords.records(1_000)
        let count = records.count * 50
        let lines = AccountRecords.lines(records, times: 50)
        let megabytes = Double(lines.count) / 1e6
        let byHand = ByHand(lines: lines, records: count)
        let parsed = try await Turns.take(surroundings.repetitions(7)) {
            megabytes / (try mapped(lines, count, mapping))
        } _: {
            megabytes / (try byHand.parse())
        }
        let mappedByHand = try await Turns.take(surroundings.repetitions(7)) {
            Double(count) / (try mapped(lines, count, mapping))
        } _: {
            Double(count) / (try byHand.map())
        }
        return [
            Line(
                name: "map JSONL, 20 fields", unit: "MB/s of one core", ours: parsed.one,
                reference: ("simdjson parses and stops", parsed.other), target: .atLeast(400)),
            Line(
                name: "map JSONL, 20 fields", unit: "records/s of one core", ours: mappedByHand.one,
                reference: ("simdjson + the fields by hand", mappedByHand.other)),
        ]
    }

    /// - Returns: Processor time. Unit: seconds.
    private static func mapped(
        _ lines: [UInt8], _ count: Int, _ mapping: CompiledMapping
    ) throws -> Double {
        var input = MemoryStream(lines)
        var output = Discarded()
        var rejects = Discarded()
        let start = Seconds.processor
        let report = try MapRun(mapping).run(&input, &output, rejects: &rejects)
        let took = Seconds.processor - start
        guard report.written == count else { throw Trouble("\(report.rejected) records rejected") }
        return took
    }
}
