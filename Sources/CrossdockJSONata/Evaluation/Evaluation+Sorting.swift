extension Evaluation {
    /// Puts the values of a path in order.
    func sort(_ input: Datum, by sort: SortNode, _ frame: Frame) throws(JSONataError) -> Datum {
        guard let items = try items(of: input), items.count > 1 else { return input }
        let sorted = try mergeSorted(items) { one, other throws(JSONataError) in
            try self.order(sort, (one, frame), (other, frame)) > 0
        }
        return try chargedList(sorted)
    }

    func sort(
        _ tuples: [Tuple], by sort: SortNode, _ frame: Frame
    ) throws(JSONataError) -> [Tuple] {
        try mergeSorted(tuples) { one, other throws(JSONataError) in
            try self.order(
                sort, (one.value, Frame(parent: frame, tuple: one)),
                (other.value, Frame(parent: frame, tuple: other))) > 0
        }
    }

    /// Below zero, zero or above. What a term has no value for comes last.
    private func order(
        _ sort: SortNode, _ one: (Datum, Frame), _ other: (Datum, Frame)
    ) throws(JSONataError) -> Int {
        for term in sort.terms {
            let a = try evaluate(term.expression, one.0, one.1)
            let b = try evaluate(term.expression, other.0, other.1)
            switch (a.isUndefined, b.isUndefined) {
            case (true, true): continue
            case (true, false): return 1
            case (false, true): return -1
            case (false, false): break
            }
            let result = try order(a, b, at: sort.position)
            if result != 0 { return term.isDescending ? -result : result }
        }
        return 0
    }

    private func order(_ one: Datum, _ other: Datum, at position: Int) throws(JSONataError) -> Int {
        let (kind, otherKind) = (one.kind, other.kind)
        let isGood = kind == .string || kind == .number
        guard isGood, otherKind == .string || otherKind == .number else {
            throw failure("T2008", at: position, value: isGood ? other : one)
        }
        guard kind == otherKind else {
            throw failure("T2007", at: position, value: one, other: other)
        }
        if let a = one.double, let b = other.double { return a == b ? 0 : a < b ? -1 : 1 }
        return Texts.compare(one.text ?? "", other.text ?? "")
    }

    /// Sorts, keeping the order of equals. `isAfter` says whether two neighbours must be swapped.
    func mergeSorted<Element>(
        _ items: [Element],
        _ isAfter: (Element, Element) throws(JSONataError) -> Bool
    ) throws(JSONataError) -> [Element] {
        var source = items
        var width = 1
        while width < source.count {
            var merged: [Element] = []
            merged.reserveCapacity(source.count)
            var start = 0
            while start < source.count {
                let middle = min(start + width, source.count)
                let end = min(start + 2 * width, source.count)
                var (left, right) = (start, middle)
                while left < middle, right < end {
                    try charge(steps: 1)
                    if try isAfter(source[left], source[right]) {
                        merged.append(source[right])
                        right += 1
                    } else {
                        merged.append(source[left])
                        left += 1
                    }
                }
                merged += source[left..<middle]
                merged += source[right..<end]
                start = end
            }
            source = merged
            width *= 2
        }
        return source
    }
}
