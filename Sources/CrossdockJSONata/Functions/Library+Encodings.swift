extension Library {
    static let encodings: [NativeFunction] = [
        NativeFunction("base64encode", "<s-:s>", parameters: 1) { call throws(JSONataError) in
            guard let text = call.text(0) else { return .undefined }
            // Each character is one byte: what is beyond U+00FF loses its upper half.
            return try call.run.text(
                Base64.encode(text.utf16.map { UInt8(truncatingIfNeeded: $0) }))
        },
        NativeFunction("base64decode", "<s-:s>", parameters: 1) { call throws(JSONataError) in
            guard let text = call.text(0) else { return .undefined }
            var result = String.UnicodeScalarView()
            for byte in Base64.decode(text) { result.append(Unicode.Scalar(byte)) }
            return try call.run.text(String(result))
        },
        url("encodeUrlComponent") {
            PercentEncoding.encode($0, keeping: PercentEncoding.component)
        },
        url("encodeUrl") { PercentEncoding.encode($0, keeping: PercentEncoding.whole) },
        url("decodeUrlComponent") { PercentEncoding.decode($0, keeping: []) },
        url("decodeUrl") { PercentEncoding.decode($0, keeping: PercentEncoding.reserved) },
    ]

    private static func url(
        _ name: String, _ convert: @escaping @Sendable (String) -> String?
    ) -> NativeFunction {
        NativeFunction(name, "<s-:s>", parameters: 1) { call throws(JSONataError) in
            guard let text = call.text(0) else { return .undefined }
            guard let result = convert(text) else {
                throw call.run.failure("D3140", token: name, value: call[0])
            }
            return try call.run.text(result)
        }
    }
}

/// - Source: RFC 4648 §4; decoding takes §5's alphabet too and passes over what is in neither.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let rest = bytes.count - at
            let group =
                UInt32(bytes[at]) << 16
                | (rest > 1 ? UInt32(bytes[at + 1]) << 8 : 0)
                | (rest > 2 ? UInt32(bytes[at + 2]) : 0)
            for place in 0..<4 {
                let isPadding = place > rest
                let digit = Int(group >> UInt32(18 - 6 * place)) & 63
                output.append(isPadding ? UInt8(ascii: "=") : alphabet[digit])
            }
            at += 3
        }
        return String(decoding: output, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var group: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "=") { break }
            guard let digit = digit(byte) else { continue }
            group = group << 6 | digit
            count += 1
            if count == 4 {
                output += [UInt8(group >> 16 & 255), UInt8(group >> 8 & 255), UInt8(group & 255)]
                (group, count) = (0, 0)
            }
        }
        if count == 3 { output += [UInt8(group >> 10 & 255), UInt8(group >> 2 & 255)] }
        if count == 2 { output.append(UInt8(group >> 4 & 255)) }
        return output
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}

/// - Source: ECMA-262, "URI Handling Functions".
enum PercentEncoding {
    private static let unreserved = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()".utf8)
    /// What separates the parts of a URL.
    static let reserved = Set(";/?:@&=+$,#".utf8)
    static let component = unreserved
    static let whole = unreserved.union(reserved)

    /// Nil where the text holds the mark of a character that could not be decoded: a half of a
    /// surrogate pair, which has no encoding.
    static func encode(_ text: String, keeping kept: Set<UInt8>) -> String? {
        if text.unicodeScalars.contains("\u{FFFD}") { return nil }
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        for byte in text.utf8 {
            if kept.contains(byte) {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Nil for a percent sign without two digits, and for bytes that are not UTF-8.
    static func decode(_ text: String, keeping kept: Set<UInt8>) -> String? {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "%") else {
                output.append(bytes[at])
                at += 1
                continue
            }
            guard at + 2 < bytes.count, let high = hexadecimal(bytes[at + 1]),
                let low = hexadecimal(bytes[at + 2])
            else { return nil }
            let byte = high << 4 | low
            if kept.contains(byte) { output += bytes[at...(at + 2)] } else { output.append(byte) }
            at += 3
        }
        return String(validating: output, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        Lexer.hexadecimal(UInt16(byte)).map { UInt8(truncatingIfNeeded: $0) }
    }
}
