extension Evaluation {
    /// Evaluates a step for each tuple; what it binds travels on with each of its results.
    func tupleStep(
        _ step: Node, over input: Datum, _ tuples: [Tuple]?, _ frame: Frame
    ) throws(JSONataError) -> [Tuple] {
        if let sort = step as? SortNode { return try tupleSort(sort, input, tuples, frame) }
        var before = tuples ?? []
        if tuples == nil {
            try input.forEachElement { item in before.append(Tuple(value: item)) }
        }
        var results: [Tuple] = []
        for tuple in before {
            let found = try evaluate(step, tuple.value, Frame(parent: frame, tuple: tuple))
            try extend(tuple, with: found, by: step, into: &results)
        }
        return try applyStages(of: step, to: results, frame)
    }

    private func extend(
        _ tuple: Tuple, with found: Datum, by step: Node, into results: inout [Tuple]
    ) throws(JSONataError) {
        if found.isUndefined { return }
        try charge(size: (found.count ?? 1) * (64 + tuple.bindings.count * 48))
        if case .tuples(let stream) = found {
            for inner in stream.tuples {
                var next = tuple
                next.merge(inner)
                results.append(next)
            }
            return
        }
        var at = 0
        try found.forEachElement { value in
            var next = tuple
            if let focus = step.focus { next[focus] = value } else { next.value = value }
            if let index = step.index { next[index] = .integer(at) }
            if let ancestor = step.ancestor { next[ancestor.label] = tuple.value }
            results.append(next)
            at += 1
        }
    }

    private func tupleSort(
        _ sort: SortNode, _ input: Datum, _ tuples: [Tuple]?, _ frame: Frame
    ) throws(JSONataError) -> [Tuple] {
        var results: [Tuple] = []
        if let tuples {
            results = try self.sort(tuples, by: sort, frame)
        } else {
            try self.sort(input, by: sort, frame).forEachElement { value in
                var tuple = Tuple(value: value)
                if let index = sort.index { tuple[index] = .integer(results.count) }
                results.append(tuple)
            }
        }
        return try applyStages(of: sort, to: results, frame)
    }

    private func applyStages(
        of step: Node, to tuples: [Tuple], _ frame: Frame
    ) throws(JSONataError) -> [Tuple] {
        var result = TupleStream(tuples)
        for stage in step.stages {
            switch stage {
            case .filter(let predicate):
                let kept = try filter(.tuples(result), by: predicate, frame)
                if case .tuples(let stream) = kept { result = stream }
            case .index(let name):
                var numbered = result.tuples
                for at in numbered.indices { numbered[at][name] = .integer(at) }
                result = TupleStream(numbered)
            }
        }
        return result.tuples
    }

    /// One tuple whose value and variables are those of all tuples together.
    func reduce(_ tuples: [Tuple]) throws(JSONataError) -> Tuple {
        guard tuples.count != 1 else { return tuples[0] }
        var result = Tuple(value: try joined(tuples.map(\.value)))
        var names: [String] = []
        for tuple in tuples {
            for (name, _) in tuple.bindings where !names.contains(name) { names.append(name) }
        }
        for name in names { result[name] = try joined(tuples.compactMap { $0[name] }) }
        return result
    }

    /// Values appended to each other: one stands for itself, several make a list, lists are spliced.
    func joined(_ values: [Datum]) throws(JSONataError) -> Datum {
        let defined = values.filter { !$0.isUndefined }
        guard defined.count != 1 else { return defined[0] }
        guard !defined.isEmpty else { return .undefined }
        var items: [Datum] = []
        for value in defined {
            if let more = try self.items(of: value) { items += more } else { items.append(value) }
        }
        try charge(steps: items.count)
        return try chargedList(items)
    }
}
