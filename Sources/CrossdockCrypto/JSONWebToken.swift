/// Signed JSON Web Tokens in the compact form. Source: RFC 7515 §7.1, RFC 7519.
///
/// This module stands below the JSON reader: claims come and go as JSON bytes.
public enum JSONWebToken {
    /// What a token holds, once its signature was found to be valid.
    public struct Content: Sendable {
        /// JSON text.
        public let header: [UInt8]
        /// JSON text.
        public let claims: [UInt8]
    }

    /// - Parameters:
    ///   - claims: A JSON object.
    ///   - keyID: Which of the receiver's keys to check with; written as `kid`.
    public static func sign(
        claims: [UInt8], with key: PrivateKey, using algorithm: SignatureAlgorithm,
        keyID: String? = nil
    ) throws(CryptoError) -> String {
        let kid = keyID.map { ",\"kid\":\(quoted($0))" } ?? ""
        let header = "{\"alg\":\"\(algorithm.rawValue)\",\"typ\":\"JWT\"\(kid)}"
        let signed = Base64.encodeURL(header.utf8) + "." + Base64.encodeURL(claims)
        let signature = try key.sign(Array(signed.utf8), using: algorithm)
        return signed + "." + Base64.encodeURL(signature)
    }

    /// Checks the signature; claims such as `exp` and `aud` are for the caller to judge.
    ///
    /// The algorithm is the caller's, never the token's, so a token cannot choose a weaker one.
    ///
    /// - Throws: ``CryptoError`` with `CD7131` for anything that is not a validly signed token.
    public static func verify(
        _ token: String, with key: PublicKey, using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> Content {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw refused("the text is not a signed token") }
        guard let header = try? Base64.decodeURL(String(parts[0])),
            let claims = try? Base64.decodeURL(String(parts[1])),
            let signature = try? Base64.decodeURL(String(parts[2]))
        else { throw refused("a part of the token is not base64") }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard try key.isValid(signature, for: signed, using: algorithm) else {
            throw refused("the token's signature does not hold")
        }
        return Content(header: header, claims: claims)
    }

    private static func refused(_ message: String) -> CryptoError {
        CryptoError(.badSignature, message)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{0}"..<"\u{20}":
                result += "\\u" + ("000" + String(scalar.value, radix: 16)).suffix(4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
