internal import CrossdockCore
internal import CrossdockData

extension SimpleFunctions {
    typealias Argument = SimpleParser.Argument

    /// A function of one text, the body where none is given.
    private static func ofText(
        _ compute: @escaping @Sendable (String) throws -> Value
    ) -> Call {
        Call(arguments: 0...1) { arguments, _ in
            let input = arguments.first?.term ?? BodyTerm()
            return Computed { exchange in
                guard let text = try input.text(in: &exchange) else { return .null }
                return try compute(text)
            }
        }
    }

    /// A function of a text and words, where the text may be left out.
    private static func ofTextAnd(
        _ words: Int, _ compute: @escaping @Sendable (String, [String]) throws -> Value
    ) -> Call {
        Call(arguments: words...(words + 1), keepsSpaces: true) { arguments, _ in
            let hasInput = arguments.count == words + 1
            let input = hasInput ? arguments[0].term : BodyTerm()
            let rest = (hasInput ? arguments.dropFirst() : arguments[...]).map(\.term)
            return Computed { exchange in
                guard let text = try input.text(in: &exchange) else { return .null }
                return try compute(text, try rest.map { try $0.text(in: &exchange) ?? "" })
            }
        }
    }

    static let textCalls: [String: Call] = [
        "trim": ofText { .string($0.trimmed) },
        "uppercase": ofText { .string($0.uppercased()) },
        "lowercase": ofText { .string($0.lowercased()) },
        "length": ofText { .integer($0.utf16.count) },
        "capitalize": ofText { .string(capitalized($0)) },
        "normalizeWhitespace": ofText {
            .string($0.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        },
        "quote": ofText { .string("\"\($0)\"") },
        "safeQuote": safeQuote,
        "unquote": ofText { text in
            var inner = text[...]
            while let first = inner.first, first == "\"" || first == "'" { inner.removeFirst() }
            while let last = inner.last, last == "\"" || last == "'" { inner.removeLast() }
            return .string(String(inner))
        },
        "pretty": Call(arguments: 1...1) { arguments, _ in
            let input = arguments[0].term
            return Computed { exchange in
                var body = try input.body(in: &exchange)
                return .string(PrettyText.of(&body))
            }
        },
        "substringBefore": ofTextAnd(1) { text, words in
            text.range(of: words[0]).map { .string(String(text[..<$0.lowerBound])) } ?? .null
        },
        "substringAfter": ofTextAnd(1) { text, words in
            text.range(of: words[0]).map { .string(String(text[$0.upperBound...])) } ?? .null
        },
        "substringBetween": ofTextAnd(2) { text, words in
            guard let after = text.range(of: words[0]) else { return .null }
            let rest = text[after.upperBound...]
            guard let before = rest.range(of: words[1]) else { return .null }
            return .string(String(rest[..<before.lowerBound]))
        },
        "contains": ofTextAnd(1) { text, words in .bool(text.contains(words[0])) },
        "substring": substring,
        "replace": replace,
        "concat": concat,
        "pad": pad,
    ]

    private static func capitalized(_ text: String) -> String {
        var result = ""
        var isFirst = true
        for character in text {
            result += isFirst ? character.uppercased() : String(character)
            isFirst = character.isWhitespace
        }
        return result
    }

    /// Quotes text, leaves numbers, `true`, `false` and null as they are.
    private static let safeQuote = Call(arguments: 0...1) { arguments, _ in
        let input = arguments.first?.term ?? BodyTerm()
        return Computed { exchange in
            let value = try input.value(in: &exchange)
            guard case .string(let text) = value else { return value }
            if text == "true" || text == "false" || JSONNumber(text) != nil { return value }
            return .string("\"\(text)\"")
        }
    }

    /// Leaves out characters at the beginning and, counted from there, at the end.
    private static let substring = Call(arguments: 1...3) { arguments, _ in
        let input = arguments.count == 3 ? arguments[2].term : BodyTerm()
        let head = arguments[0].term
        let tail: (any CompiledExpression)? = arguments.count > 1 ? arguments[1].term : nil
        return Computed { exchange in
            guard let text = try input.text(in: &exchange) else { return .null }
            let units = Array(text.utf16)
            let first = try whole(head.value(in: &exchange), "substring")
            let last = try tail.map { try whole($0.value(in: &exchange), "substring") } ?? 0
            // Negative counts mean the same as positive ones.
            let start = min(units.count, Int(first.magnitude))
            let end = max(start, units.count - min(units.count, Int(last.magnitude)))
            return .string(String(decoding: units[start..<end], as: UTF16.self))
        }
    }

    static func whole(_ value: Value, _ function: String) throws -> Int {
        guard case .number(let number)? = ResultType.long.converted(value), let whole = number.int
        else { throw ExpressionError("'\(function)' needs a whole number, not \(value.typeName)") }
        return whole
    }

    private static let replace = Call(arguments: 2...3, keepsSpaces: true) { arguments, _ in
        let input = arguments.count == 3 ? arguments[2].term : BodyTerm()
        let (from, to) = (entities(arguments[0]), entities(arguments[1]))
        return Computed { exchange in
            guard let text = try input.text(in: &exchange) else { return .null }
            let wanted = try from.text(in: &exchange) ?? ""
            guard !wanted.isEmpty else { return .string(text) }
            return .string(text.replacing(wanted, with: try to.text(in: &exchange) ?? ""))
        }
    }

    /// Quotes may be written as in XML, so that they need no escape.
    private static func entities(_ argument: Argument) -> any CompiledExpression {
        guard let text = argument.constant else { return argument.term }
        let trimmed = text.trimmed
        let names = [
            ("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&empty;", ""),
            ("&amp;", "&"),
        ]
        if let only = names.first(where: { $0.0 == trimmed }) { return Constant(.string(only.1)) }
        return Constant(
            .string(names.reduce(text) { $0.replacing($1.0, with: $1.1) }))
    }

    private static let concat = Call(arguments: 1...3) { arguments, _ in
        let left = arguments.count > 1 ? arguments[0].term : BodyTerm()
        let right = arguments.count > 1 ? arguments[1].term : arguments[0].term
        let separator = arguments.count == 3 ? arguments[2].term : Constant("")
        return Computed { exchange in
            let parts = [try left.text(in: &exchange), try right.text(in: &exchange)]
            let between = try separator.text(in: &exchange) ?? ""
            return .string(parts.compactMap { $0 }.joined(separator: between))
        }
    }

    /// A negative width fills up on the left.
    private static let pad = Call(arguments: 2...3) { arguments, _ in
        let (input, width) = (arguments[0].term, arguments[1].term)
        let filler = arguments.count == 3 ? arguments[2].term : Constant(" ")
        return Computed { exchange in
            guard let text = try input.text(in: &exchange) else { return .null }
            let wide = try width.value(in: &exchange)
            guard case .number(let number)? = ResultType.long.converted(wide),
                let width = number.int, abs(width) <= 1 << 20
            else {
                throw ExpressionError(
                    "'pad' needs a width", exceptionClass: "java.lang.IllegalArgumentException")
            }
            let fill = try filler.text(in: &exchange) ?? " "
            let missing = Int(width.magnitude) - text.utf16.count
            guard missing > 0, !fill.isEmpty else { return .string(text) }
            let padding = String(repeating: fill, count: missing / fill.utf16.count + 1)
                .prefix(missing)
            return .string(width < 0 ? padding + text : text + padding)
        }
    }
}

extension String {
    /// The first place of `part`; nil for none and for an empty part.
    func range(of part: String) -> Range<String.Index>? {
        part.isEmpty ? nil : firstRange(of: part)
    }
}

extension Substring {
    func range(of part: String) -> Range<String.Index>? {
        part.isEmpty ? nil : firstRange(of: part)
    }
}
