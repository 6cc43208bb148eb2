extension Library {
    static let higherOrder: [NativeFunction] = [
        NativeFunction("map", "<af>", parameters: 2) { call throws(JSONataError) in
            guard !call[0].isUndefined else { return .undefined }
            var results: [Datum] = []
            var at = 0
            try call[0].forEachElement { item throws(JSONataError) in
                let result = try call.call(call[1], item, .integer(at), call[0])
                if !result.isUndefined { results.append(result) }
                at += 1
            }
            return try call.run.sequence(results)
        },
        NativeFunction("filter", "<af>", parameters: 2) { call throws(JSONataError) in
            guard !call[0].isUndefined else { return .undefined }
            var results: [Datum] = []
            var at = 0
            try call[0].forEachElement { item throws(JSONataError) in
                let verdict = try call.call(call[1], item, .integer(at), call[0])
                if try verdict.truth(call.run) ?? false { results.append(item) }
                at += 1
            }
            return try call.run.sequence(results)
        },
        NativeFunction("single", "<af?>", parameters: 2) { call throws(JSONataError) in
            try single(call)
        },
        NativeFunction("reduce", "<afj?:j>", parameters: 3) { call throws(JSONataError) in
            try reduce(call)
        },
        NativeFunction("sift", "<o-f?:o>", parameters: 2) { call throws(JSONataError) in
            let result = Record()
            try call[0].forEachMember { name, value throws(JSONataError) in
                let verdict = try call.call(call[1], value, .string(name), call[0])
                if try verdict.truth(call.run) ?? false { result[name] = value }
            }
            return result.names.isEmpty ? .undefined : try call.run.record(result)
        },
        NativeFunction("each", "<o-f:a>", parameters: 2) { call throws(JSONataError) in
            var results: [Datum] = []
            try call[0].forEachMember { name, value throws(JSONataError) in
                let result = try call.call(call[1], value, .string(name), call[0])
                if !result.isUndefined { results.append(result) }
            }
            return try call.run.sequence(results)
        },
    ]

    private static func single(_ call: NativeCall) throws(JSONataError) -> Datum {
        guard !call[0].isUndefined else { return .undefined }
        var found: Datum?
        var at = 0
        try call[0].forEachElement { item throws(JSONataError) in
            var isMatch = true
            if !call[1].isUndefined {
                let verdict = try call.call(call[1], item, .integer(at), call[0])
                isMatch = try verdict.truth(call.run) ?? false
            }
            at += 1
            guard isMatch else { return }
            if found != nil { throw call.run.failure("D3138") }
            found = item
        }
        guard let found else { throw call.run.failure("D3139") }
        return found
    }

    private static func reduce(_ call: NativeCall) throws(JSONataError) -> Datum {
        guard let items = try call.run.items(of: call[0]) else { return .undefined }
        let function = call[1]
        let arity = function.arity
        guard arity >= 2 else { throw call.run.failure("D3050", index: 1) }
        var result = call[2]
        var at = 0
        if result.isUndefined, let first = items.first {
            result = first
            at = 1
        }
        while at < items.count {
            var arguments = [result, items[at]]
            if arity >= 3 { arguments.append(.integer(at)) }
            if arity >= 4 { arguments.append(call[0]) }
            result = try call.run.apply(
                function, arguments, input: .undefined, frame: call.frame)
            at += 1
        }
        return result
    }
}
