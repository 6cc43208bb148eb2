internal import COpenSSL

/// Bytes that nobody can guess.
public enum RandomBytes {
    /// - Throws: ``CryptoError`` when the machine yields no randomness.
    public static func make(_ count: Int) throws(CryptoError) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(clamping: count)) == 1 else { throw .library() }
        return bytes
    }

    /// A secret of letters, digits, `-` and `_`: fit for URLs, headers and file names.
    ///
    /// - Parameter bits: How hard it is to guess.
    public static func token(bits: Int = 256) throws(CryptoError) -> String {
        Base64.encodeURL(try make(max(1, bits / 8)))
    }
}
