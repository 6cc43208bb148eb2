/// Base64 in both alphabets. Source: RFC 4648 §4 and §5.
public enum Base64 {
    private static let standard = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The standard alphabet, padded.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        encode(bytes, alphabet: standard, padded: true)
    }

    /// The alphabet of URLs and tokens, without padding.
    public static func encodeURL(_ bytes: some Sequence<UInt8>) -> String {
        encode(bytes, alphabet: urlSafe, padded: false)
    }

    /// Reads the standard alphabet, padded; white space between characters is left out, as in MIME.
    public static func decode(_ text: String) throws(CryptoError) -> [UInt8] {
        let characters = text.utf8.filter { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        guard characters.count % 4 == 0 else { throw CryptoError.notBase64 }
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { throw CryptoError.notBase64 }
        return try decode(characters.dropLast(padding), reverse: Reverse.standard)
    }

    /// Reads the alphabet of URLs and tokens, without padding.
    public static func decodeURL(_ text: String) throws(CryptoError) -> [UInt8] {
        try decode(Array(text.utf8)[...], reverse: Reverse.urlSafe)
    }

    private static func encode(
        _ bytes: some Sequence<UInt8>, alphabet: [UInt8], padded: Bool
    ) -> String {
        var text: [UInt8] = []
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            pending = (pending << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(pending >> bits & 63)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(pending << (6 - bits) & 63)]) }
        if padded { while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) } }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decode(
        _ characters: some Collection<UInt8>, reverse: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard characters.count % 4 != 1 else { throw CryptoError.notBase64 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3 + 2)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for character in characters {
            let value = reverse[Int(character)]
            guard value < 64 else { throw CryptoError.notBase64 }
            pending = (pending << 6 | UInt32(value)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
            }
        }
        // Two texts for the same bytes would let one token pass as two.
        guard pending & (1 << bits - 1) == 0 else { throw CryptoError.notBase64 }
        return bytes
    }

    private enum Reverse {
        static let standard = table(Base64.standard)
        static let urlSafe = table(Base64.urlSafe)

        private static func table(_ alphabet: [UInt8]) -> [UInt8] {
            var table = [UInt8](repeating: 255, count: 256)
            for (value, character) in alphabet.enumerated() {
                table[Int(character)] = UInt8(value)
            }
            return table
        }
    }
}
