internal import COpenSSL

/// How a message is signed. The names are those of JSON Web Algorithms.
///
/// Source: RFC 7518 §3.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    /// RSA with PKCS #1 v1.5 padding and SHA-256.
    case rs256 = "RS256"
    /// RSA with PSS padding, salt as long as the digest, and SHA-256.
    case ps256 = "PS256"
    /// ECDSA on P-256 with SHA-256; the signature is r and s, 32 bytes each.
    case es256 = "ES256"
}

/// A private key for signing.
public final class PrivateKey: Sendable {
    let handle: KeyHandle

    init(_ handle: consuming KeyHandle) { self.handle = handle }

    /// Reads a PEM text without a pass phrase, PKCS #8 or the traditional form.
    ///
    /// - Throws: ``CryptoError`` with `CD7130`.
    public convenience init(pem: String) throws(CryptoError) {
        let buffer = try Buffer(pem)
        // Without a callback of ours OpenSSL would ask for a pass phrase on the terminal.
        let refuse:
            @convention(c) (UnsafeMutablePointer<CChar>?, CInt, CInt, UnsafeMutableRawPointer?)
                -> CInt = { _, _, _, _ in -1 }
        guard let key = PEM_read_bio_PrivateKey(buffer.bio, nil, refuse, nil) else {
            throw .unreadable("the text holds no private key, or one with a pass phrase")
        }
        self.init(try KeyHandle(adopting: key))
    }

    /// Makes an RSA key of 2,048 bits.
    ///
    /// - Complexity: tens to hundreds of milliseconds.
    public static func rsa() throws(CryptoError) -> PrivateKey {
        PrivateKey(try KeyHandle(adopting: crossdock_rsa_generate(2_048)))
    }

    /// Makes a key on the curve P-256.
    public static func p256() throws(CryptoError) -> PrivateKey {
        PrivateKey(try KeyHandle(adopting: crossdock_p256_generate()))
    }

    /// PKCS #8, not encrypted: store it with mode 0600 or not at all.
    public func pem() throws(CryptoError) -> String {
        let buffer = try Buffer()
        try handle.withPointer { key throws(CryptoError) in
            guard PEM_write_bio_PrivateKey(buffer.bio, key, nil, nil, 0, nil, nil) == 1 else {
                throw .library()
            }
        }
        return buffer.text()
    }

    public func publicKey() throws(CryptoError) -> PublicKey {
        let buffer = try Buffer()
        try handle.withPointer { key throws(CryptoError) in
            guard PEM_write_bio_PUBKEY(buffer.bio, key) == 1 else { throw .library() }
        }
        return try PublicKey(pem: buffer.text())
    }

    public func sign(
        _ message: [UInt8], using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        try handle.withPointer { key throws(CryptoError) in
            try Signing.sign(message, key, algorithm)
        }
    }
}

/// A public key for checking signatures.
public final class PublicKey: Sendable {
    let handle: KeyHandle

    init(_ handle: consuming KeyHandle) { self.handle = handle }

    /// Reads a PEM text: a public key, or a certificate whose key is taken.
    ///
    /// - Throws: ``CryptoError`` with `CD7130`.
    public convenience init(pem: String) throws(CryptoError) {
        let buffer = try Buffer(pem)
        if let key = PEM_read_bio_PUBKEY(buffer.bio, nil, nil, nil) {
            self.init(try KeyHandle(adopting: key))
            return
        }
        let again = try Buffer(pem)
        guard let certificate = PEM_read_bio_X509(again.bio, nil, nil, nil) else {
            throw .unreadable("the text holds neither a public key nor a certificate")
        }
        defer { X509_free(certificate) }
        ERR_clear_error()
        self.init(try KeyHandle(adopting: X509_get_pubkey(certificate)))
    }

    /// SubjectPublicKeyInfo.
    public func pem() throws(CryptoError) -> String {
        let buffer = try Buffer()
        try handle.withPointer { key throws(CryptoError) in
            guard PEM_write_bio_PUBKEY(buffer.bio, key) == 1 else { throw .library() }
        }
        return buffer.text()
    }

    /// Whether `signature` was made over `message` with the other half of this key.
    ///
    /// - Throws: ``CryptoError`` when the key does not fit the algorithm; never for a bad signature.
    public func isValid(
        _ signature: [UInt8], for message: [UInt8], using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> Bool {
        try handle.withPointer { key throws(CryptoError) in
            try Signing.isValid(signature, message, key, algorithm)
        }
    }
}
