extension Diagnostic {
    /// Renders for a person: place, code, message, the line with a caret, help.
    ///
    /// - Parameter source: The text of the file, when at hand; the offending line is then quoted.
    public func rendered(source: String? = nil) -> String {
        var lines: [String] = []
        let place = span.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
        lines.append("\(place)\(severity.rawValue)[\(code.id)]: \(Self.oneLine(message))")
        if let span, let source, let quoted = Self.line(span.line, of: source) {
            lines.append("    \(quoted)")
            let width = span.endLine == span.line ? max(1, span.endColumn - span.column) : 1
            let indent = String(repeating: " ", count: max(0, span.column - 1))
            lines.append("    \(indent)\(String(repeating: "^", count: min(width, 200)))")
        }
        if let help { lines.append("    help: \(Self.oneLine(help))") }
        return lines.joined(separator: "\n")
    }

    /// Escapes what could forge a second log line or move the cursor of a terminal.
    static func oneLine(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0..<0x20, 0x7F, 0x80..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func line(_ number: Int, of source: String) -> String? {
        var current = 1
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            if current == number {
                let text = line.hasSuffix("\r") ? String(line.dropLast()) : String(line)
                return oneLine(String(text.prefix(300)))
            }
            current += 1
        }
        return nil
    }
}
