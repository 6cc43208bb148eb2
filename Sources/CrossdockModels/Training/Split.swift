/// Row numbers to train on and to judge with.
public struct Split: Sendable, Equatable {
    public var training: [Int]
    public var test: [Int]

    /// Divides the labelled rows of a table.
    ///
    /// - Parameters:
    ///   - strata: Per row, what a stratified split keeps the proportions of.
    ///   - by: Per row, the group or the time; nil where the row has none.
    static func make(
        _ spec: SplitSpec, rows: [Int], strata: (Int) -> Int, by: (Int) -> String?
    ) throws(ModelError) -> Split {
        var generator = SplitMix64(seed: spec.seed)
        switch spec.kind {
        case .random:
            var shuffled = rows
            shuffled.shuffle(&generator)
            return take(shuffled, share: spec.test)
        case .stratified: return stratified(rows, spec.test, strata, &generator)
        case .group: return grouped(rows, spec.test, by, &generator)
        case .time: return try timed(rows, spec.test, by)
        }
    }

    private static func take(_ shuffled: [Int], share: Double) -> Split {
        let count = Int((Double(shuffled.count) * share).rounded())
        return Split(
            training: shuffled.dropFirst(count).sorted(), test: shuffled.prefix(count).sorted())
    }

    private static func stratified(
        _ rows: [Int], _ share: Double, _ strata: (Int) -> Int, _ generator: inout SplitMix64
    ) -> Split {
        var split = Split(training: [], test: [])
        let groups = Dictionary(grouping: rows, by: strata)
        for stratum in groups.keys.sorted() {
            var shuffled = groups[stratum] ?? []
            shuffled.shuffle(&generator)
            let part = take(shuffled, share: share)
            split.training += part.training
            split.test += part.test
        }
        split.training.sort()
        split.test.sort()
        return split
    }

    /// Whole groups, so that no group stands on both sides.
    private static func grouped(
        _ rows: [Int], _ share: Double, _ by: (Int) -> String?, _ generator: inout SplitMix64
    ) -> Split {
        // Rows without a group are groups of one.
        let groups = Dictionary(grouping: rows) { by($0).map { "g\($0)" } ?? "r\($0)" }
        var names = groups.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        names.shuffle(&generator)
        let wanted = Int((Double(rows.count) * share).rounded())
        var split = Split(training: [], test: [])
        for name in names {
            let members = groups[name] ?? []
            if split.test.count < wanted {
                split.test += members
            } else {
                split.training += members
            }
        }
        split.training.sort()
        split.test.sort()
        return split
    }

    /// The newest rows judge. Rows of one instant stay together.
    private static func timed(
        _ rows: [Int], _ share: Double, _ by: (Int) -> String?
    ) throws(ModelError) -> Split {
        var times: [(time: Double, row: Int)] = []
        for row in rows {
            guard let text = by(row), let time = time(text) else {
                throw ModelError(
                    .trainingDataUnreadable,
                    "row \(row + 1) has no usable time for a split by time")
            }
            times.append((time, row))
        }
        times.sort { ($0.time, $0.row) < ($1.time, $1.row) }
        let first = times.count - Int((Double(times.count) * share).rounded())
        guard times.indices.contains(first) else {
            return Split(training: times.map(\.row), test: [])
        }
        let cut = times[first].time
        return Split(
            training: times.filter { $0.time < cut }.map(\.row),
            test: times.filter { $0.time >= cut }.map(\.row))
    }

    private static func time(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { Timestamp($0)?.instant(in: nil) ?? NumberText.double($0) }
    }
}
