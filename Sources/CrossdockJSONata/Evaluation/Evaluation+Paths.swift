extension Evaluation {
    /// Evaluates a path step by step.
    func path(_ path: PathNode, _ input: Datum, _ frame: Frame) throws(JSONataError) -> Datum {
        let isAbsolute = path.steps[0] is VariableNode
        var current = input.isArray && !isAbsolute ? input : .array([input], .sequence)
        var tuples: [Tuple]?
        for (at, step) in path.steps.enumerated() {
            let isLast = at == path.steps.count - 1
            if at == 0, step.isConstructed, !step.isTuple {
                current = try evaluate(step, current, frame)
            } else if tuples != nil || step.isTuple {
                tuples = try tupleStep(step, over: current, tuples, frame)
                if step.focus == nil { current = .undefined }
                continue
            } else {
                current = try self.step(step, over: current, frame, isLast: isLast)
            }
            if current.isUndefined || current.count == 0 { break }
        }
        var result = current
        if let tuples {
            if path.isTuple {
                result = .tuples(TupleStream(tuples))
            } else {
                result = try sequence(tuples.map(\.value))
            }
        }
        if path.keepsSingleton { result = try keepingSingleton(result) }
        guard let group = path.group else { return result }
        return try self.group(
            tuples.map { .tuples(TupleStream($0)) } ?? result, by: group, frame)
    }

    private func keepingSingleton(_ result: Datum) throws(JSONataError) -> Datum {
        switch result {
        case .array(_, let traits) where traits.isConstructed && !traits.isSequence,
            .range(_, let traits) where traits.isConstructed && !traits.isSequence:
            return try sequence([result]).keepingSingleton
        default: return result.keepingSingleton
        }
    }

    /// Evaluates a step for each value and makes one list of all results.
    private func step(
        _ step: Node, over input: Datum, _ frame: Frame, isLast: Bool
    ) throws(JSONataError) -> Datum {
        if let sort = step as? SortNode {
            var result = try self.sort(input, by: sort, frame)
            for stage in step.stages {
                if let predicate = stage.predicate {
                    result = try filter(result, by: predicate, frame)
                }
            }
            return result
        }
        var results: [Datum] = []
        var only = Datum.undefined
        var count = 0
        try input.forEachElement { item throws(JSONataError) in
            var found = try self.evaluate(step, item, frame)
            for stage in step.stages {
                guard let predicate = stage.predicate else { continue }
                found = try self.filter(found, by: predicate, frame)
            }
            if found.isUndefined { return }
            only = found
            count += 1
            try self.splice(found, into: &results)
        }
        if isLast, count == 1, only.isArray, !only.isSequence { return only }
        return try sequence(results)
    }

    /// Keeps what a filter is true for, or whose position it gives.
    func filter(
        _ input: Datum, by predicate: Node, _ frame: Frame
    ) throws(JSONataError) -> Datum {
        if case .tuples(let stream) = input {
            return .tuples(TupleStream(try filter(stream.tuples, by: predicate, frame)))
        }
        if let place = (predicate as? LiteralNode)?.number, predicate.predicates.isEmpty {
            return try element(at: place, of: input)
        }
        let input = input.isArray ? input : .array([input], .sequence)
        let count = input.count ?? 0
        var results: [Datum] = []
        var at = 0
        try input.forEachElement { item throws(JSONataError) in
            let verdict = try self.evaluate(predicate, item, frame)
            let times = try self.hits(verdict, at: at, of: count)
            if times > 1 { try self.charge(size: times * MemoryLayout<Datum>.stride) }
            for _ in 0..<times { results.append(item) }
            at += 1
        }
        return try sequence(results)
    }

    private func element(at place: Double, of input: Datum) throws(JSONataError) -> Datum {
        var at = Numerals.clamped(place.rounded(.down))
        guard input.isArray else {
            return try sequence((at == 0 || at == -1) && !input.isUndefined ? [input] : [])
        }
        if at < 0 { at += input.count ?? 0 }
        guard let found = input.element(at: at), !found.isUndefined else { return try sequence([]) }
        return found.isArray ? found : try sequence([found])
    }

    private func filter(
        _ tuples: [Tuple], by predicate: Node, _ frame: Frame
    ) throws(JSONataError) -> [Tuple] {
        if let place = (predicate as? LiteralNode)?.number {
            var at = Numerals.clamped(place.rounded(.down))
            if at < 0 { at += tuples.count }
            return tuples.indices.contains(at) ? [tuples[at]] : []
        }
        var results: [Tuple] = []
        for (at, tuple) in tuples.enumerated() {
            let inner = Frame(parent: frame, tuple: tuple)
            let verdict = try evaluate(predicate, tuple.value, inner)
            let times = try hits(verdict, at: at, of: tuples.count)
            if times > 1 { try charge(size: times * 64) }
            for _ in 0..<times { results.append(tuple) }
        }
        return results
    }

    /// How many times the filter's result selects the element at that position.
    private func hits(
        _ verdict: Datum, at place: Int, of count: Int
    ) throws(JSONataError) -> Int {
        func selects(_ number: Double) -> Bool {
            let at = Numerals.clamped(number.rounded(.down))
            return (at < 0 ? at + count : at) == place
        }
        if case .bool(let flag) = verdict { return flag ? 1 : 0 }
        if let number = verdict.double, try isNumeric(number) { return selects(number) ? 1 : 0 }
        if let items = try items(of: verdict) {
            let numbers = items.compactMap(\.double)
            if numbers.count == items.count {
                for number in numbers { _ = try isNumeric(number) }
                return numbers.reduce(0) { $0 + (selects($1) ? 1 : 0) }
            }
        }
        return try verdict.truth(self) ?? false ? 1 : 0
    }
}
