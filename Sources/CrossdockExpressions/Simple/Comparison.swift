internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics

/// Builds the comparison of two sides, with what is constant about it worked out once.
enum Comparison {
    static func make(
        _ left: any CompiledExpression, _ kind: ComparisonKind, _ right: any CompiledExpression,
        isNegated: Bool
    ) throws -> any CompiledExpression {
        let constant = (right as? Constant)?.value
        switch kind {
        case .equal(false):
            if let path = left as? BodyPath, let literal = TapeLiteral(constant) {
                return TapeComparison(path: path, literal: literal, isNegated: isNegated)
            }
        case .regex:
            guard let text = constant?.scalarText else { break }
            return PatternComparison(
                left: left, pattern: try pattern(text), isNegated: isNegated)
        case .range:
            guard let text = constant?.scalarText else { break }
            let (low, high) = try range(text)
            return RangeComparison(left: left, low: low, high: high, isNegated: isNegated)
        case .isA:
            guard let name = constant?.scalarText,
                ResultType(javaName: name) != nil || name == "null"
            else {
                throw ComparisonProblem(
                    message: "'is' needs the name of a type that is known here, such as 'String'",
                    code: .javaClass)
            }
        case .oneOf:
            guard let text = constant?.scalarText else { break }
            let values = elements(of: .string(text))
            return Computed { exchange in
                let value = try left.value(in: &exchange)
                let isIn = values.contains { Coercion.equal(value, $0) }
                return .bool(isIn != isNegated)
            }
        default: break
        }
        return ValueComparison(left: left, kind: kind, right: right, isNegated: isNegated)
    }

    static func pattern(_ text: String) throws -> Pattern {
        do { return try Pattern(text) } catch {
            throw ComparisonProblem(
                message: "the pattern '\(text.prefix(60))' cannot be used: \(error.message)",
                code: .badPattern)
        }
    }

    static func range(_ text: String) throws -> (Value, Value) {
        let parts = text.split(separator: "..", omittingEmptySubsequences: false).map {
            String($0).trimmed
        }
        guard parts.count == 2, let low = Int64(parts[0]), let high = Int64(parts[1]) else {
            throw ComparisonProblem(message: "a range is written 'from..to' with whole numbers")
        }
        return (.number(JSONNumber(low)), .number(JSONNumber(high)))
    }

    /// The elements of a list, or of text separated by commas; two commas in a row are an empty one.
    static func elements(of value: Value) -> [Value] {
        switch value {
        case .array(let elements): return elements
        case .string(let text):
            var words = text.split(separator: ",", omittingEmptySubsequences: false).map(
                String.init)
            if words.first == "", words.dropFirst().first == "" { words.removeFirst() }
            return words.map { .string($0.trimmed) }
        case .null: return []
        default: return [value]
        }
    }
}

/// Any comparison, on values.
private struct ValueComparison: CompiledExpression {
    let left: any CompiledExpression
    let kind: ComparisonKind
    let right: any CompiledExpression
    let isNegated: Bool

    func value(in exchange: inout Exchange) throws -> Value { .bool(try matches(&exchange)) }

    func matches(_ exchange: inout Exchange) throws -> Bool {
        let one = try left.value(in: &exchange)
        let other = try right.value(in: &exchange)
        return try holds(one, other) != isNegated
    }

    private func holds(_ one: Value, _ other: Value) throws -> Bool {
        switch kind {
        case .equal(let ignoresCase): return Coercion.equal(one, other, ignoresCase: ignoresCase)
        case .greater: return Coercion.compare(one, other).map { $0 > 0 } ?? false
        case .greaterOrEqual: return Coercion.compare(one, other).map { $0 >= 0 } ?? false
        case .less: return Coercion.compare(one, other).map { $0 < 0 } ?? false
        case .lessOrEqual: return Coercion.compare(one, other).map { $0 <= 0 } ?? false
        case .contains(let ignoresCase):
            return Coercion.contains(one, other, ignoresCase: ignoresCase)
        case .startsWith: return Coercion.affix(one, other) { $0.utf8.starts(with: $1.utf8) }
        case .endsWith:
            return Coercion.affix(one, other) {
                $0.utf8.reversed().starts(with: $1.utf8.reversed())
            }
        case .oneOf:
            return Comparison.elements(of: other).contains { Coercion.equal(one, $0) }
        case .isA: return Coercion.isInstance(one, of: other.scalarText ?? "")
        case .regex: return try matchesPattern(one, other)
        case .range:
            do {
                let (low, high) = try Comparison.range(other.scalarText ?? "")
                return Coercion.isBetween(one, low, high)
            } catch let problem as ComparisonProblem {
                throw ExpressionError(problem.message)
            }
        }
    }

    /// A pattern that comes with the message is compiled for it: matching is linear, whoever wrote it.
    private func matchesPattern(_ one: Value, _ other: Value) throws -> Bool {
        guard let text = other.scalarText, let subject = one.scalarText else { return false }
        do { return try Comparison.pattern(text).matchesWhole(subject) } catch {
            guard let problem = error as? ComparisonProblem else { throw error }
            throw ExpressionError(problem.message, code: problem.code)
        }
    }
}

private struct PatternComparison: CompiledExpression {
    let left: any CompiledExpression
    let pattern: Pattern
    let isNegated: Bool

    func value(in exchange: inout Exchange) throws -> Value { .bool(try matches(&exchange)) }

    func matches(_ exchange: inout Exchange) throws -> Bool {
        guard let text = try left.text(in: &exchange) else { return isNegated }
        return pattern.matchesWhole(text) != isNegated
    }
}

private struct RangeComparison: CompiledExpression {
    let left: any CompiledExpression
    let low: Value
    let high: Value
    let isNegated: Bool

    func value(in exchange: inout Exchange) throws -> Value { .bool(try matches(&exchange)) }

    func matches(_ exchange: inout Exchange) throws -> Bool {
        let value = try left.value(in: &exchange)
        return Coercion.isBetween(value, low, high) != isNegated
    }
}

// MARK: - On the tape

/// A text that a member of a JSON body is compared with, byte by byte.
struct TapeLiteral: Sendable {
    let bytes: [UInt8]

    /// Nil for what a number could equal: those compare as numbers.
    init?(_ value: Value?) {
        guard case .string(let text)? = value, ExactDecimal(text) == nil else { return nil }
        guard text != "true", text != "false" else { return nil }
        bytes = Array(text.utf8)
    }
}

/// `${body.member} == 'text'` without a value in between: the bytes on the tape are compared.
private struct TapeComparison: CompiledExpression {
    let path: BodyPath
    let literal: TapeLiteral
    let isNegated: Bool

    func value(in exchange: inout Exchange) throws -> Value { .bool(try matches(&exchange)) }

    func matches(_ exchange: inout Exchange) throws -> Bool {
        if let plain = path.tape, let document = exchange.message.body.jsonContainer() {
            let verdict = document.withView { view -> Bool? in
                guard let index = plain.find(in: view), view.kind(index) == .string,
                    !view.isEscaped(index)
                else { return nil }
                return view.text(index).elementsEqual(literal.bytes)
            }
            if let verdict { return verdict != isNegated }
        }
        let value = try path.value(in: &exchange)
        let text = String(decoding: literal.bytes, as: UTF8.self)
        return Coercion.equal(value, .string(text)) != isNegated
    }
}
