extension Value {
    /// Decodes JSON text to a tree.
    ///
    /// - Throws: ``JSONError``; also for an object that names a member twice.
    public init(json bytes: [UInt8]) throws(JSONError) {
        self = try JSONDocument(bytes).root.value()
    }

    public init(json text: String) throws(JSONError) { try self.init(json: Array(text.utf8)) }

    /// Compact JSON, members in order.
    public var json: [UInt8] {
        var output: [UInt8] = []
        writeJSON(to: &output)
        return output
    }

    public var jsonText: String { String(decoding: json, as: UTF8.self) }

    public func writeJSON(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let number): output.append(contentsOf: number.text.utf8)
        case .string(let text): JSONEscapes.write(text.utf8, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (at, element) in elements.enumerated() {
                if at > 0 { output.append(UInt8(ascii: ",")) }
                element.writeJSON(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            var first = true
            for (key, value) in members {
                if !first { output.append(UInt8(ascii: ",")) }
                first = false
                JSONEscapes.write(key.utf8, to: &output)
                output.append(UInt8(ascii: ":"))
                value.writeJSON(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONNode {
    /// The value and all it contains as a tree.
    ///
    /// - Throws: ``JSONError`` for an object that names a member twice.
    public func value() throws(JSONError) -> Value {
        switch kind {
        case .null: return .null
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .number: return .number(JSONNumber(unchecked: String(decoding: source, as: UTF8.self)))
        case .string: return .string(document.decodedString(at: index))
        case .array:
            var result: [Value] = []
            result.reserveCapacity(count)
            for element in elements { result.append(try element.value()) }
            return .array(result)
        case .object:
            var result = ValueObject()
            for (key, member) in members {
                guard result[key] == nil else {
                    throw JSONError(.duplicateKey, position: document.view.offset(member.index))
                }
                result[key] = try member.value()
            }
            return .object(result)
        }
    }
}
