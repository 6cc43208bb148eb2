extension Library {
    static let strings: [NativeFunction] = [
        NativeFunction("string", "<x-b?:s>", arity: 1, parameters: 2) {
            call throws(JSONataError) in
            if call[0].isUndefined { return .undefined }
            var isPretty = false
            if case .bool(let flag) = call[1] { isPretty = flag }
            return .string(try call.run.string(call[0], isPretty: isPretty))
        },
        NativeFunction("length", "<s-:n>", parameters: 1) { call in
            call.text(0).map { .integer($0.unicodeScalars.count) } ?? .undefined
        },
        NativeFunction("substring", "<s-nn?:s>", parameters: 3) { call throws(JSONataError) in
            try substring(call)
        },
        NativeFunction("substringBefore", "<s-s:s>", parameters: 2) {
            call throws(JSONataError) in
            try around(call) { text, hit, _ in String(decoding: text.prefix(hit), as: UTF8.self) }
        },
        NativeFunction("substringAfter", "<s-s:s>", parameters: 2) { call throws(JSONataError) in
            try around(call) { text, hit, length in
                String(decoding: text.dropFirst(hit + length), as: UTF8.self)
            }
        },
        NativeFunction("lowercase", "<s-:s>", parameters: 1) { call throws(JSONataError) in
            guard let text = call.text(0) else { return .undefined }
            return try call.run.text(Letters.lowercased(text))
        },
        NativeFunction("uppercase", "<s-:s>", parameters: 1) { call throws(JSONataError) in
            guard let text = call.text(0) else { return .undefined }
            return try call.run.text(text.uppercased())
        },
        NativeFunction("trim", "<s-:s>", parameters: 1) { call throws(JSONataError) in
            guard let text = call.text(0) else { return .undefined }
            let words = text.utf8.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
            return try call.run.text(
                words.map { String(Substring($0)) }.joined(separator: " "))
        },
        NativeFunction("pad", "<s-ns?:s>", parameters: 3) { call throws(JSONataError) in
            try pad(call)
        },
        NativeFunction("join", "<a<s>s?:s>", parameters: 2) { call throws(JSONataError) in
            guard !call[0].isUndefined else { return .undefined }
            let separator = call.text(1) ?? ""
            var parts: [String] = []
            var size = 0
            try call[0].forEachElement { item in
                parts.append(item.text ?? "")
                size += (parts.last?.utf8.count ?? 0) + separator.utf8.count
            }
            try call.run.charge(size: size)
            return .string(parts.joined(separator: separator))
        },
    ]

    private static func substring(_ call: NativeCall) throws(JSONataError) -> Datum {
        guard let text = call.text(0), let first = call.number(1) else { return .undefined }
        let scalars = Array(text.unicodeScalars)
        // From the front, or counted back from the end where negative.
        var start = first
        if Double(scalars.count) + start < 0 { start = 0 }
        var end = Double(scalars.count)
        if let length = call.number(2) {
            if length <= 0 { return .string("") }
            end = start >= 0 ? start + length : end + start + length
        }
        func place(_ number: Double) -> Int {
            let whole = Numerals.clamped(number)
            return whole < 0 ? max(0, scalars.count + whole) : min(whole, scalars.count)
        }
        let (from, to) = (place(start), place(end))
        guard from < to else { return .string("") }
        return try call.run.text(String(String.UnicodeScalarView(scalars[from..<to])))
    }

    /// What lies before or after the first occurrence; the whole text when there is none.
    private static func around(
        _ call: NativeCall, _ part: (UnsafeBufferPointer<UInt8>, Int, Int) -> String
    ) throws(JSONataError) -> Datum {
        guard let text = call.text(0) else { return .undefined }
        guard let needle = call.text(1), let hit = Texts.find(needle, in: text) else {
            return .string(text)
        }
        var source = text
        return try call.run.text(source.withUTF8 { part($0, hit, needle.utf8.count) })
    }

    private static func pad(_ call: NativeCall) throws(JSONataError) -> Datum {
        guard let text = call.text(0), let width = call.number(1) else { return .undefined }
        let whole = Numerals.clamped(width)
        let missing = Int(clamping: whole.magnitude) - text.unicodeScalars.count
        guard missing > 0 else { return .string(text) }
        var filler = Array((call.text(2) ?? " ").unicodeScalars)
        if filler.isEmpty { filler = [" "] }
        try call.run.charge(size: missing)
        var padding = String.UnicodeScalarView()
        for at in 0..<missing { padding.append(filler[at % filler.count]) }
        return .string(whole > 0 ? text + String(padding) : String(padding) + text)
    }
}

/// Changing the case of letters as JavaScript does it.
enum Letters {
    /// Lower case; a sigma that ends a word has its final form.
    static func lowercased(_ text: String) -> String {
        let result = text.lowercased()
        guard text.unicodeScalars.contains("\u{3A3}") else { return result }
        let scalars = Array(text.unicodeScalars)
        var output = ""
        for (at, scalar) in scalars.enumerated() {
            guard scalar == "\u{3A3}" else {
                output += scalar.properties.lowercaseMapping
                continue
            }
            let isAfterLetter = scalars[..<at].last { !$0.properties.isCaseIgnorable }
            let isBeforeLetter = scalars[(at + 1)...].first { !$0.properties.isCaseIgnorable }
            let isFinal =
                isAfterLetter?.properties.isCased ?? false
                && !(isBeforeLetter?.properties.isCased ?? false)
            output += isFinal ? "\u{3C2}" : "\u{3C3}"
        }
        return output
    }
}
