extension Library {
    static let matching: [NativeFunction] = [
        NativeFunction("contains", "<s-(sf):b>", parameters: 2) { call throws(JSONataError) in
            guard let text = call.text(0), !call[1].isUndefined else { return .undefined }
            if let needle = call.text(1) { return .bool(Texts.contains(text, needle)) }
            return .bool(try Matcher(call, call[1], text).current != nil)
        },
        NativeFunction("match", "<s-f<s:o>n?:a<o>>", parameters: 3) { call throws(JSONataError) in
            guard let text = call.text(0) else { return .undefined }
            let limit = try call.limit(2, "D3040")
            guard limit > 0 else { return .undefined }
            var matcher = try Matcher(call, call[1], text)
            var results: [Datum] = []
            while results.count < limit, let match = matcher.current {
                let record = Record()
                record["match"] = match.text
                record["index"] = match.start
                record["groups"] = match.groups
                results.append(try call.run.record(record))
                try matcher.advance()
            }
            return try call.run.sequence(results)
        },
        NativeFunction("replace", "<s-(sf)(sf)n?:s>", parameters: 4) { call throws(JSONataError) in
            try replace(call)
        },
        NativeFunction("split", "<s-(sf)n?:a<s>>", parameters: 3) { call throws(JSONataError) in
            try split(call)
        },
    ]

    private static func split(_ call: NativeCall) throws(JSONataError) -> Datum {
        guard let text = call.text(0) else { return .undefined }
        let limit = try call.limit(2, "D3020")
        try call.run.charge(size: text.utf8.count)
        guard limit > 0 else { return try call.run.chargedList([]) }
        if let separator = call.text(1) {
            // A part of a split counts as none here, as one where a pattern splits.
            let limit = call.number(2).map { Numerals.clamped($0) } ?? .max
            let parts =
                separator.isEmpty
                ? text.unicodeScalars.prefix(limit).map { String($0) }
                : Texts.split(text, by: separator, limit: limit)
            return try call.run.chargedList(parts.map { .string($0) })
        }
        let units = Array(text.utf16)
        var matcher = try Matcher(call, call[1], text)
        var parts: [Datum] = []
        var start = 0
        while parts.count < limit, let match = matcher.current {
            parts.append(.string(units.text(start, match.startUnit)))
            start = match.endUnit
            try matcher.advance()
        }
        if parts.count < limit { parts.append(.string(units.text(start, units.count))) }
        return try call.run.chargedList(parts)
    }

    private static func replace(_ call: NativeCall) throws(JSONataError) -> Datum {
        guard let text = call.text(0) else { return .undefined }
        if let needle = call.text(1), needle.isEmpty { throw call.run.failure("D3010", index: 2) }
        let limit = try call.limit(3, "D3011")
        guard limit > 0 else { return .string(text) }
        if let needle = call.text(1) {
            guard Texts.contains(text, needle) else { return .string(text) }
            guard let replacement = call.text(2) else {
                throw call.run.failure("D3012", value: call[2])
            }
            return try call.run.text(
                Texts.replace(text, needle, with: replacement, limit: limit))
        }
        let units = Array(text.utf16)
        var matcher = try Matcher(call, call[1], text)
        var result: [UInt16] = []
        var start = 0
        var count = 0
        while count < limit, let match = matcher.current {
            result += units.slice(start, match.startUnit)
            let replacement = try self.replacement(call, match)
            try call.run.charge(size: replacement.utf8.count)
            result += replacement.utf16
            start = match.startUnit + match.text.units.count
            count += 1
            try matcher.advance()
        }
        if count == 0 { return .string(text) }
        result += units.slice(start, units.count)
        return try call.run.text(String(decoding: result, as: UTF16.self))
    }

    private static func replacement(
        _ call: NativeCall, _ match: Matcher.Match
    ) throws(JSONataError) -> String {
        if let template = call.text(2) { return match.expand(template) }
        let result = try call.run.apply(
            call[2], [match.record(call.run)], input: .undefined, frame: call.frame)
        guard let text = result.text else { throw call.run.failure("D3012", value: result) }
        return text
    }
}

extension NativeCall {
    /// How many results are wanted at most.
    ///
    /// - Throws: `code` for a negative number.
    fileprivate func limit(_ place: Int, _ code: String) throws(JSONataError) -> Int {
        guard let limit = number(place) else { return .max }
        if limit < 0 { throw run.failure(code, value: self[place], index: place + 1) }
        return Numerals.clamped(limit.rounded(.up))
    }
}

extension Datum {
    fileprivate var units: String.UTF16View { (text ?? "").utf16 }
}

extension [UInt16] {
    fileprivate func slice(_ start: Int, _ end: Int) -> ArraySlice<UInt16> {
        let (start, end) = (
            Swift.max(0, Swift.min(start, count)), Swift.max(0, Swift.min(end, count))
        )
        return start < end ? self[start..<end] : []
    }

    fileprivate func text(_ start: Int, _ end: Int) -> String {
        String(decoding: slice(start, end), as: UTF16.self)
    }
}
