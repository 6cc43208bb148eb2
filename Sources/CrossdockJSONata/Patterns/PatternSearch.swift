/// Where a regular expression matched. Unit: UTF-16 code units.
struct PatternMatch {
    let range: Range<Int>
    /// Of each group what it captured last; nil where it took no part.
    let groups: [Range<Int>?]
}

/// A regular expression and the text it looks through.
struct PatternSearch {
    private let pattern: Pattern
    private let units: [UInt16]
    /// Where the regular expression stands in the JSONata expression.
    private let position: Int

    init(_ pattern: Pattern, _ text: String, position: Int) {
        self.pattern = pattern
        self.position = position
        units = Array(text.utf16)
    }

    func match(from start: Int, _ run: Evaluation) throws(JSONataError) -> PatternMatch? {
        try units.withUnsafeBufferPointer { text throws(JSONataError) in
            var matcher = PatternMatcher(pattern, text, run)
            guard try matcher.search(from: start) else { return nil }
            let captures = matcher.captures
            let groups = (1..<(pattern.groupCount + 1)).map { group -> Range<Int>? in
                let (start, end) = (captures[group * 2], captures[group * 2 + 1])
                return start >= 0 && end >= start ? start..<end : nil
            }
            return PatternMatch(range: captures[0]..<captures[1], groups: groups)
        }
    }

    /// The match after one that ended at `end`.
    ///
    /// - Throws: `D1004` when it is empty, since looking on would then not get ahead.
    func nextMatch(from end: Int, _ run: Evaluation) throws(JSONataError) -> PatternMatch? {
        guard end < units.count else { return nil }
        guard let match = try match(from: end, run) else { return nil }
        if match.range.isEmpty { throw run.failure("D1004", at: position) }
        return match
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: units[range], as: UTF16.self)
    }

    /// What the groups captured, undefined where they took no part.
    func groups(_ match: PatternMatch) -> [Datum] {
        match.groups.map { $0.map { .string(text($0)) } ?? .undefined }
    }
}
