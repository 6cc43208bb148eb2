internal import CrossdockData

extension Evaluation {
    /// The members of that name of an object, or of all objects in a list.
    func lookup(_ key: MemberKey, in input: Datum) throws(JSONataError) -> Datum {
        guard input.isArray else { return input.member(key) }
        var results: [Datum] = []
        try charge(steps: input.count ?? 0)
        try input.forEachElement { item throws(JSONataError) in
            let found = try self.lookup(key, in: item)
            if found.isArray {
                results += try self.items(of: found) ?? []
            } else if !found.isUndefined {
                results.append(found)
            }
        }
        return try sequence(results)
    }

    /// Follows a path of plain names. As long as it meets objects only, nothing is made.
    func navigate(_ names: [MemberKey], from input: Datum) throws(JSONataError) -> Datum {
        var current = input
        for at in names.indices {
            if current.isArray { return try spread(names[at...], over: current) }
            current = current.member(names[at])
            if current.isUndefined { return .undefined }
        }
        // What another path made becomes a result of this one.
        if case .array(let items, let traits) = current, traits.isSequence {
            return try sequence(items)
        }
        return current
    }

    private func spread(
        _ names: ArraySlice<MemberKey>, over list: Datum
    ) throws(JSONataError) -> Datum {
        var current = list
        for at in names.indices {
            var results: [Datum] = []
            // What the step found while it found one thing.
            var only = Datum.undefined
            var count = 0
            try charge(steps: current.count ?? 0)
            try current.forEachElement { item throws(JSONataError) in
                let found = try self.lookup(names[at], in: item).unwrapped
                if found.isUndefined { return }
                only = found
                count += 1
                try self.splice(found, into: &results)
            }
            if count == 0 { return .undefined }
            let isLast = at == names.endIndex - 1
            if isLast, count == 1, only.isArray, !only.isSequence { return only }
            current = try sequence(results)
        }
        return current
    }

    /// Appends a value, or the elements of a list that was not written as such in the path.
    func splice(
        _ value: Datum, into results: inout [Datum]
    ) throws(JSONataError) {
        switch value {
        case .array(_, let traits) where traits.isConstructed,
            .range(_, let traits) where traits.isConstructed:
            results.append(value)
        case .array(let items, _): results += items
        default:
            if let more = try items(of: value) { results += more } else { results.append(value) }
        }
    }

    /// The elements of a list and of all lists in it.
    func flattened(_ value: Datum) throws(JSONataError) -> [Datum] {
        guard value.isArray else { return [value] }
        var results: [Datum] = []
        try charge(steps: value.count ?? 0)
        try charge(size: (value.count ?? 0) * MemoryLayout<Datum>.stride)
        try value.forEachElement { item throws(JSONataError) in
            results += try self.flattened(item)
        }
        return results
    }

    /// A variable's value: bound around, or a function of the library.
    func variable(_ name: String, _ native: NativeFunction?, _ frame: Frame) -> Datum {
        if let bound = frame.lookup(name) { return bound }
        guard let native else { return name == "$" ? root : .undefined }
        if !options.allowsEval, native === Library.eval { return .undefined }
        return .native(native)
    }

    /// Whether a part that evaluated to nothing is the name of a function without its `$`.
    func isFunctionName(_ node: Node, _ frame: Frame) -> Bool {
        guard node is PathNode, let name = node.calledName else { return false }
        return !variable(name, Library.functions[name], frame).isUndefined
    }
}
