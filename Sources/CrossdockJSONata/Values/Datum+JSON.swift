internal import CrossdockData

/// Writes values as JSON text, as `$string` shows them.
struct DatumWriter {
    private let run: Evaluation
    private let isPretty: Bool
    private(set) var output: [UInt8] = []
    private var indent = 0
    private var charged = 0

    init(_ run: Evaluation, isPretty: Bool) {
        self.run = run
        self.isPretty = isPretty
    }

    mutating func write(_ value: Datum) throws(JSONataError) {
        if output.count - charged > 65_536 { try charge() }
        switch value {
        case .undefined, .null, .tailCall: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .function, .native: append("\"\"")
        case .record, .members: try writeObject(value)
        case .array, .range, .elements, .tuples: try writeList(value)
        case .number, .numeral: try writeNumber(value.double ?? .nan)
        case .string(let text): JSONEscapes.write(text.utf8, to: &output)
        case .node(let node):
            switch node.kind {
            case .object: try writeObject(value)
            case .array: try writeList(value)
            case .number: try writeNumber(node.double)
            default: JSONEscapes.write((node.string ?? "").utf8, to: &output)
            }
        }
    }

    /// Counts what was written since the last time.
    mutating func charge() throws(JSONataError) {
        try run.charge(size: output.count - charged)
        charged = output.count
    }

    private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

    private mutating func writeNumber(_ number: Double) throws(JSONataError) {
        if number.isInfinite { throw run.failure("D1001") }
        append(number.isNaN ? "null" : Numerals.text(Numerals.tidy(number)))
    }

    private mutating func writeList(_ list: Datum) throws(JSONataError) {
        output.append(UInt8(ascii: "["))
        var isFirst = true
        indent += 1
        for item in list.items ?? [] {
            separate(isFirst)
            isFirst = false
            try write(item)
        }
        indent -= 1
        if !isFirst { breakLine() }
        output.append(UInt8(ascii: "]"))
    }

    private mutating func writeObject(_ object: Datum) throws(JSONataError) {
        var members: [(String, Datum)] = []
        try object.forEachMember { name, value in
            if !value.isUndefined { members.append((name, value)) }
        }
        output.append(UInt8(ascii: "{"))
        indent += 1
        var isFirst = true
        for (name, value) in members {
            separate(isFirst)
            isFirst = false
            JSONEscapes.write(name.utf8, to: &output)
            append(isPretty ? ": " : ":")
            try write(value)
        }
        indent -= 1
        if !isFirst { breakLine() }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func separate(_ isFirst: Bool) {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        breakLine()
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2))
    }
}

extension Evaluation {
    /// The text of a value as `$string` gives it: strings as they are, other values as JSON.
    func string(_ value: Datum, isPretty: Bool = false) throws(JSONataError) -> String {
        if let text = value.text { return text }
        if value.isFunction { return "" }
        if let number = value.double {
            guard number.isFinite else { throw failure("D3001") }
            return Numerals.text(Numerals.tidy(number))
        }
        var value = value
        if case .array(let items, let traits) = value, traits.isOuterWrapper,
            let first = items.first
        {
            value = first
        }
        var writer = DatumWriter(self, isPretty: isPretty)
        try writer.write(value)
        try writer.charge()
        return String(decoding: writer.output, as: UTF8.self)
    }

    /// A short text of a value for an error's sentence; the whole of a record never gets there.
    func excerpt(_ value: Datum) -> String {
        switch value.kind {
        case .undefined: return "nothing"
        case .null: return "null"
        case .function: return "a function"
        case .array: return "an array"
        case .object: return "an object"
        case .boolean, .number, .string:
            var bytes: [UInt8] = []
            if let text = value.text {
                JSONEscapes.write(text.utf8.prefix(400), to: &bytes)
            } else {
                bytes = Array(((try? string(value)) ?? "a number out of range").utf8)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            return text.unicodeScalars.count <= 80
                ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(79))) + "…"
        }
    }
}
