internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics

extension SimpleParser {
    /// Reads `.member`, `?.member`, `[key]` and `.method(…)` up to the end of the text.
    mutating func objectPath() throws -> ObjectPath {
        var steps: [ObjectPath.Step] = []
        while !isAtEnd {
            let start = at
            let isNullSafe = take("?")
            if take("[") {
                steps.append(try keyStep(from: start, isNullSafe: isNullSafe))
            } else if take(".") {
                steps.append(try nameStep(from: start, isNullSafe: isNullSafe))
            } else {
                throw failure("'.name' or '[key]' is expected", at: at)
            }
        }
        return ObjectPath(steps: steps)
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard at < scalars.count, scalars[at] == scalar else { return false }
        at += 1
        return true
    }

    /// Whether what comes next allows the step before it to yield nothing.
    private var isFollowedByNullSafe: Bool { at < scalars.count && scalars[at] == "?" }

    private mutating func keyStep(from start: Int, isNullSafe: Bool) throws -> ObjectPath.Step {
        let content = at
        var open = 1
        while at < scalars.count {
            if let inner = functionStart(at: at) {
                at = try functionEnd(from: inner) + 1
                continue
            }
            if scalars[at] == "[" { open += 1 }
            if scalars[at] == "]" {
                open -= 1
                if open == 0 { break }
            }
            at += 1
        }
        guard at < scalars.count else { throw failure("'[' without ']'", at: start) }
        let range = content..<at
        at += 1
        let isSafe = isNullSafe || isFollowedByNullSafe
        let kind = try key(range)
        return ObjectPath.Step(kind: kind, text: text(start..<at), isNullSafe: isSafe)
    }

    private func key(_ range: Range<Int>) throws -> ObjectPath.Step.Kind {
        let text = text(range)
        if let unquoted = Self.unquoted(text) { return .member(MemberName(unquoted)) }
        if range.contains(where: { functionStart(at: $0) != nil }) {
            var inner = SimpleParser(
                scalars[range], scope, base: base + range.lowerBound, depth: depth + 1)
            return .computed(try inner.template())
        }
        if let index = Int(text), index >= 0 { return .index(index) }
        if text == "last" { return .fromEnd(0) }
        if text.hasPrefix("last-"), let back = Int(text.dropFirst(5)), back >= 0 {
            return .fromEnd(back)
        }
        guard !text.isEmpty else { throw failure("an empty '[]'", at: range.lowerBound) }
        return .member(MemberName(text))
    }

    private mutating func nameStep(from start: Int, isNullSafe: Bool) throws -> ObjectPath.Step {
        let nameStart = at
        while at < scalars.count, !".[?(".unicodeScalars.contains(scalars[at]) { at += 1 }
        let name = text(nameStart..<at)
        guard !name.isEmpty else { throw failure("a name is expected after '.'", at: nameStart) }
        guard at < scalars.count, scalars[at] == "(" else {
            return ObjectPath.Step(
                kind: .member(MemberName(name)), text: text(start..<at),
                isNullSafe: isNullSafe || isFollowedByNullSafe)
        }
        let open = at
        let close = try closingParenthesis(from: open)
        let arguments = try arguments(in: (open + 1)..<close, keepsSpaces: false).map(\.term)
        at = close + 1
        return try call(name, arguments, from: start, nameStart: nameStart, isNullSafe)
    }

    private func call(
        _ name: String, _ arguments: [any CompiledExpression], from start: Int, nameStart: Int,
        _ isNullSafe: Bool
    ) throws -> ObjectPath.Step {
        let text = text(start..<at)
        guard let method = ObjectMethod(name) else {
            // A getter of a member.
            if arguments.isEmpty, name.hasPrefix("get"), name.utf8.count > 3 {
                return ObjectPath.Step(
                    kind: .member(MemberName(name)), text: text, isNullSafe: isNullSafe)
            }
            throw SimpleSyntaxError(
                message: "the method '\(name)' is not offered", offset: base + nameStart,
                code: .unknownFunction,
                help: Suggestion.help(for: name, in: ObjectMethod.names)
                    ?? "values have \(ObjectMethod.names.prefix(12).joined(separator: ", ")) …")
        }
        guard method.arguments.contains(arguments.count) else {
            throw SimpleSyntaxError(
                message: "'\(name)' does not take \(arguments.count) arguments",
                offset: base + nameStart, code: .unknownFunction)
        }
        return ObjectPath.Step(
            kind: .call(method, arguments), text: text, isNullSafe: isNullSafe)
    }

    /// The place of the `)` that closes the `(` at `open`.
    func closingParenthesis(from open: Int) throws -> Int {
        var depth = 0
        var quote: Unicode.Scalar?
        var place = open
        while place < scalars.count {
            if let inner = functionStart(at: place) {
                place = try functionEnd(from: inner) + 1
                continue
            }
            let scalar = scalars[place]
            if scalar == "'" || scalar == "\"" {
                if quote == scalar { quote = nil } else if quote == nil { quote = scalar }
            } else if quote == nil {
                if scalar == "(" { depth += 1 }
                if scalar == ")" {
                    depth -= 1
                    if depth == 0 { return place }
                }
            }
            place += 1
        }
        throw failure("'(' without ')'", at: open)
    }

    /// An argument of a function: as written, and compiled.
    struct Argument: Sendable {
        let text: String
        let term: any CompiledExpression
        let place: Int

        /// The text of an argument that is known when the route is read.
        var constant: String? { (term as? Constant)?.value.scalarText }
    }

    /// Splits at commas that are in no quotes and no function.
    func arguments(in range: Range<Int>, keepsSpaces: Bool) throws -> [Argument] {
        guard !text(range).trimmed.isEmpty || keepsSpaces && !range.isEmpty else { return [] }
        var pieces: [Range<Int>] = []
        var start = range.lowerBound
        var place = start
        var quote: Unicode.Scalar?
        while place < range.upperBound {
            if let inner = functionStart(at: place) {
                place = try functionEnd(from: inner) + 1
                continue
            }
            let scalar = scalars[place]
            if scalar == "'" || scalar == "\"" {
                if quote == scalar { quote = nil } else if quote == nil { quote = scalar }
            } else if scalar == ",", quote == nil {
                pieces.append(start..<place)
                start = place + 1
            }
            place += 1
        }
        pieces.append(start..<range.upperBound)
        return try pieces.map { try argument($0, keepsSpaces: keepsSpaces) }
    }

    private func argument(_ range: Range<Int>, keepsSpaces: Bool) throws -> Argument {
        var range = range
        let trimmed = trimmedRange(range)
        let isQuoted = Self.unquoted(text(trimmed)) != nil
        if isQuoted {
            range = (trimmed.lowerBound + 1)..<(trimmed.upperBound - 1)
        } else if !keepsSpaces {
            range = trimmed
        }
        var inner = SimpleParser(
            scalars[range], scope, base: base + range.lowerBound, depth: depth + 1)
        return Argument(
            text: text(range), term: try inner.template(), place: base + range.lowerBound)
    }

    private func trimmedRange(_ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, scalars[low].properties.isWhitespace { low += 1 }
        while high > low, scalars[high - 1].properties.isWhitespace { high -= 1 }
        return low..<high
    }

    /// The inside of a text in quotes; nil for other text.
    static func unquoted(_ text: String) -> String? {
        guard text.utf8.count >= 2, let first = text.utf8.first, first == text.utf8.last,
            first == UInt8(ascii: "'") || first == UInt8(ascii: "\"")
        else { return nil }
        let inner = text.dropFirst().dropLast()
        // `'a','b'` is two texts.
        return inner.utf8.contains(first) ? nil : String(inner)
    }
}
