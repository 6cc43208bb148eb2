internal import CrossdockCore
internal import CrossdockData

extension SimpleFunctions {
    private static func ofNumber(
        _ name: String, _ compute: @escaping @Sendable (JSONNumber) throws -> Value
    ) -> Call {
        Call(arguments: 0...1) { arguments, _ in
            let input = arguments.first?.term ?? BodyTerm()
            return Computed { exchange in
                try compute(try number(input.value(in: &exchange), name))
            }
        }
    }

    private static func ofNumbers(
        _ name: String, _ compute: @escaping @Sendable ([JSONNumber]) throws -> Value
    ) -> Call {
        Call(arguments: 0...500) { arguments, _ in
            let inputs = arguments.map(\.term)
            return Computed { exchange in
                try compute(try list(inputs, &exchange).map { try number($0, name) })
            }
        }
    }

    private static func number(_ value: Value, _ function: String) throws -> JSONNumber {
        guard case .number(let number)? = ResultType.double.converted(value) else {
            throw ExpressionError("'\(function)' needs numbers, not \(value.typeName)")
        }
        return number
    }

    static let numberCalls: [String: Call] = [
        "abs": ofNumber("abs") { number in
            .number(
                number.text.hasPrefix("-")
                    ? JSONNumber(unchecked: String(number.text.dropFirst())) : number)
        },
        "floor": ofNumber("floor") { .double($0.double.rounded(.down)) },
        "ceil": ofNumber("ceil") { .double($0.double.rounded(.up)) },
        "sum": ofNumbers("sum") { sum($0) },
        "max": ofNumbers("max") { numbers in
            numbers.max { Coercion.compare(.number($0), .number($1)) == -1 }.map { .number($0) }
                ?? .null
        },
        "min": ofNumbers("min") { numbers in
            numbers.min { Coercion.compare(.number($0), .number($1)) == -1 }.map { .number($0) }
                ?? .null
        },
        "average": ofNumbers("average") { numbers in
            guard !numbers.isEmpty else { return .null }
            let total = sum(numbers).number?.double ?? 0
            return .double(total / Double(numbers.count))
        },
        "random": Call(arguments: 1...2) { arguments, _ in
            let low = arguments.count == 2 ? arguments[0].term : Constant(0)
            let high = arguments[arguments.count - 1].term
            return Computed { exchange in
                let from = try whole(low.value(in: &exchange), "random")
                let to = try whole(high.value(in: &exchange), "random")
                guard from < to else {
                    throw ExpressionError("'random' needs a range from less to more")
                }
                return .integer(Int.random(in: from..<to))
            }
        },
    ]

    /// Whole numbers add up exactly as long as they fit.
    private static func sum(_ numbers: [JSONNumber]) -> Value {
        var whole: Int64 = 0
        for number in numbers {
            guard let next = number.int64 else { return floating(numbers) }
            let (total, overflow) = whole.addingReportingOverflow(next)
            guard !overflow else { return floating(numbers) }
            whole = total
        }
        return .number(JSONNumber(whole))
    }

    private static func floating(_ numbers: [JSONNumber]) -> Value {
        .double(numbers.reduce(0) { $0 + $1.double })
    }
}
