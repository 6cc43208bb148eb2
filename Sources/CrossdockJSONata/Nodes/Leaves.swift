/// A constant.
final class LiteralNode: Node, @unchecked Sendable {
    enum Constant: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
    }

    let constant: Constant

    init(_ constant: Constant, position: Int) {
        self.constant = constant
        super.init(position: position)
    }

    override var typeName: String {
        switch constant {
        case .null, .bool: "value"
        case .number: "number"
        case .string: "string"
        }
    }

    var datum: Datum {
        switch constant {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): .number(number)
        case .string(let text): .string(text)
        }
    }

    var number: Double? { if case .number(let number) = constant { number } else { nil } }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        datum
    }
}

/// A step to the members of one name.
final class NameNode: Node, @unchecked Sendable {
    let key: MemberKey

    init(_ name: String, position: Int) {
        key = MemberKey(name)
        super.init(position: position)
    }

    override var typeName: String { "name" }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        try run.lookup(key, in: input)
    }
}

/// A step to all members.
final class WildcardNode: Node, @unchecked Sendable {
    override var typeName: String { "wildcard" }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        var input = input
        if case .array(let items, let traits) = input, traits.isOuterWrapper,
            let first = items.first
        {
            input = first
        }
        var results: [Datum] = []
        // A list among the values makes the result a plain list, even with one element.
        var isPlain = false
        func visit(_ value: Datum) throws(JSONataError) {
            guard value.isArray else { return results.append(value) }
            isPlain = true
            results += try run.flattened(value)
        }
        if input.isArray {
            try input.forEachElement { item throws(JSONataError) in try visit(item) }
        } else {
            try input.forEachMember { _, value throws(JSONataError) in try visit(value) }
        }
        return isPlain ? try run.chargedList(results) : try run.sequence(results)
    }
}

/// A step to everything inside, at any depth.
final class DescendantNode: Node, @unchecked Sendable {
    override var typeName: String { "descendant" }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        guard !input.isUndefined else { return .undefined }
        var results: [Datum] = []
        try collect(input, &results, run)
        return results.count == 1 ? results[0] : try run.sequence(results)
    }

    private func collect(
        _ value: Datum, _ results: inout [Datum], _ run: Evaluation
    ) throws(JSONataError) {
        try run.charge(steps: 1)
        if value.isArray {
            for item in try run.items(of: value) ?? [] { try collect(item, &results, run) }
            return
        }
        try run.charge(size: MemoryLayout<Datum>.stride)
        results.append(value)
        guard value.isObject else { return }
        for member in value.asRecord.values { try collect(member, &results, run) }
    }
}

/// `%`: the value from which the current one was reached.
final class ParentNode: Node, @unchecked Sendable {
    let slot: AncestorSlot

    init(slot: AncestorSlot, position: Int) {
        self.slot = slot
        super.init(position: position)
    }

    override var typeName: String { "parent" }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        frame.lookup(slot.label) ?? .undefined
    }
}

/// `$name`, `$` for the current value, `$$` for the input.
final class VariableNode: Node, @unchecked Sendable {
    let name: String
    /// The library's function of that name, found unless a variable hides it.
    let native: NativeFunction?

    init(_ name: String, position: Int) {
        self.name = name
        native = Library.functions[name]
        super.init(position: position)
    }

    override var typeName: String { "variable" }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        if name.isEmpty {
            if case .array(let items, let traits) = input, traits.isOuterWrapper {
                return items.first ?? .undefined
            }
            return input
        }
        return run.variable(name, native, frame)
    }
}

/// A regular expression, which is a function that looks for its matches.
final class RegexNode: Node, @unchecked Sendable {
    let pattern: Pattern

    init(_ pattern: Pattern, position: Int) {
        self.pattern = pattern
        super.init(position: position)
    }

    override var typeName: String { "regex" }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        .function(Function(.regex(pattern, position: position)))
    }
}
