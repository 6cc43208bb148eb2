extension Library {
    static let lists: [NativeFunction] = [
        NativeFunction("append", "<xx:a>", parameters: 2) { call throws(JSONataError) in
            if call[0].isUndefined { return call[1] }
            if call[1].isUndefined { return call[0] }
            let first = try call.run.items(of: call[0]) ?? [call[0]]
            let second = try call.run.items(of: call[1]) ?? [call[1]]
            try call.run.charge(steps: second.count)
            return try call.run.chargedList(first + second)
        },
        NativeFunction("reverse", "<a:a>", parameters: 1) { call throws(JSONataError) in
            guard let items = try call.run.items(of: call[0]), items.count > 1 else {
                return call[0]
            }
            return try call.run.chargedList(items.reversed())
        },
        NativeFunction("shuffle", "<a:a>", parameters: 1) { call throws(JSONataError) in
            guard var items = try call.run.items(of: call[0]), items.count > 1 else {
                return call[0]
            }
            for at in stride(from: items.count - 1, to: 0, by: -1) {
                items.swapAt(at, min(at, Int(call.run.random() * Double(at + 1))))
            }
            return try call.run.chargedList(items)
        },
        NativeFunction("distinct", "<x:x>", parameters: 1) { call throws(JSONataError) in
            try distinct(call)
        },
        NativeFunction("zip", "<a+>", arity: 0, parameters: 0) { call throws(JSONataError) in
            var lists: [[Datum]] = []
            for argument in call.arguments { lists.append(try call.run.items(of: argument) ?? []) }
            var tuples: [Datum] = []
            for at in 0..<(lists.map(\.count).min() ?? 0) {
                tuples.append(try call.run.chargedList(lists.map { $0[at] }))
            }
            return try call.run.chargedList(tuples)
        },
        NativeFunction("sort", "<af?:a>", parameters: 2) { call throws(JSONataError) in
            try sort(call)
        },
    ]

    private static func distinct(_ call: NativeCall) throws(JSONataError) -> Datum {
        guard let items = try call.run.items(of: call[0]), items.count > 1 else { return call[0] }
        var texts: Set<Texts.Key> = []
        var numbers: Set<Double> = []
        var others: [Datum] = []
        var result: [Datum] = []
        for item in items {
            let isNew: Bool
            if let text = item.text {
                isNew = texts.insert(Texts.Key(text)).inserted
            } else if let number = item.double {
                isNew = numbers.insert(number).inserted
            } else {
                try call.run.charge(steps: others.count)
                var isKnown = false
                for other in others where !isKnown {
                    isKnown = try other.isEqual(to: item, call.run)
                }
                isNew = !isKnown
                if isNew { others.append(item) }
            }
            if isNew { result.append(item) }
        }
        return call[0].isSequence ? try call.run.sequence(result) : try call.run.chargedList(result)
    }

    private static func sort(_ call: NativeCall) throws(JSONataError) -> Datum {
        guard let items = try call.run.items(of: call[0]), items.count > 1 else { return call[0] }
        let run = call.run
        let function = call[1]
        guard function.isUndefined else {
            let sorted = try run.mergeSorted(items) { one, other throws(JSONataError) in
                try run.apply(
                    function, [one, other], input: .undefined, frame: call.frame
                ).isTruthy
            }
            return try run.chargedList(sorted)
        }
        let numbers = items.compactMap(\.double)
        if numbers.count == items.count {
            for number in numbers { _ = try run.isNumeric(number) }
            return try run.chargedList(
                try run.mergeSorted(items) { one, other in
                    (one.double ?? 0) > (other.double ?? 0)
                })
        }
        guard items.allSatisfy({ $0.kind == .string }) else { throw run.failure("D3070", index: 1) }
        let keyed = items.map { (item: $0, text: $0.text ?? "") }
        let sorted = try run.mergeSorted(keyed) { one, other in
            Texts.compare(one.text, other.text) > 0
        }
        return try run.chargedList(sorted.map(\.item))
    }
}

extension Datum {
    /// What a condition of JavaScript takes for true: all lists and objects are.
    fileprivate var isTruthy: Bool {
        switch kind {
        case .undefined, .null: return false
        case .boolean: if case .bool(let flag) = self { return flag } else { return false }
        case .number: return double.map { $0 != 0 && !$0.isNaN } ?? false
        case .string: return !(text ?? "").isEmpty
        case .array, .object, .function: return true
        }
    }
}
