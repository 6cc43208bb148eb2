/// Percent-encoding, done once and in one layer.
///
/// - Source: RFC 3986 §2.
public enum PercentEncoding {
    /// Encodes text as one segment of a path, whatever it contains.
    ///
    /// - Throws: ``HTTPError`` with ``DiagnosticCode/invalidRequest`` for `.` and `..`, which no
    ///   encoding keeps from being understood as a step in the path, and for an empty segment.
    public static func segment(_ text: String) throws(HTTPError) -> String {
        guard !text.isEmpty, text != ".", text != ".." else {
            throw .invalidRequest("'\(text)' cannot stand as a segment of a path")
        }
        return encode(text.utf8, keeping: isUnreserved)
    }

    /// Encodes text as a name or value of a query or a form; a space becomes `%20`.
    public static func query(_ text: String) -> String { encode(text.utf8, keeping: isUnreserved) }

    /// Joins names and values to a query or an `application/x-www-form-urlencoded` body.
    public static func form(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(query($0.name))=\(query($0.value))" }.joined(separator: "&")
    }

    /// Encodes only what may not stand in an address at all: for links others have made.
    static func encodingNonASCII(_ text: String) -> String {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            ? text : encode(text.utf8, keeping: { $0 != 0x20 && $0 < 0x80 })
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func encode(
        _ bytes: some Sequence<UInt8>, keeping isKept: (UInt8) -> Bool
    ) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in bytes {
            if isKept(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
