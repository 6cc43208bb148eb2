#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An operator between two values.
class BinaryNode: Node, @unchecked Sendable {
    let left: Node
    let right: Node
    let symbol: String

    init(_ symbol: String, _ left: Node, _ right: Node, position: Int) {
        self.symbol = symbol
        self.left = left
        self.right = right
        super.init(position: position)
    }

    override var typeName: String { "binary" }
    override var parts: [Node] { [left, right] }

    final override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let one = try run.evaluate(left, input, frame)
        let other = try run.evaluate(right, input, frame)
        do { return try combine(one, other, run) } catch {
            throw error.completed(position: position, token: symbol)
        }
    }

    func combine(
        _ one: Datum, _ other: Datum, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        .undefined
    }

    final func failure(
        _ code: String, _ run: Evaluation, value: Datum? = nil, other: Datum? = nil
    ) -> JSONataError {
        run.failure(code, at: position, token: symbol, value: value, other: other)
    }
}

/// `+`, `-`, `*`, `/`, `%` on numbers.
final class ArithmeticNode: BinaryNode, @unchecked Sendable {
    enum Operation { case add, subtract, multiply, divide, remainder }

    private let operation: Operation

    init(_ operation: Operation, _ symbol: String, _ left: Node, _ right: Node, position: Int) {
        self.operation = operation
        super.init(symbol, left, right, position: position)
    }

    override func combine(
        _ one: Datum, _ other: Datum, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let a = try number(one, "T2001", run)
        let b = try number(other, "T2002", run)
        guard let a, let b else { return .undefined }
        return switch operation {
        case .add: .number(a + b)
        case .subtract: .number(a - b)
        case .multiply: .number(a * b)
        case .divide: .number(a / b)
        case .remainder: .number(fmod(a, b))
        }
    }

    /// Nil for undefined.
    private func number(
        _ value: Datum, _ code: String, _ run: Evaluation
    ) throws(JSONataError) -> Double? {
        if value.isUndefined { return nil }
        guard let number = value.double, try run.isNumeric(number) else {
            throw failure(code, run, value: value)
        }
        return number
    }
}

/// `=` and `!=`. Where one side is undefined, both are false.
final class EqualityNode: BinaryNode, @unchecked Sendable {
    override func combine(
        _ one: Datum, _ other: Datum, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        if one.isUndefined || other.isUndefined { return .bool(false) }
        return .bool(try one.isEqual(to: other, run) == (symbol == "="))
    }
}

/// `<`, `<=`, `>`, `>=` on two numbers or two strings.
final class ComparisonNode: BinaryNode, @unchecked Sendable {
    override func combine(
        _ one: Datum, _ other: Datum, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let (kind, otherKind) = (one.kind, other.kind)
        guard Self.isComparable(kind), Self.isComparable(otherKind) else {
            let isLeft = kind != .string && kind != .number
            throw failure("T2010", run, value: isLeft ? one : other)
        }
        if kind == .undefined || otherKind == .undefined { return .undefined }
        guard kind == otherKind else { throw failure("T2009", run, value: one, other: other) }
        if kind == .number {
            return .bool(holds(one.double ?? .nan, other.double ?? .nan))
        }
        return .bool(holds(Texts.compare(one.text ?? "", other.text ?? ""), 0))
    }

    private func holds<Compared: Comparable>(_ one: Compared, _ other: Compared) -> Bool {
        switch symbol {
        case "<": one < other
        case "<=": one <= other
        case ">": one > other
        default: one >= other
        }
    }

    private static func isComparable(_ kind: DatumKind) -> Bool {
        kind == .undefined || kind == .string || kind == .number
    }
}

/// `in`: whether a list has the element.
final class InclusionNode: BinaryNode, @unchecked Sendable {
    override func combine(
        _ one: Datum, _ other: Datum, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        if one.isUndefined || other.isUndefined { return .bool(false) }
        var isFound = false
        try run.charge(steps: other.count ?? 1)
        try other.forEachElement { item in if item.isIdentical(to: one) { isFound = true } }
        return .bool(isFound)
    }
}

/// `..`: the integers from one to another.
final class RangeNode: BinaryNode, @unchecked Sendable {
    static let maximumCount = 10_000_000

    override func combine(
        _ one: Datum, _ other: Datum, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let lower = try bound(one, "T2003", run)
        let upper = try bound(other, "T2004", run)
        guard let lower, let upper, lower <= upper else { return .undefined }
        let count = upper - lower + 1
        if count > Self.maximumCount { throw failure("D2014", run, value: .integer(count)) }
        if let limit = run.options.limits.elements, count > limit {
            throw failure("D2015", run, value: .integer(limit))
        }
        return .range(lower...upper, .sequence)
    }

    private func bound(
        _ value: Datum, _ code: String, _ run: Evaluation
    ) throws(JSONataError) -> Int? {
        if value.isUndefined { return nil }
        guard let number = value.double, let integer = Numerals.integer(number) else {
            throw failure(code, run, value: value)
        }
        return integer
    }
}

/// `and`, `or`: the right side is looked at only when it matters.
final class LogicNode: Node, @unchecked Sendable {
    private let left: Node
    private let right: Node
    private let isAnd: Bool

    init(isAnd: Bool, _ left: Node, _ right: Node, position: Int) {
        self.isAnd = isAnd
        self.left = left
        self.right = right
        super.init(position: position)
    }

    override var typeName: String { "binary" }
    override var parts: [Node] { [left, right] }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let one = try run.evaluate(left, input, frame)
        do {
            let truth = try one.truth(run) ?? false
            if truth != isAnd { return .bool(truth) }
            return .bool(try run.evaluate(right, input, frame).truth(run) ?? false)
        } catch {
            throw error.leaving(callAt: position, token: isAnd ? "and" : "or")
        }
    }
}

/// `&`: the texts of all operands of a chain, one after the other.
final class ConcatenationNode: Node, @unchecked Sendable {
    private let operands: [Node]

    init(_ operands: [Node], position: Int) {
        self.operands = operands
        super.init(position: position)
    }

    override var typeName: String { "binary" }
    override var parts: [Node] { operands }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        var result = ""
        for operand in operands {
            let value = try run.evaluate(operand, input, frame)
            if value.isUndefined { continue }
            do {
                result += try run.string(value)
                if result.utf8.count > 15 { try run.charge(size: result.utf8.count + 32) }
            } catch { throw error.completed(position: position, token: "&") }
        }
        return .string(result)
    }
}

/// Minus before a value.
final class NegationNode: Node, @unchecked Sendable {
    private let operand: Node

    init(_ operand: Node, position: Int) {
        self.operand = operand
        super.init(position: position)
    }

    override var typeName: String { "unary" }
    override var parts: [Node] { [operand] }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let value = try run.evaluate(operand, input, frame)
        if value.isUndefined { return .undefined }
        guard let number = value.double, try run.isNumeric(number) else {
            throw run.failure("D1002", at: position, token: "-", value: value)
        }
        return .number(-number)
    }
}
