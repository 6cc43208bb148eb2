/// Goes from match to match of a regular expression, or of a function that looks for matches.
struct Matcher {
    struct Match {
        let text: Datum
        let start: Datum
        let end: Datum
        let groups: Datum
        /// Goes on, where a function does the looking.
        let next: Datum

        var startUnit: Int { Numerals.clamped(start.double ?? 0) }
        var endUnit: Int { Numerals.clamped(end.double ?? 0) }
    }

    private let call: NativeCall
    private let search: PatternSearch?
    private var from = 0
    private var isFirst = true
    // What to call for the next match.
    private var function: Datum
    private let text: String
    /// The match reached; nil when there are no more.
    private(set) var current: Match?

    init(_ call: NativeCall, _ function: Datum, _ text: String) throws(JSONataError) {
        self.call = call
        self.text = text
        self.function = function
        if case .function(let known) = function, case .regex(let pattern, let position) = known.kind
        {
            search = PatternSearch(pattern, text, position: position)
        } else {
            search = nil
        }
        try advance()
    }

    /// Goes to the next match.
    mutating func advance() throws(JSONataError) {
        defer { isFirst = false }
        guard let search else {
            current = try nextFromFunction()
            return
        }
        let found =
            isFirst
            ? try search.match(from: 0, call.run) : try search.nextMatch(from: from, call.run)
        guard let found else {
            current = nil
            return
        }
        from = found.range.upperBound
        current = Match(
            text: .string(search.text(found.range)), start: .integer(found.range.lowerBound),
            end: .integer(found.range.upperBound), groups: call.run.list(search.groups(found)),
            next: .undefined)
    }

    private mutating func nextFromFunction() throws(JSONataError) -> Match? {
        guard !function.isUndefined else { return nil }
        let result = try call.run.apply(
            function, isFirst ? [.string(text)] : [], input: .undefined, frame: call.frame)
        if result.isUndefined { return nil }
        let record = result.asRecord
        let isMatch =
            record["start"]?.double != nil || record["end"]?.double != nil
            || record["groups"]?.isArray ?? false || record["next"]?.isFunction ?? false
        guard isMatch else { throw call.run.failure("T1010") }
        function = record["next"] ?? .undefined
        return Match(
            text: record["match"] ?? .undefined, start: record["start"] ?? .undefined,
            end: record["end"] ?? .undefined, groups: record["groups"] ?? .undefined,
            next: function)
    }
}

extension Matcher.Match {
    /// The match as a function that makes the replacement gets it.
    func record(_ run: Evaluation) -> Datum {
        let record = Record()
        record["match"] = text
        record["start"] = start
        record["end"] = end
        record["groups"] = groups
        if !next.isUndefined { record["next"] = next }
        return .record(record)
    }

    /// Fills `$0`, `$1` … `$$` of a replacement text.
    ///
    /// As many digits are taken as the number of groups has, one less where that names no group.
    func expand(_ template: String) -> String {
        let groups = groups.items ?? []
        let source = Array(template.unicodeScalars)
        let width = groups.isEmpty ? 1 : String(groups.count).utf8.count
        var output = String.UnicodeScalarView()
        var at = 0
        while at < source.count {
            guard source[at] == "$" else {
                output.append(source[at])
                at += 1
                continue
            }
            at += 1
            if at < source.count, source[at] == "$" || source[at] == "0" {
                output.append(
                    contentsOf: (source[at] == "$" ? "$" : text.text ?? "").unicodeScalars)
                at += 1
                continue
            }
            var digits = Self.digits(source, at, width)
            if width > 1, let number = Int(digits), number > groups.count {
                digits = Self.digits(source, at, width - 1)
            }
            guard let number = Int(digits) else {
                output.append("$")
                continue
            }
            if number >= 1, number <= groups.count, let group = groups[number - 1].text {
                output.append(contentsOf: group.unicodeScalars)
            }
            at += String(number).utf8.count
        }
        return String(output)
    }

    private static func digits(_ source: [Unicode.Scalar], _ start: Int, _ width: Int) -> String {
        var digits = ""
        var at = start
        while at < source.count, digits.utf8.count < width, source[at] >= "0", source[at] <= "9" {
            digits.unicodeScalars.append(source[at])
            at += 1
        }
        return digits
    }
}
