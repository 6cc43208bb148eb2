internal import CrossdockCore
internal import CrossdockData
internal import Glibc
public import Logging

/// Writes log events, one line each: JSON for machines, text for a terminal.
///
/// Values whose names speak of secrets are masked, control characters escaped: nobody can forge a
/// second line.
public struct LineLogHandler: LogHandler {
    public enum Format: Sendable { case json, text }

    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    private let label: String
    private let format: Format
    private let write: @Sendable (String) -> Void

    public init(
        label: String, format: Format, level: Logger.Level = .info,
        write: (@Sendable (String) -> Void)? = nil
    ) {
        self.label = label
        self.format = format
        logLevel = level
        self.write = write ?? LineLogHandler.standardError
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = all.sorted { $0.key < $1.key }.map {
            ($0.key, Redaction.masks($0.key) ? Redaction.mask : Redaction.clean("\($0.value)"))
        }
        let time = Timestamp.text(SystemClock().now)
        switch format {
        case .json:
            var line = ValueObject()
            line["time"] = .string(time)
            line["level"] = .string(event.level.rawValue)
            line["logger"] = .string(label)
            line["message"] = .string(Redaction.clean("\(event.message)"))
            for (key, value) in fields where line[key] == nil { line[key] = .string(value) }
            write(Value.object(line).jsonText + "\n")
        case .text:
            let level = event.level.rawValue.uppercased()
            let pad = String(repeating: " ", count: max(0, 8 - level.count))
            let rest = fields.map { " \($0.0)=\(quoted($0.1))" }.joined()
            write("\(time) \(level)\(pad) \(Redaction.clean("\(event.message)"))\(rest)\n")
        }
    }

    private func quoted(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: " ")) || text.isEmpty ? "\"\(text)\"" : text
    }

    /// One `write` per line, so that lines of several threads do not mix.
    private static let standardError: @Sendable (String) -> Void = { line in
        var line = line
        line.withUTF8 { _ = Glibc.write(2, $0.baseAddress, $0.count) }
    }
}

enum Redaction {
    static let mask = "•••"
    private static let words = [
        "password", "secret", "token", "authorization", "cookie", "credential", "apikey", "api_key",
        "privatekey", "sessionid",
    ]

    /// Whether a name speaks of something that must not be seen.
    static func masks(_ name: String) -> Bool {
        let folded = name.lowercased()
        return words.contains { folded.contains($0) }
    }

    /// Escapes what could end the line or move a cursor, and shortens.
    static func clean(_ text: String) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            if count > 4_000 { return result + "…" }
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
}
