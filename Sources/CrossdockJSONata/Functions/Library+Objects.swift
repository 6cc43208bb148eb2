extension Library {
    static let objects: [NativeFunction] = [
        NativeFunction("keys", "<x-:a<s>>", parameters: 1) { call throws(JSONataError) in
            let names = Record()
            try collectKeys(call[0], names, call.run)
            return try call.run.sequence(names.names.map { .string($0) })
        },
        NativeFunction("lookup", "<x-s:x>", parameters: 2) { call throws(JSONataError) in
            guard let name = call.text(1) else { return .undefined }
            return try call.run.lookup(MemberKey(name), in: call[0])
        },
        NativeFunction("spread", "<x-:a<o>>", parameters: 1) { call throws(JSONataError) in
            try spread(call[0], call.run)
        },
        NativeFunction("merge", "<a<o>:o>", parameters: 1) { call throws(JSONataError) in
            guard !call[0].isUndefined else { return .undefined }
            let result = Record()
            try call[0].forEachElement { item throws(JSONataError) in
                try call.run.charge(steps: item.memberCount)
                try item.forEachMember { name, value in result[name] = value }
            }
            return try call.run.record(result)
        },
        NativeFunction("clone", "<(oa)-:o>", parameters: 1) { call throws(JSONataError) in
            call[0].isUndefined ? .undefined : try call.run.clone(call[0])
        },
    ]

    private static func collectKeys(
        _ value: Datum, _ names: Record, _ run: Evaluation
    ) throws(JSONataError) {
        if value.isArray {
            try run.charge(steps: value.count ?? 0)
            try value.forEachElement { item throws(JSONataError) in
                try collectKeys(item, names, run)
            }
        } else {
            try value.forEachMember { name, _ in names[name] = .null }
        }
    }

    /// One object for each member; lists are gone through, other values stay as they are.
    private static func spread(_ value: Datum, _ run: Evaluation) throws(JSONataError) -> Datum {
        if value.isArray {
            var parts: [Datum] = []
            try value.forEachElement { item throws(JSONataError) in
                let part = try spread(item, run)
                parts += try run.items(of: part) ?? [part]
            }
            return parts.isEmpty && value.count == 0
                ? .undefined : try run.chargedList(parts)
        }
        guard value.isObject else { return value }
        var parts: [Datum] = []
        try value.forEachMember { name, member throws(JSONataError) in
            let record = Record()
            record[name] = member
            parts.append(try run.record(record))
        }
        return try run.sequence(parts)
    }
}
