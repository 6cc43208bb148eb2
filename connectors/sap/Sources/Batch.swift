internal import CrossdockData
internal import CrossdockHTTP

/// One change inside a `$batch`.
struct BatchChange: Sendable {
    let method: String
    /// Relative to the service's root, percent-encoded.
    let path: String
    /// `If-Match`, where the entity is to be in a known state.
    let match: String?
    let body: [UInt8]?
}

/// What became of one change.
struct BatchAnswer: Sendable, Equatable {
    let status: Int
    let body: [UInt8]

    var isSuccess: Bool { (200..<300).contains(status) }
}

/// Writes and reads `$batch`: one change set per record, so that each stands or falls alone.
///
/// - Source: OData V2 "Batch Processing".
enum Batch {
    static func body(_ sets: [[BatchChange]], boundary: String) -> [UInt8] {
        var output: [UInt8] = []
        func line(_ text: String) {
            output += Array(text.utf8)
            output += [0x0D, 0x0A]
        }
        for (number, changes) in sets.enumerated() {
            let inner = "\(boundary)_\(number)"
            line("--\(boundary)")
            line("Content-Type: multipart/mixed; boundary=\(inner)")
            line("")
            for (at, change) in changes.enumerated() {
                line("--\(inner)")
                line("Content-Type: application/http")
                line("Content-Transfer-Encoding: binary")
                line("Content-ID: \(number)_\(at)")
                line("")
                line("\(change.method) \(change.path) HTTP/1.1")
                line("Accept: application/json")
                if let match = change.match { line("If-Match: \(match)") }
                if let body = change.body {
                    line("Content-Type: application/json")
                    line("Content-Length: \(body.count)")
                }
                line("")
                if let body = change.body {
                    output += body
                    line("")
                }
            }
            line("--\(inner)--")
            line("")
        }
        line("--\(boundary)--")
        return output
    }

    /// The answers by change set. A set that failed has one answer for all its changes.
    ///
    /// - Returns: Nil for what is no answer to a batch.
    static func answers(_ response: HTTPResponse) -> [[BatchAnswer]]? {
        guard let boundary = boundary(of: response.headers["Content-Type"]),
            let parts = parts(response.body[...], boundary)
        else { return nil }
        var answers: [[BatchAnswer]] = []
        for part in parts {
            let (headers, body) = split(part)
            if let inner = Self.boundary(of: headers["Content-Type"]) {
                guard let changes = Self.parts(body, inner) else { return nil }
                var set: [BatchAnswer] = []
                for change in changes {
                    guard let answer = answer(split(change).body) else { return nil }
                    set.append(answer)
                }
                answers.append(set)
            } else {
                guard let answer = answer(body) else { return nil }
                answers.append([answer])
            }
        }
        return answers
    }

    private static func boundary(of type: String?) -> String? {
        guard let type, type.lowercased().hasPrefix("multipart/"),
            let start = type.lowercased().firstRange(of: "boundary=")?.upperBound
        else { return nil }
        let value = type[start...].prefix { $0 != ";" && $0 != " " }
        let name = value.hasPrefix("\"") ? value.dropFirst().prefix { $0 != "\"" } : value
        return name.isEmpty ? nil : String(name)
    }

    /// The bytes between boundary lines; nil when the closing line is missing.
    private static func parts(_ bytes: ArraySlice<UInt8>, _ boundary: String) -> [ArraySlice<
        UInt8
    >]? {
        let mark = Array("--\(boundary)".utf8)
        var parts: [ArraySlice<UInt8>] = []
        var start: Int?
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let end = bytes[at...].firstIndex(of: 0x0A) ?? bytes.endIndex
            var line = bytes[at..<end]
            while line.last == 0x0D || line.last == 0x20 { line.removeLast() }
            let next = min(end + 1, bytes.endIndex)
            let isClosing =
                line.count == mark.count + 2 && line.starts(with: mark)
                && line.suffix(2).elementsEqual([0x2D, 0x2D])
            if isClosing || line.elementsEqual(mark) {
                if let start { parts.append(trimmedEnd(bytes[start..<at])) }
                if isClosing { return parts }
                start = next
            }
            at = next
        }
        return nil
    }

    /// The line end before a boundary belongs to the boundary.
    private static func trimmedEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes
    }

    private static func split(
        _ bytes: ArraySlice<UInt8>
    ) -> (headers: HTTPHeaders, body: ArraySlice<UInt8>) {
        var headers = HTTPHeaders()
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            var line = rest[..<end]
            rest = rest[(end + 1)...]
            if line.last == 0x0D { line.removeLast() }
            if line.isEmpty { break }
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == 0x20 }
            headers.add(
                String(decoding: parts[0], as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        return (headers, rest)
    }

    /// Status and body of an embedded HTTP answer.
    private static func answer(_ bytes: ArraySlice<UInt8>) -> BatchAnswer? {
        let lineEnd = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
        let words = bytes[..<lineEnd].split(separator: 0x20)
        guard words.count >= 2, words[0].starts(with: Array("HTTP/".utf8)),
            let status = Int(String(decoding: words[1].prefix(3), as: UTF8.self))
        else { return nil }
        let (headers, rest) = split(bytes[min(lineEnd + 1, bytes.endIndex)...])
        let length = headers["Content-Length"].flatMap(Int.init) ?? rest.count
        guard length >= 0, length <= rest.count else { return nil }
        return BatchAnswer(status: status, body: Array(rest.prefix(length)))
    }
}
