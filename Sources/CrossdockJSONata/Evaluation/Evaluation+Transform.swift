extension Evaluation {
    /// Copies a value and changes what the pattern finds in the copy.
    func transform(
        _ node: TransformNode, _ input: Datum, _ frame: Frame
    ) throws(JSONataError) -> Datum {
        if input.isUndefined { return .undefined }
        let cloner = variable("clone", Library.functions["clone"], frame)
        guard cloner.isFunction else { throw failure("T2013", at: node.position) }
        var result = try apply(cloner, [input], input: .undefined, frame: frame)
        // A `$clone` of the expression's own may return what it was given: never change that.
        if case .native = cloner {} else { result = try clone(result) }
        let matches = try evaluate(node.pattern, result, frame)
        if matches.isUndefined { return result }
        try matches.forEachElement { match throws(JSONataError) in
            try self.change(match, node, frame)
        }
        return result
    }

    private func change(
        _ match: Datum, _ node: TransformNode, _ frame: Frame
    ) throws(JSONataError) {
        let update = try evaluate(node.update, match, frame)
        if !update.isUndefined {
            guard update.isObject else {
                throw failure("T2011", at: node.update.position, value: update)
            }
            if case .record(let record) = match {
                try update.forEachMember { name, value in self.set(name, value, in: record) }
            }
        }
        guard let deletion = node.deletion else { return }
        let names = try evaluate(deletion, match, frame)
        if names.isUndefined { return }
        try names.forEachElement { name throws(JSONataError) in
            guard let text = name.text else {
                throw self.failure("T2012", at: deletion.position, value: names)
            }
            if case .record(let record) = match { record[text] = nil }
        }
    }

    /// A copy of a value that shares no object with it. Functions become empty texts, as in JSON.
    func clone(_ value: Datum) throws(JSONataError) -> Datum {
        try charge(steps: 1)
        switch value {
        case .function, .native, .tailCall: return .string("")
        case .number(let number):
            if number.isInfinite { throw failure("D1001") }
            return number.isNaN ? .null : .number(Numerals.tidy(number))
        default: break
        }
        if value.isArray {
            var items: [Datum] = []
            try value.forEachElement { item throws(JSONataError) in
                let copy = try self.clone(item)
                items.append(copy.isUndefined ? .null : copy)
            }
            if case .array(_, let traits) = value, traits.isOuterWrapper { return items[0] }
            return try chargedList(items)
        }
        guard value.isObject else { return value }
        let copy = Record()
        try value.forEachMember { name, member throws(JSONataError) in
            if !member.isUndefined { copy[name] = try self.clone(member) }
        }
        return try record(copy)
    }
}
