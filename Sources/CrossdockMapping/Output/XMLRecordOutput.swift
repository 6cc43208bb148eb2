internal import CrossdockData

/// `<records><record>` with an element a member; lists are repeated elements.
enum XMLRecordOutput {
    static func begin(_ output: inout ByteOutput) {
        output.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        output.append("<records xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n")
    }

    static func end(_ output: inout ByteOutput) { output.append("</records>\n") }

    static func record(
        _ record: JSONNode, to output: inout ByteOutput
    ) throws(RecordOutputProblem) {
        output.append("<record>")
        try members(record, to: &output)
        output.append("</record>\n")
    }

    private static func members(
        _ object: JSONNode, to output: inout ByteOutput
    ) throws(RecordOutputProblem) {
        for (key, value) in object.members {
            let name = elementName(key)
            guard value.kind == .array else {
                try element(name, value, to: &output)
                continue
            }
            for item in value.elements { try element(name, item, to: &output) }
        }
    }

    private static func element(
        _ name: [UInt8], _ value: JSONNode, to output: inout ByteOutput
    ) throws(RecordOutputProblem) {
        output.append(UInt8(ascii: "<"))
        output.append(name)
        if value.kind == .null {
            output.append(" xsi:nil=\"true\"/>")
            return
        }
        output.append(UInt8(ascii: ">"))
        switch value.kind {
        case .object: try members(value, to: &output)
        // A list in a list has no element names of its own.
        case .array: try text(String(decoding: value.source, as: UTF8.self), to: &output)
        default: try text(value.scalarText ?? "", to: &output)
        }
        output.append("</")
        output.append(name)
        output.append(UInt8(ascii: ">"))
    }

    private static func text(
        _ text: String, to output: inout ByteOutput
    ) throws(RecordOutputProblem) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": output.append("&lt;")
            case ">": output.append("&gt;")
            case "&": output.append("&amp;")
            // A parser would read a bare CR as LF.
            case "\r": output.append("&#13;")
            case "\t", "\n", "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}",
                "\u{10000}"..."\u{10FFFF}":
                output.append(Array(String(scalar).utf8))
            default:
                throw RecordOutputProblem(
                    message: "XML cannot hold the character U+"
                        + String(scalar.value, radix: 16, uppercase: true))
            }
        }
    }

    /// The key where it is a name; other characters as `_x0020_`.
    ///
    /// - Source: ISO/IEC 9075-14, "Mapping SQL identifiers to XML names".
    private static func elementName(_ key: String) -> [UInt8] {
        var name = ""
        for (at, scalar) in key.unicodeScalars.enumerated() {
            let isStart = scalar.properties.isXIDStart || scalar == "_"
            let isPart =
                isStart || scalar.properties.isXIDContinue || scalar == "-" || scalar == "."
            if at == 0 ? isStart : isPart {
                name.unicodeScalars.append(scalar)
            } else {
                let hex = String(scalar.value, radix: 16, uppercase: true)
                name += "_x\(String(repeating: "0", count: max(0, 4 - hex.count)))\(hex)_"
            }
        }
        return Array((name.isEmpty ? "_" : name).utf8)
    }
}
