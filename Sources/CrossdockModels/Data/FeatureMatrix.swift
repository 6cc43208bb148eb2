/// Encoded rows, ready for a model.
///
/// - Shape: row-major, `[rows, columns]`; NaN means missing.
public struct FeatureMatrix: Sendable {
    public let rows: Int
    public let columns: Int
    public private(set) var values: [Float]

    /// - Returns: nil when `values` has not exactly `rows × columns` elements.
    public init?(rows: Int, columns: Int, values: [Float]) {
        guard rows >= 0, columns >= 0 else { return nil }
        let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard !overflow, values.count == count else { return nil }
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// - Returns: nil when the rows differ in length.
    public init?(_ rows: [[Float]]) {
        let columns = rows.first?.count ?? 0
        guard rows.allSatisfy({ $0.count == columns }) else { return nil }
        self.init(rows: rows.count, columns: columns, values: rows.flatMap(\.self))
    }

    /// One row's values.
    public subscript(row row: Int) -> ArraySlice<Float> {
        values[(row * columns)..<((row + 1) * columns)]
    }

    /// The rows with these numbers, in that order.
    public func selecting(_ numbers: some Sequence<Int>) -> FeatureMatrix {
        var picked: [Float] = []
        var count = 0
        for number in numbers {
            picked.append(contentsOf: self[row: number])
            count += 1
        }
        return FeatureMatrix(unchecked: count, columns, picked)
    }

    init(unchecked rows: Int, _ columns: Int, _ values: [Float]) {
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// Runs `body` with the matrix described as NumPy's array interface, version 3.
    ///
    /// - Ownership: the description holds an address that is valid during the call only.
    func withArrayInterface<Result>(
        _ body: (UnsafePointer<CChar>) throws(ModelError) -> Result
    ) throws(ModelError) -> Result {
        try values.withUnsafeBufferPointer { buffer throws(ModelError) -> Result in
            try Self.withArrayInterface(buffer, rows: rows, columns: columns, body)
        }
    }

    static func withArrayInterface<Result>(
        _ buffer: UnsafeBufferPointer<Float>, rows: Int, columns: Int,
        _ body: (UnsafePointer<CChar>) throws(ModelError) -> Result
    ) throws(ModelError) -> Result {
        let address = buffer.baseAddress.map { UInt(bitPattern: $0) } ?? 0
        var text = """
            {"data":[\(address),true],"shape":[\(rows),\(columns)],"typestr":"<f4","version":3}
            """
        text.append("\0")
        return try text.utf8.map { CChar(bitPattern: $0) }
            .withUnsafeBufferPointer { characters throws(ModelError) -> Result in
                guard let start = characters.baseAddress else {
                    throw ModelError(.xgboostFailed, "no memory")
                }
                return try body(start)
            }
    }
}
