internal import CrossdockCore
internal import CrossdockData

extension SimpleFunctions {
    /// A function of one list, the body where none is given.
    private static func ofList(
        _ compute: @escaping @Sendable ([Value]) throws -> Value
    ) -> Call {
        Call(arguments: 0...500) { arguments, _ in
            let inputs = arguments.map(\.term)
            return Computed { exchange in
                let values = try list(inputs, &exchange)
                return try compute(values)
            }
        }
    }

    /// The elements of one list, or all arguments as a list, or the elements of the body.
    static func list(_ inputs: [any CompiledExpression], _ exchange: inout Exchange) throws
        -> [Value]
    {
        if inputs.isEmpty { return elements(try bodyValue(&exchange)) }
        if inputs.count == 1 { return elements(try inputs[0].value(in: &exchange)) }
        return try inputs.map { try $0.value(in: &exchange) }
    }

    static func bodyValue(_ exchange: inout Exchange) throws -> Value {
        if let document = exchange.message.body.jsonContainer() { return try document.root.value() }
        return try exchange.message.body.value()
    }

    /// The elements of a list; text is divided at its commas.
    static func elements(_ value: Value) -> [Value] {
        switch value {
        case .null: return []
        case .array(let elements): return elements
        case .string(let text):
            if let parsed = try? Value(json: text), case .array(let elements) = parsed {
                return elements
            }
            return text.split(separator: ",", omittingEmptySubsequences: false).map {
                .string(String($0))
            }
        default: return [value]
        }
    }

    static let collectionCalls: [String: Call] = [
        "size": Call(arguments: 0...1) { arguments, _ in
            let input = arguments.first?.term
            return Computed { exchange in
                let value = try input?.value(in: &exchange) ?? bodyValue(&exchange)
                return .integer(value.object?.count ?? elements(value).count)
            }
        },
        "distinct": ofList { values in
            var seen: Set<Value> = []
            return .array(values.filter { seen.insert($0).inserted })
        },
        "reverse": ofList { .array($0.reversed()) },
        "shuffle": ofList { .array($0.shuffled()) },
        "list": Call(arguments: 0...500) { arguments, _ in
            let terms = arguments.map(\.term)
            return Computed { exchange in .array(try terms.map { try $0.value(in: &exchange) }) }
        },
        "map": Call(arguments: 0...500) { arguments, _ in
            guard arguments.count % 2 == 0 else {
                throw FunctionProblem(message: "'map' takes names and values in pairs")
            }
            let terms = arguments.map(\.term)
            return Computed { exchange in
                var object = ValueObject()
                for at in stride(from: 0, to: terms.count, by: 2) {
                    let key = try terms[at].text(in: &exchange) ?? ""
                    object[key] = try terms[at + 1].value(in: &exchange)
                }
                return .object(object)
            }
        },
        "range": Call(arguments: 1...2) { arguments, _ in
            let low = arguments.count == 2 ? arguments[0].term : Constant(1)
            let high = arguments.count == 2 ? arguments[1].term : arguments[0].term
            return Computed { exchange in
                let start = try whole(low.value(in: &exchange), "range")
                let end = try whole(high.value(in: &exchange), "range")
                let (count, overflow) = end.subtractingReportingOverflow(start)
                guard !overflow, count <= 1_000_000 else {
                    throw ExpressionError("'range' yields at most a million numbers")
                }
                return .array(start < end ? (start..<end).map { .integer($0) } : [])
            }
        },
        "split": split,
        "sort": sort,
        "collate": collate,
        "skip": skip,
        "join": join,
        "forEach": forEach,
        "filter": filter,
        "listAdd": changeList("listAdd") { list, element in list + [element] },
        "listRemove": changeList("listRemove") { list, element in
            if case .number(let number) = element, let at = number.int, list.indices.contains(at) {
                var shorter = list
                shorter.remove(at: at)
                return shorter
            }
            return list.filter { !Coercion.equal($0, element) }
        },
        "mapAdd": changeMap("mapAdd", arguments: 2) { map, key, value in map[key] = value },
        "mapRemove": changeMap("mapRemove", arguments: 1) { map, key, _ in map[key] = nil },
        "setHeader": setter("setHeader") { exchange, name, value, _ in
            exchange.message[header: name] = value.isNull ? nil : value
        },
        "setVariable": setter("setVariable") { exchange, name, value, scope in
            VariableName(name).set(
                value.isNull ? nil : .value(value), in: &exchange, scope.variables)
        },
    ]

    private static let split = Call(arguments: 0...2, keepsSpaces: true) { arguments, _ in
        let input = arguments.count == 2 ? arguments[0].term : BodyTerm()
        let separator = arguments.last?.term ?? Constant(",")
        return Computed { exchange in
            guard let text = try input.text(in: &exchange) else { return [] }
            let mark = try separator.text(in: &exchange) ?? ","
            guard !mark.isEmpty else { return .array([.string(text)]) }
            return .array(
                text.split(separator: mark, omittingEmptySubsequences: false).map {
                    .string(String($0))
                })
        }
    }

    private static let sort = Call(arguments: 0...2) { arguments, _ in
        let isReversed = arguments.last?.constant
        let flag = isReversed == "true" || isReversed == "false"
        let input: (any CompiledExpression)? =
            arguments.count == 2 || (arguments.count == 1 && !flag) ? arguments[0].term : nil
        let descends = isReversed == "true"
        return Computed { exchange in
            let values = try list(input.map { [$0] } ?? [], &exchange)
            let sorted = values.enumerated().sorted { one, other in
                let order = Coercion.compare(one.element, other.element) ?? 0
                return order == 0 ? one.offset < other.offset : descends ? order > 0 : order < 0
            }
            return .array(sorted.map(\.element))
        }
    }

    private static let collate = Call(arguments: 1...2) { arguments, _ in
        let group = arguments[arguments.count - 1].term
        let input = arguments.count == 2 ? [arguments[0].term] : []
        return Computed { exchange in
            let values = try list(input, &exchange)
            let size = try whole(group.value(in: &exchange), "collate")
            guard size > 0 else { throw ExpressionError("'collate' needs a group of at least 1") }
            return .array(
                stride(from: 0, to: values.count, by: size).map {
                    .array(Array(values[$0..<min(values.count, $0 + size)]))
                })
        }
    }

    private static let skip = Call(arguments: 1...2) { arguments, _ in
        let number = arguments[arguments.count - 1].term
        let input = arguments.count == 2 ? [arguments[0].term] : []
        return Computed { exchange in
            let values = try list(input, &exchange)
            return .array(
                Array(values.dropFirst(max(0, try whole(number.value(in: &exchange), "skip")))))
        }
    }

    private static let join = Call(arguments: 0...3, keepsSpaces: true) { arguments, _ in
        let separator = arguments.first?.term ?? Constant(",")
        let prefix = arguments.count > 1 ? arguments[1].term : Constant("")
        let input = arguments.count > 2 ? [arguments[2].term] : []
        return Computed { exchange in
            let before = try prefix.text(in: &exchange) ?? ""
            let texts = try list(input, &exchange).map { before + ($0.scalarText ?? $0.jsonText) }
            return .string(texts.joined(separator: try separator.text(in: &exchange) ?? ","))
        }
    }

    /// Evaluates an expression with each element as the body.
    private static let forEach = Call(arguments: 2...2) { arguments, _ in
        let (input, body) = (arguments[0].term, arguments[1].term)
        return Computed { exchange in
            .array(
                try overElements([input], &exchange) { _, exchange in
                    try body.value(in: &exchange)
                })
        }
    }

    private static let filter = Call(arguments: 2...2) { arguments, scope in
        let input = arguments[0].term
        var parser = SimpleParser(arguments[1].text, scope)
        let predicate = try parser.predicate()
        return Computed { exchange in
            .array(
                try overElements([input], &exchange) { element, exchange in
                    guard try predicate.matches(&exchange) else { return nil }
                    return element
                })
        }
    }

    private static func overElements(
        _ input: [any CompiledExpression], _ exchange: inout Exchange,
        _ work: (Value, inout Exchange) throws -> Value?
    ) throws -> [Value] {
        let values = try list(input, &exchange)
        let kept = exchange.message.body
        defer { exchange.message.body = kept }
        return try values.compactMap { element in
            exchange.message.body = .value(element)
            return try work(element, &exchange)
        }
    }

    // MARK: - Changes in place

    /// Where a changed list or map is written back to.
    private static func target(
        _ argument: Argument?, _ scope: ExpressionScope
    ) throws -> (name: String, write: @Sendable (inout Exchange, Value) -> Void) {
        guard let text = argument?.text.trimmed else {
            return ("body", { $0.message.body = .value($1) })
        }
        guard text.hasPrefix("${"), text.hasSuffix("}") else {
            throw FunctionProblem(
                message: "${body}, ${header.name} or ${variable.name} is expected")
        }
        let inner = String(text.dropFirst(2).dropLast())
        if inner == "body" { return ("body", { $0.message.body = .value($1) }) }
        for prefix in ["header.", "headers."] where inner.hasPrefix(prefix) {
            let name = HeaderName(String(inner.dropFirst(prefix.count)))
            return (inner, { $0.message[header: name] = $1 })
        }
        if inner.hasPrefix("variable.") {
            let name = VariableName(String(inner.dropFirst("variable.".count)))
            let store = scope.variables
            return (inner, { name.set(.value($1), in: &$0, store) })
        }
        throw FunctionProblem(message: "'\(inner)' cannot be changed")
    }

    private static func changeList(
        _ name: String, _ change: @escaping @Sendable ([Value], Value) -> [Value]
    ) -> Call {
        Call(arguments: 1...2) { arguments, scope in
            let target = try target(arguments.count == 2 ? arguments[0] : nil, scope)
            let input = arguments.count == 2 ? [arguments[0].term] : []
            let element = arguments[arguments.count - 1].term
            return Computed { exchange in
                let changed = Value.array(
                    change(try list(input, &exchange), try element.value(in: &exchange)))
                target.write(&exchange, changed)
                return changed
            }
        }
    }

    private static func changeMap(
        _ name: String, arguments count: Int,
        _ change: @escaping @Sendable (inout ValueObject, String, Value) -> Void
    ) -> Call {
        Call(arguments: count...(count + 1)) { arguments, scope in
            let hasTarget = arguments.count == count + 1
            let target = try target(hasTarget ? arguments[0] : nil, scope)
            let input: (any CompiledExpression)? = hasTarget ? arguments[0].term : nil
            let rest = (hasTarget ? arguments.dropFirst() : arguments[...]).map(\.term)
            return Computed { exchange in
                let current = try input?.value(in: &exchange) ?? bodyValue(&exchange)
                var map = ResultType.map.converted(current)?.object ?? ValueObject()
                let value = count == 2 ? try rest[1].value(in: &exchange) : .null
                change(&map, try rest[0].text(in: &exchange) ?? "", value)
                target.write(&exchange, .object(map))
                return .object(map)
            }
        }
    }

    private static func setter(
        _ name: String,
        _ set: @escaping @Sendable (inout Exchange, String, Value, ExpressionScope) -> Void
    ) -> Call {
        Call(arguments: 2...3) { arguments, scope in
            let key = arguments[0].term
            let value = arguments[arguments.count - 1].term
            let type = arguments.count == 3 ? ResultType(javaName: arguments[1].text.trimmed) : .any
            guard let type else {
                throw FunctionProblem(
                    message: "'\(arguments[1].text)' is no type that is known here")
            }
            return Computed { exchange in
                let given = try value.value(in: &exchange)
                guard let converted = type.converted(given) else {
                    throw ResultType.failure("a \(given.typeName) cannot become one", type)
                }
                set(&exchange, try key.text(in: &exchange) ?? "", converted, scope)
                // The function stands for nothing where it is written.
                return .null
            }
        }
    }
}
