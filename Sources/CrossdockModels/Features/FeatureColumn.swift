/// All values of one feature, row by row.
struct FeatureColumn: Sendable {
    let reader: ValueReader
    /// Of features read as numbers; NaN stands for missing.
    private(set) var numbers: [Double] = []
    /// Of features read as texts: numbers of ``table``; −1 stands for missing.
    private(set) var codes: [Int32] = []
    private(set) var table = TextTable()

    init(reader: ValueReader) { self.reader = reader }

    var count: Int { reader.wantsText ? codes.count : numbers.count }

    /// - Returns: false for a value that cannot be kept: of the wrong type, or one text too many.
    mutating func append(_ value: FeatureValue) -> Bool {
        switch value.kind {
        case .wrong: return false
        case .absent, .null:
            if reader.wantsText { codes.append(-1) } else { numbers.append(.nan) }
        case .number:
            guard !reader.wantsText else { return false }
            numbers.append(value.number)
        case .text:
            guard reader.wantsText, let code = table.intern(value.text) else { return false }
            codes.append(Int32(truncatingIfNeeded: code))
        }
        return true
    }

    func isMissing(_ row: Int) -> Bool {
        reader.wantsText ? codes[row] < 0 : numbers[row].isNaN
    }

    /// Lends a row's value, in the form in which serving reads it.
    func withValue<Result>(_ row: Int, _ body: (FeatureValue) -> Result) -> Result {
        if isMissing(row) { return body(.absent) }
        if !reader.wantsText { return body(.number(numbers[row])) }
        return table.withText(Int(codes[row])) { body(.text($0)) }
    }

    /// A row's text; nil for a missing one.
    func text(_ row: Int) -> String? {
        guard reader.wantsText, codes[row] >= 0 else { return nil }
        return table[Int(codes[row])]
    }
}
