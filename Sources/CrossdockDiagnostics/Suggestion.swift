/// Finds what a user probably meant.
public enum Suggestion {
    /// Returns the candidate nearest to `word`, when one is near enough to be worth naming.
    ///
    /// - Complexity: O(candidates × word length²); names longer than 64 bytes are not compared.
    public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
        let wanted = Array(word.lowercased().utf8)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let other = Array(candidate.lowercased().utf8)
            guard other.count <= 64 else { continue }
            let distance = distance(wanted, other)
            if distance < (best?.distance ?? .max) { best = (candidate, distance) }
        }
        let allowed = max(1, wanted.count / 3)
        return best.flatMap { $0.distance <= allowed ? $0.name : nil }
    }

    /// Renders ``nearest(to:in:)`` as a sentence for ``Diagnostic/help``.
    public static func help(for word: String, in candidates: some Sequence<String>) -> String? {
        nearest(to: word, in: candidates).map { "did you mean '\($0)'?" }
    }

    /// Optimal string alignment distance: insert, delete, replace, swap neighbours.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var before = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], before[j - 2] + 1)
                }
            }
            before = last
            last = row
        }
        return last[b.count]
    }
}
