internal import COpenSSL

/// SHA-256. Source: FIPS 180-4.
public enum SHA256 {
    /// Unit: bytes.
    public static let digestLength = 32

    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestLength)
        var length: UInt32 = 0
        let status = EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
        // The algorithm is built into every OpenSSL 3; without it nothing of ours could start.
        precondition(status == 1 && Int(length) == digestLength, "OpenSSL has no SHA-256")
        return digest
    }

    /// Lower-case hexadecimal digits of ``digest(_:)``.
    public static func hex(_ bytes: [UInt8]) -> String { Hex.encode(digest(bytes)) }
}

/// HMAC with SHA-256. Source: RFC 2104.
public enum HMACSHA256 {
    public static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.digestLength)
        var length: UInt32 = 0
        // HMAC() takes a missing key pointer for "the key of the last call": never hand it one.
        let key = key.isEmpty ? [0] : key
        let result = HMAC(
            EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &code, &length)
        precondition(result != nil && Int(length) == SHA256.digestLength, "OpenSSL has no HMAC")
        return code
    }

    /// Compares in time that does not depend on where the codes differ.
    public static func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
        constantTimeEqual(code, authenticate(message, key: key))
    }
}

/// Compares two secrets in time that depends on their lengths alone.
public func constantTimeEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
}

public func constantTimeEqual(_ one: String, _ other: String) -> Bool {
    constantTimeEqual(Array(one.utf8), Array(other.utf8))
}

/// Hexadecimal digits.
public enum Hex {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
