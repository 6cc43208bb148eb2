internal import CrossdockData

/// What a run of the demo did and found.
public struct DemoReport: Sendable {
    /// Records read from Salesforce, echoes among them.
    public var read = 0
    /// Records that were news and went on the bus.
    public var published = 0
    /// The hub's own writes that came back and were recognised.
    public var echoes = 0
    public var mapped = 0
    public var scored = 0
    /// Business partners created and updated, as the SAP sandbox's ledger has it.
    public var created = 0
    public var updated = 0
    /// Messages whose way ended in a failure.
    public var failed = 0
    public var compared = 0
    public var equal = 0
    /// Unit: seconds from the first read to idle.
    public var seconds = 0.0
    /// Area under the ROC curve on the customers held out of training.
    public var auc = 0.0
    /// The most memory this process ever had, sandboxes included. Unit: bytes.
    public var peakRSSBytes = 0
    /// The first records that are not equal, each with what differs.
    public var differences: [String] = []

    public init() {}

    public var recordsPerSecond: Double { seconds > 0 ? Double(read) / seconds : 0 }
    public var isClean: Bool { failed == 0 && compared > 0 && compared == equal }
    public var changedNothing: Bool {
        published == 0 && created == 0 && updated == 0 && failed == 0
    }

    /// Names and figures, in the order in which they are shown.
    public var figures: [(name: String, text: String)] {
        [
            ("read", "\(read)"), ("published", "\(published)"), ("echoes", "\(echoes)"),
            ("mapped", "\(mapped)"), ("scored", "\(scored)"), ("created", "\(created)"),
            ("updated", "\(updated)"), ("failed", "\(failed)"), ("compared", "\(compared)"),
            ("equal", "\(equal)"), ("seconds", Self.fixed(seconds, 1)),
            ("records/s", Self.fixed(recordsPerSecond, 0)), ("hold-out AUC", Self.fixed(auc, 3)),
            ("peak RSS", "\(peakRSSBytes >> 20) MiB"),
        ]
    }

    public var json: [UInt8] {
        var object = ValueObject()
        for (name, number) in [
            ("read", read), ("published", published), ("echoes", echoes), ("mapped", mapped),
            ("scored", scored), ("created", created), ("updated", updated), ("failed", failed),
            ("compared", compared), ("equal", equal),
        ] { object[name] = .integer(number) }
        object["seconds"] = .double(seconds)
        object["recordsPerSecond"] = .double(recordsPerSecond)
        object["auc"] = .double(auc)
        object["peakRSSBytes"] = .integer(peakRSSBytes)
        return Value.object(object).json
    }

    /// A number with that many digits behind the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "-" }
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (value * scale).rounded()
        guard abs(scaled) < 1e15 else { return "\(value)" }
        let whole = Int(scaled.magnitude)
        let sign = scaled < 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let text = "\(whole)"
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}
