internal import CrossdockData

/// One line of the report: our figure, and what it is held against.
struct Line {
    let name: String
    let unit: String
    let ours: Series
    var reference: (what: String, series: Series)?
    var target = Target.none
    /// Below this the run fails.
    var least: Double?
    var note = ""

    enum Target {
        case none
        case atLeast(Double)
        case atMost(Double)
        /// Of our figure to the reference's.
        case ratioAtLeast(Double)
        case ratioAtMost(Double)
    }

    var ratio: Double? { reference.map { ours.median / $0.series.median } }

    /// Nil without a target.
    var passes: Bool? {
        switch target {
        case .none: nil
        case .atLeast(let value): ours.median >= value
        case .atMost(let value): ours.median <= value
        case .ratioAtLeast(let value): ratio.map { $0 >= value }
        case .ratioAtMost(let value): ratio.map { $0 <= value }
        }
    }

    var isBelowLeast: Bool { least.map { ours.median < $0 } ?? false }

    var targetText: String {
        switch target {
        case .none: "–"
        case .atLeast(let value): "≥ \(Figure.text(value))"
        case .atMost(let value): "≤ \(Figure.text(value))"
        case .ratioAtLeast(let value): "≥ \(Figure.ratio(value)) ×"
        case .ratioAtMost(let value): "≤ \(Figure.ratio(value)) ×"
        }
    }

    var value: Value {
        var object = ValueObject()
        object["name"] = .string(name)
        object["unit"] = .string(unit)
        object["ours"] = .double(ours.median)
        object["values"] = .array(ours.values.map(Value.double))
        if let reference {
            object["reference"] = .double(reference.series.median)
            object["referenceIs"] = .string(reference.what)
            object["referenceValues"] = .array(reference.series.values.map(Value.double))
        }
        object["ratio"] = ratio.map(Value.double) ?? .null
        object["target"] = .string(targetText)
        object["least"] = least.map(Value.double) ?? .null
        object["passes"] = passes.map(Value.bool) ?? .null
        object["repetitions"] = .integer(ours.values.count)
        if !note.isEmpty { object["note"] = .string(note) }
        return .object(object)
    }
}

/// The same thing measured several times.
struct Series {
    let values: [Double]

    init(_ values: [Double]) { self.values = values }

    var median: Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// How far the values lie apart, of their median.
    var spread: Double {
        guard let least = values.min(), let most = values.max(), median != 0 else { return 0 }
        return (most - least) / median
    }
}

/// Numbers as people read them.
enum Figure {
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        guard abs(value) < 1_000 else { return grouped(Int(value.rounded())) }
        return abs(value) < 10 ? decimals(value, 2) : decimals(value, abs(value) < 100 ? 1 : 0)
    }

    static func ratio(_ value: Double) -> String { decimals(value, 2) }

    private static func grouped(_ value: Int) -> String {
        var text = String(abs(value))[...]
        var groups: [Substring] = []
        while text.count > 3 {
            groups.insert(text.suffix(3), at: 0)
            text = text.dropLast(3)
        }
        return (value < 0 ? "-" : "") + ([text] + groups).joined(separator: ",")
    }

    static func decimals(_ value: Double, _ count: Int) -> String {
        var scale = 1.0
        for _ in 0..<count { scale *= 10 }
        let whole = Int((abs(value) * scale).rounded())
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard count > 0 else { return sign + String(whole) }
        let digits = String(whole)
        let padded = String(repeating: "0", count: max(0, count + 1 - digits.count)) + digits
        return sign + padded.dropLast(count) + "." + padded.suffix(count)
    }
}
