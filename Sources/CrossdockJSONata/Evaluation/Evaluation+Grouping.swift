extension Evaluation {
    private struct Group {
        let key: String
        let pair: Int
        var items: [Datum] = []
        var tuples: [Tuple] = []
    }

    /// Builds an object: for each value the keys, for each key the value made of all that share it.
    func group(
        _ input: Datum, by grouping: Grouping, _ frame: Frame
    ) throws(JSONataError) -> Datum {
        var groups: [Group] = []
        var places: [Texts.Key: Int] = [:]

        func add(_ item: Datum, _ tuple: Tuple?, _ inner: Frame) throws(JSONataError) {
            for (at, pair) in grouping.pairs.enumerated() {
                let key = try evaluate(pair.key, item, inner)
                if key.isUndefined { continue }
                guard let name = key.text else {
                    throw failure("T1003", at: grouping.position, value: key)
                }
                var place = places[Texts.Key(name)]
                if place == nil {
                    place = groups.count
                    places[Texts.Key(name)] = groups.count
                    groups.append(Group(key: name, pair: at))
                }
                guard let place else { continue }
                guard groups[place].pair == at else {
                    throw failure("D1009", at: grouping.position, value: key)
                }
                if let tuple {
                    groups[place].tuples.append(tuple)
                } else {
                    groups[place].items.append(item)
                }
            }
        }

        if case .tuples(let stream) = input {
            for tuple in stream.tuples {
                try add(tuple.value, tuple, Frame(parent: frame, tuple: tuple))
            }
        } else if input.isArray, input.count != 0 {
            try input.forEachElement { item throws(JSONataError) in try add(item, nil, frame) }
        } else {
            // Even nothing makes an object: its keys may be constants.
            try add(input.isArray ? .undefined : input, nil, frame)
        }
        return try values(of: groups, grouping, frame)
    }

    private func values(
        of groups: [Group], _ grouping: Grouping, _ frame: Frame
    ) throws(JSONataError) -> Datum {
        let result = Record()
        for group in groups {
            var value: Datum
            if group.tuples.isEmpty {
                let context = try joined(group.items)
                value = try evaluate(grouping.pairs[group.pair].value, context, frame)
            } else {
                let tuple = try reduce(group.tuples)
                let inner = Frame(parent: frame, tuple: tuple)
                value = try evaluate(grouping.pairs[group.pair].value, tuple.value, inner)
            }
            if value.isUndefined { continue }
            if case .range(let range, _) = value { value = .range(range, .list) }
            result[group.key] = value
        }
        return try record(result)
    }
}
