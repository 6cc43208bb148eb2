internal import CrossdockData

extension Datum {
    /// Whether both have the same value: lists element by element, objects member by member.
    func isEqual(to other: Datum, _ run: Evaluation) throws(JSONataError) -> Bool {
        switch (kind, other.kind) {
        case (.undefined, .undefined), (.null, .null): return true
        case (.boolean, .boolean), (.function, .function): return isIdentical(to: other)
        case (.number, .number): return double == other.double
        case (.string, .string): return isSameText(as: other)
        case (.array, .array): return try isSameList(as: other, run)
        case (.object, .object): return try isSameObject(as: other, run)
        default: return false
        }
    }

    private func isSameText(as other: Datum) -> Bool {
        if case .node(let node) = self, case .string(let text) = other {
            return node.isText(text)
        }
        if case .string(let text) = self, case .node(let node) = other {
            return node.isText(text)
        }
        return Texts.same(text ?? "", other.text ?? "")
    }

    private func isSameList(as other: Datum, _ run: Evaluation) throws(JSONataError) -> Bool {
        guard let count, count == other.count, let ours = try run.items(of: self),
            let theirs = try run.items(of: other)
        else { return false }
        // The same list may lie in itself many times over, so that its size says little.
        try run.charge(steps: count)
        for (one, two) in zip(ours, theirs) where try !one.isEqual(to: two, run) { return false }
        return true
    }

    private func isSameObject(as other: Datum, _ run: Evaluation) throws(JSONataError) -> Bool {
        if isIdentical(to: other) { return true }
        let (ours, theirs) = (asRecord, other.asRecord)
        guard ours.names.count == theirs.names.count else { return false }
        try run.charge(steps: ours.names.count)
        for at in ours.names.indices {
            guard let value = theirs[ours.names[at]],
                try ours.values[at].isEqual(to: value, run)
            else { return false }
        }
        return true
    }

    /// An object with its members at hand; empty for other values.
    var asRecord: Record {
        switch self {
        case .record(let record): return record
        case .node(let node) where node.kind == .object: return Record(node)
        case .members(let members):
            let record = Record()
            for (name, value) in members { record[name] = Datum(value) }
            return record
        default: return Record()
        }
    }

    /// What counts as true in a condition; nil for undefined.
    ///
    /// - Throws: `D1001` for infinities.
    func truth(_ run: Evaluation) throws(JSONataError) -> Bool? {
        switch self {
        case .undefined: return nil
        case .bool(let flag): return flag
        case .null, .function, .native, .tailCall: return false
        case .string(let text): return !text.isEmpty
        case .number, .numeral: return try run.isNumeric(double ?? .nan) && double != 0
        case .record, .members: return memberCount > 0
        case .node(let node):
            switch node.kind {
            case .string: return node.source.count > 2
            case .number: return try run.isNumeric(node.double) && node.double != 0
            case .object: return node.count > 0
            default: return try isAnyTrue(run)
            }
        case .array, .range, .elements, .tuples: return try isAnyTrue(run)
        }
    }

    private func isAnyTrue(_ run: Evaluation) throws(JSONataError) -> Bool {
        try run.charge(steps: count ?? 0)
        for item in try run.items(of: self) ?? [] where try item.truth(run) ?? false {
            return true
        }
        return false
    }
}

extension JSONNode {
    /// Whether this is the string `text`.
    fileprivate func isText(_ text: String) -> Bool {
        let at = index
        var text = text
        return text.withUTF8 { wanted in
            document.withView { view in
                guard view.isEscaped(at) else { return view.text(at).elementsEqual(wanted) }
                return JSONEscapes.decode(view.text(at)).elementsEqual(wanted)
            }
        }
    }
}
