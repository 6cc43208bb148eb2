internal import CrossdockCore
internal import CrossdockData

/// Text and functions in a row, as one text; what yields nothing leaves nothing.
struct Template: CompiledExpression {
    let parts: [any CompiledExpression]

    func value(in exchange: inout Exchange) throws -> Value {
        .string(try text(in: &exchange) ?? "")
    }

    func body(in exchange: inout Exchange) throws -> Body { .text(try text(in: &exchange) ?? "") }

    func text(in exchange: inout Exchange) throws -> String? {
        var result = ""
        for part in parts { result += try part.text(in: &exchange) ?? "" }
        return result
    }
}

/// What a closure computes; for functions whose cost is not in the call.
struct Computed: CompiledExpression {
    let compute: @Sendable (inout Exchange) throws -> Value

    init(_ compute: @escaping @Sendable (inout Exchange) throws -> Value) {
        self.compute = compute
    }

    func value(in exchange: inout Exchange) throws -> Value { try compute(&exchange) }
}

/// `++` and `--` behind a function.
struct Increment: CompiledExpression {
    let term: any CompiledExpression
    let step: Int

    func value(in exchange: inout Exchange) throws -> Value {
        let value = try term.value(in: &exchange)
        guard case .number(let number)? = ResultType.long.converted(value), let whole = number.int64
        else {
            throw ExpressionError(
                "'\(step > 0 ? "++" : "--")' needs a number, not \(value.typeName)")
        }
        let (sum, overflow) = whole.addingReportingOverflow(Int64(step))
        guard !overflow else { throw ExpressionError("the number is too large to count on") }
        return .number(JSONNumber(sum))
    }
}

/// `left ?: right`: the right side where the left one is nothing.
struct Elvis: CompiledExpression {
    let left: any CompiledExpression
    let right: any CompiledExpression

    func value(in exchange: inout Exchange) throws -> Value {
        let value = try left.value(in: &exchange)
        // Camel takes blank text, empty lists and `false` for nothing here.
        return value.holds ? value : try right.value(in: &exchange)
    }
}

/// `condition ? yes : no`.
struct Ternary: CompiledExpression {
    let condition: any CompiledExpression
    let yes: any CompiledExpression
    let no: any CompiledExpression

    func value(in exchange: inout Exchange) throws -> Value {
        try condition.matches(&exchange)
            ? try yes.value(in: &exchange) : try no.value(in: &exchange)
    }

    func body(in exchange: inout Exchange) throws -> Body {
        try condition.matches(&exchange) ? try yes.body(in: &exchange) : try no.body(in: &exchange)
    }
}

/// `left ~> right`: the left result is the body that the right side sees.
struct Chain: CompiledExpression {
    let left: any CompiledExpression
    let right: any CompiledExpression
    let isNullSafe: Bool

    func value(in exchange: inout Exchange) throws -> Value {
        let input = try left.body(in: &exchange)
        if isNullSafe, input.isNull { return .null }
        let kept = exchange.message.body
        exchange.message.body = input
        defer { exchange.message.body = kept }
        return try right.value(in: &exchange)
    }
}

struct Conjunction: CompiledExpression {
    let left: any CompiledExpression
    let right: any CompiledExpression

    func value(in exchange: inout Exchange) throws -> Value { .bool(try matches(&exchange)) }
    func matches(_ exchange: inout Exchange) throws -> Bool {
        guard try left.matches(&exchange) else { return false }
        return try right.matches(&exchange)
    }
}

struct Disjunction: CompiledExpression {
    let left: any CompiledExpression
    let right: any CompiledExpression

    func value(in exchange: inout Exchange) throws -> Value { .bool(try matches(&exchange)) }
    func matches(_ exchange: inout Exchange) throws -> Bool {
        if try left.matches(&exchange) { return true }
        return try right.matches(&exchange)
    }
}

extension Value {
    /// Null, empty text, an empty list or object.
    var isNothing: Bool {
        switch self {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .number, .bool: false
        }
    }
}
