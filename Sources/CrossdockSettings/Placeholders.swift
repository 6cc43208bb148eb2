public import CrossdockDiagnostics
internal import Glibc

/// Replaces `{{key}}`, `{{key:default}}`, `{{env:NAME}}` and `{{file:/path}}` in text.
///
/// Resolved once, when a file is read; never in data. `\{{` stands for itself.
///
/// - Source: Camel manual, "Property placeholders".
public struct Placeholders: Sendable {
    /// Names to text; consulted for keys without a known prefix.
    public var properties: [String: String]
    private let environment: @Sendable (String) -> String?

    public init(
        properties: [String: String] = [:],
        environment: (@Sendable (String) -> String?)? = nil
    ) {
        self.properties = properties
        self.environment = environment ?? { name in getenv(name).map { String(cString: $0) } }
    }

    /// How often a resolved text may again hold placeholders.
    private static let maximumDepth = 8
    /// Unit: bytes of a file read by `{{file:…}}`.
    private static let maximumFile = 1 << 20

    /// Returns `text` with every placeholder replaced.
    ///
    /// - Throws: ``PlaceholderError`` for one that stands for nothing and has no default.
    public func resolve(_ text: String) throws(PlaceholderError) -> String {
        try resolve(text, depth: 0)
    }

    private func resolve(_ text: String, depth: Int) throws(PlaceholderError) -> String {
        let bytes = Array(text.utf8)
        guard Self.find(in: bytes, from: 0, UInt8(ascii: "{")) != nil else { return text }
        guard depth < Self.maximumDepth else { throw PlaceholderError(key: text, cycle: true) }
        var output: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if let open = Self.find(in: bytes, from: at, UInt8(ascii: "{")) {
                if open > at, bytes[open - 1] == UInt8(ascii: "\\") {
                    output += bytes[at..<(open - 1)]
                    output += [UInt8(ascii: "{"), UInt8(ascii: "{")]
                    at = open + 2
                    continue
                }
                guard let close = Self.end(of: bytes, from: open) else {
                    output += bytes[at...]
                    break
                }
                output += bytes[at..<open]
                let inner = String(decoding: bytes[(open + 2)..<close], as: UTF8.self)
                output += try value(of: try resolve(inner, depth: depth + 1), depth: depth).utf8
                at = close + 2
            } else {
                output += bytes[at...]
                break
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private func value(of key: String, depth: Int) throws(PlaceholderError) -> String {
        if key.hasPrefix("env:") { return try environmentValue(String(key.dropFirst(4))) }
        if key.hasPrefix("file:") { return try fileValue(String(key.dropFirst(5))) }
        let parts = key.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        if name.hasPrefix("?") {
            return try properties[String(name.dropFirst())].map { value throws(PlaceholderError) in
                try resolve(value, depth: depth + 1)
            } ?? ""
        }
        if let found = properties[name] { return try resolve(found, depth: depth + 1) }
        guard parts.count == 2 else {
            throw PlaceholderError(
                key: name, suggestion: Suggestion.nearest(to: name, in: properties.keys))
        }
        return String(parts[1])
    }

    private func environmentValue(_ key: String) throws(PlaceholderError) -> String {
        let parts = key.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if let found = environment(String(parts[0])) { return found }
        guard parts.count == 2 else { throw PlaceholderError(key: "env:\(key)") }
        return String(parts[1])
    }

    /// A file's text without the line end that editors add.
    private func fileValue(_ path: String) throws(PlaceholderError) -> String {
        guard let file = fopen(path, "re") else { throw PlaceholderError(key: "file:\(path)") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumFile + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard count <= Self.maximumFile else { throw PlaceholderError(key: "file:\(path)") }
        var text = bytes[..<count]
        if text.last == UInt8(ascii: "\n") { text.removeLast() }
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }

    /// The place of a doubled brace.
    private static func find(in bytes: [UInt8], from start: Int, _ brace: UInt8) -> Int? {
        var at = start
        while at + 1 < bytes.count {
            if bytes[at] == brace, bytes[at + 1] == brace { return at }
            at += 1
        }
        return nil
    }

    /// The `}}` that closes the `{{` at `open`, inner ones skipped.
    private static func end(of bytes: [UInt8], from open: Int) -> Int? {
        var at = open + 2
        var depth = 1
        while at + 1 < bytes.count {
            if bytes[at] == UInt8(ascii: "{"), bytes[at + 1] == UInt8(ascii: "{") {
                depth += 1
                at += 2
            } else if bytes[at] == UInt8(ascii: "}"), bytes[at + 1] == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return at }
                at += 2
            } else {
                at += 1
            }
        }
        return nil
    }
}

/// A placeholder stands for nothing.
public struct PlaceholderError: Classified {
    public let key: String
    public let suggestion: String?
    private let cycle: Bool

    init(key: String, suggestion: String? = nil, cycle: Bool = false) {
        self.key = key
        self.suggestion = suggestion
        self.cycle = cycle
    }

    public var code: DiagnosticCode { .unresolvedPlaceholder }
    public var message: String {
        cycle
            ? "placeholders refer to each other without end in '\(key.prefix(80))'"
            : "nothing is known for the placeholder '{{\(key)}}'"
                + (suggestion.map { "; did you mean '{{\($0)}}'?" } ?? "")
    }
}
