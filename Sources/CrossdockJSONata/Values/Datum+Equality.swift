internal import CrossdockData

extension Datum {
    /// Whether both have the same value: lists element by element, objects member by member.
    func isEqual(to other: Datum) -> Bool {
        switch (kind, other.kind) {
        case (.undefined, .undefined), (.null, .null): return true
        case (.boolean, .boolean), (.function, .function): return isIdentical(to: other)
        case (.number, .number): return double == other.double
        case (.string, .string): return isSameText(as: other)
        case (.array, .array): return isSameList(as: other)
        case (.object, .object): return isSameObject(as: other)
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

    private func isSameList(as other: Datum) -> Bool {
        guard count == other.count, let ours = items, let theirs = other.items else { return false }
        return zip(ours, theirs).allSatisfy { $0.isEqual(to: $1) }
    }

    private func isSameObject(as other: Datum) -> Bool {
        if isIdentical(to: other) { return true }
        let (ours, theirs) = (asRecord, other.asRecord)
        guard ours.names.count == theirs.names.count else { return false }
        for at in ours.names.indices {
            guard let value = theirs[ours.names[at]], ours.values[at].isEqual(to: value) else {
                return false
            }
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
        for item in items ?? [] where try item.truth(run) ?? false { return true }
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
