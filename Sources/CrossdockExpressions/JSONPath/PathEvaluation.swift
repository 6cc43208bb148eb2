internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics

/// One evaluation of a query over one document's tape.
struct PathEvaluation {
    let view: JSONView
    let dialect: JSONPath.Dialect
    /// Bounds what a query may visit: nested descents multiply.
    private var budget = 20_000_000

    init(view: JSONView, dialect: JSONPath.Dialect) {
        self.view = view
        self.dialect = dialect
    }

    mutating func nodes(
        of query: PathQuery, current: Int
    ) throws(JSONPathError) -> [Int] {
        var nodes = [query.isRelative ? current : 0]
        for segment in query.segments {
            guard !nodes.isEmpty else { return [] }
            var found: [Int] = []
            switch segment {
            case .child(let selectors):
                for node in nodes { try select(selectors, of: node, into: &found) }
            case .descendant(let selectors):
                for node in nodes { try descend(selectors, from: node, into: &found) }
            case .function: break
            }
            nodes = found
        }
        return nodes
    }

    private mutating func spend(_ amount: Int = 1) throws(JSONPathError) {
        budget -= amount
        guard budget > 0 else {
            throw JSONPathError(message: "the query visits too many values", offset: 0)
        }
    }

    /// The tape holds values in document order, so all below a node are those up to its end.
    private mutating func descend(
        _ selectors: [PathSelector], from node: Int, into found: inout [Int]
    ) throws(JSONPathError) {
        var pending = [node]
        while let index = pending.popLast() {
            try select(selectors, of: index, into: &found)
            var children: [Int] = []
            forEachChild(of: index) { children.append($0) }
            try spend(children.count)
            for child in children.reversed() { pending.append(child) }
        }
    }

    private func forEachChild(of index: Int, _ body: (Int) -> Void) {
        let kind = view.kind(index)
        guard kind == .object || kind == .array else { return }
        let end = view.next(index)
        var child = index + 1
        while child < end {
            if kind == .object { child += 1 }
            guard child < end else { return }
            body(child)
            child = view.next(child)
        }
    }

    private mutating func select(
        _ selectors: [PathSelector], of node: Int, into found: inout [Int]
    ) throws(JSONPathError) {
        for selector in selectors {
            try spend()
            switch selector {
            case .name(let key):
                if let member = key.find(in: view, of: node) { found.append(member) }
            case .wildcard:
                let before = found.count
                forEachChild(of: node) { found.append($0) }
                try spend(found.count - before)
            case .index(let index):
                guard view.kind(node) == .array else { continue }
                let elements = children(of: node)
                let position = index < 0 ? elements.count + index : index
                if elements.indices.contains(position) { found.append(elements[position]) }
            case .slice(let start, let end, let step):
                guard view.kind(node) == .array else { continue }
                slice(children(of: node), start, end, step, into: &found)
            case .filter(let filter):
                if dialect == .jayway, view.kind(node) == .object {
                    // Jayway asks an object itself, not its members.
                    if try holds(filter, node) { found.append(node) }
                    continue
                }
                let children = children(of: node)
                try spend(children.count)
                for child in children where try holds(filter, child) { found.append(child) }
            }
        }
    }

    private func children(of node: Int) -> [Int] {
        var children: [Int] = []
        forEachChild(of: node) { children.append($0) }
        return children
    }

    /// - Source: RFC 9535 §2.3.4.2.2.
    private func slice(
        _ elements: [Int], _ start: Int?, _ end: Int?, _ step: Int, into found: inout [Int]
    ) {
        guard step != 0 else { return }
        let count = elements.count
        func normal(_ index: Int) -> Int { index >= 0 ? index : count + index }
        let first = normal(start ?? (step > 0 ? 0 : count - 1))
        let last = normal(end ?? (step > 0 ? count : -count - 1))
        if step > 0 {
            let (lower, upper) = (min(max(first, 0), count), min(max(last, 0), count))
            for index in stride(from: lower, to: upper, by: step) { found.append(elements[index]) }
        } else {
            let (upper, lower) = (min(max(first, -1), count - 1), min(max(last, -1), count - 1))
            for index in stride(from: upper, to: lower, by: step) { found.append(elements[index]) }
        }
    }

    // MARK: - Filters

    private mutating func holds(_ filter: PathFilter, _ node: Int) throws(JSONPathError) -> Bool {
        switch filter {
        case .any(let parts):
            for part in parts where try holds(part, node) { return true }
            return false
        case .all(let parts):
            for part in parts where try !holds(part, node) { return false }
            return true
        case .not(let inner): return try !holds(inner, node)
        case .exists(let query):
            if let function = query.function { return try applied(function, query, node).holds }
            return try !nodes(of: query, current: node).isEmpty
        case .comparison(let left, let operation, let right):
            return compare(try value(of: left, node), operation, try value(of: right, node))
        case .matches(let subject, let pattern, let whole):
            guard case .string(let text)? = try value(of: subject, node),
                case .string(let source)? = try value(of: pattern, node),
                let compiled = try? Pattern(source)
            else { return false }
            return whole ? compiled.matchesWhole(text) : compiled.isFound(in: text)
        case .pattern(let subject, let pattern):
            guard let text = try value(of: subject, node)?.scalarText else { return false }
            return pattern.matchesWhole(text)
        }
    }

    private mutating func applied(
        _ function: PathFunction, _ query: PathQuery, _ node: Int
    ) throws(JSONPathError) -> Value {
        let plain = query.withoutFunction
        let inputs = try nodes(of: plain, current: node).map { tree($0) }
        return function.apply(to: inputs, isDefinite: plain.isSingular)
    }

    /// Nil stands for nothing: no value at all, which null is not.
    private mutating func value(
        of operand: PathOperand, _ node: Int
    ) throws(JSONPathError) -> Value? {
        switch operand {
        case .literal(let value): return value
        case .query(let query):
            if let function = query.function { return try applied(function, query, node) }
            let found = try nodes(of: query, current: node)
            if dialect == .jayway, !query.isSingular { return .array(found.map { tree($0) }) }
            return found.first.map { tree($0) }
        case .length(let inner):
            switch try value(of: inner, node) {
            case .string(let text)?: return .integer(text.unicodeScalars.count)
            case .array(let elements)?: return .integer(elements.count)
            case .object(let members)?: return .integer(members.count)
            default: return nil
            }
        case .count(let query): return .integer(try nodes(of: query, current: node).count)
        case .value(let query):
            let found = try nodes(of: query, current: node)
            guard found.count == 1 else { return nil }
            return tree(found[0])
        }
    }

    /// A value as a tree; of members with one name the last counts.
    private func tree(_ index: Int) -> Value {
        switch view.kind(index) {
        case .null: return .null
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .number:
            return .number(
                JSONNumber(unchecked: String(decoding: view.text(index), as: UTF8.self)))
        case .string: return .string(text(index))
        case .array: return .array(children(of: index).map { tree($0) })
        case .object:
            var object = ValueObject()
            var key = index + 1
            let end = view.next(index)
            while key + 1 < end {
                object[text(key)] = tree(key + 1)
                key = view.next(key + 1)
            }
            return .object(object)
        }
    }

    private func text(_ index: Int) -> String {
        let raw = view.text(index)
        return view.isEscaped(index)
            ? String(decoding: JSONEscapes.decode(raw), as: UTF8.self)
            : String(decoding: raw, as: UTF8.self)
    }

    private func compare(_ left: Value?, _ operation: PathOperator, _ right: Value?) -> Bool {
        switch operation {
        case .equal: return same(left, right)
        case .notEqual: return !same(left, right)
        case .less: return isLess(left, right)
        case .lessOrEqual: return isLess(left, right) || same(left, right)
        case .greater: return isLess(right, left)
        case .greaterOrEqual: return isLess(right, left) || same(left, right)
        case .isIn: return right?.array?.contains { same(left, $0) } ?? false
        case .notIn: return !(right?.array?.contains { same(left, $0) } ?? false)
        case .contains:
            if let text = left?.string, let part = right?.string { return text.contains(part) }
            return left?.array?.contains { same($0, right) } ?? false
        case .size:
            let count = left?.array?.count ?? left?.string?.utf16.count
            return count != nil && count == (right?.number?.int ?? right?.array?.count)
        case .empty:
            let isEmpty = left.map(\.isNothing) ?? true
            return isEmpty == (right?.bool ?? true)
        case .subsetOf, .anyOf, .noneOf: return compareSets(left, operation, right)
        }
    }

    private func compareSets(_ left: Value?, _ operation: PathOperator, _ right: Value?) -> Bool {
        guard let one = left?.array, let other = right?.array else { return false }
        let shared = one.filter { element in other.contains { same(element, $0) } }
        switch operation {
        case .subsetOf: return shared.count == one.count
        case .anyOf: return !shared.isEmpty
        default: return shared.isEmpty
        }
    }

    private func same(_ left: Value?, _ right: Value?) -> Bool {
        switch (left, right) {
        case (nil, nil): return true
        case (.string(let one)?, .string(let other)?): return Coercion.same(one, other)
        case (.number(let one)?, .string(let other)?), (.string(let other)?, .number(let one)?):
            // Jayway takes text for a number where it is one.
            return dialect == .jayway && JSONNumber(other) == one
        case (let one?, let other?): return one == other
        default: return false
        }
    }

    private func isLess(_ left: Value?, _ right: Value?) -> Bool {
        switch (left, right) {
        case (.number?, .number?): return Coercion.compare(left ?? .null, right ?? .null) == -1
        case (.string(let one)?, .string(let other)?):
            return one.utf8.lexicographicallyPrecedes(other.utf8)
        case (.number?, .string(let text)?), (.string(let text)?, .number?):
            guard dialect == .jayway, JSONNumber(text) != nil else { return false }
            return Coercion.compare(left ?? .null, right ?? .null) == -1
        default: return false
        }
    }
}
