internal import CrossdockCore
internal import CrossdockData

/// Text for people to read: JSON with line ends and indents; anything else as it is.
enum PrettyText {
    static func of(_ body: inout Body) -> String {
        guard let document = body.jsonContainer(), let value = try? document.root.value() else {
            return body.text ?? ""
        }
        var text = ""
        write(value, indent: 0, to: &text)
        return text
    }

    private static func write(_ value: Value, indent: Int, to text: inout String) {
        let inner = String(repeating: "\t", count: indent + 1)
        let outer = String(repeating: "\t", count: indent)
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "{\n"
            var isFirst = true
            for (key, member) in members {
                if !isFirst { text += ",\n" }
                isFirst = false
                text += inner + Value.string(key).jsonText + ": "
                write(member, indent: indent + 1, to: &text)
            }
            text += "\n\(outer)}"
        case .array(let elements) where !elements.isEmpty:
            text += "[\n"
            for (at, element) in elements.enumerated() {
                if at > 0 { text += ",\n" }
                text += inner
                write(element, indent: indent + 1, to: &text)
            }
            text += "\n\(outer)]"
        default: text += value.jsonText
        }
    }
}
