internal import CReference

/// simdjson alone, and with a mapping written for one object: the floor under routes and mappings.
struct ByHand {
    private let padded: [UInt8]
    private let length: Int
    private let records: Int

    init(lines: [UInt8], records: Int) {
        padded = lines + [UInt8](repeating: 0, count: 64)
        length = lines.count
        self.records = records
    }

    /// Parses all lines; the processor time it took. Unit: seconds.
    func parse() throws -> Double {
        let start = Seconds.processor
        guard reference_parse(padded, length) == records else {
            throw Trouble("simdjson refuses a record")
        }
        return Seconds.processor - start
    }

    /// Parses and maps all lines; the processor time it took. Unit: seconds.
    func map() throws -> Double {
        let start = Seconds.processor
        _ = try lastMapped()
        return Seconds.processor - start
    }

    /// The last record, mapped.
    func lastMapped() throws -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 4_096)
        var size = 0
        guard reference_map(padded, length, &output, &size) == records else {
            throw Trouble("the mapping by hand refuses a record")
        }
        return Array(output[..<size])
    }
}
