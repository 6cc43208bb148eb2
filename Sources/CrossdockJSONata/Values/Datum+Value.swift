internal import CrossdockData

extension Evaluation {
    /// The value as a tree; nil for undefined. A function as the whole result is an empty text, one
    /// inside a list null, one inside an object left out, as is what is undefined.
    func value(_ datum: Datum) throws(JSONataError) -> Value? {
        switch datum {
        case .undefined, .tailCall: nil
        case .function, .native: .string("")
        default: try tree(datum)
        }
    }

    private func tree(_ datum: Datum) throws(JSONataError) -> Value? {
        switch datum {
        case .undefined, .tailCall, .function, .native: return nil
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .number(let number): return Numerals.json(number).map { .number($0) } ?? .null
        case .numeral(let number): return .number(number)
        case .string(let text): return .string(text)
        case .elements(let elements): return .array(elements)
        case .members(let members): return .object(members)
        case .node(let node):
            if let number = node.number { return .number(number) }
            if let text = node.string { return .string(text) }
            return node.kind == .object ? try object(datum) : try list(datum)
        case .record: return try object(datum)
        case .array, .range, .tuples: return try list(datum)
        }
    }

    private func list(_ datum: Datum) throws(JSONataError) -> Value {
        try charge(size: (datum.count ?? 0) * MemoryLayout<Value>.stride)
        var result: [Value] = []
        result.reserveCapacity(datum.count ?? 0)
        try datum.forEachElement { item throws(JSONataError) in
            result.append(try self.tree(item) ?? .null)
        }
        return .array(result)
    }

    private func object(_ datum: Datum) throws(JSONataError) -> Value {
        try charge(size: datum.memberCount * 2 * MemoryLayout<Value>.stride)
        var result = ValueObject()
        try datum.forEachMember { name, value throws(JSONataError) in
            result[name] = try self.tree(value)
        }
        return .object(result)
    }
}
