internal import COpenSSL

/// Signatures over whole messages, with keys that somebody else owns.
enum Signing {
    static func sign(
        _ message: [UInt8], _ key: OpaquePointer, _ algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        try check(key, fits: algorithm)
        guard let context = EVP_MD_CTX_new() else { throw .library() }
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        guard EVP_DigestSignInit(context, &keyContext, EVP_sha256(), nil, key) == 1,
            algorithm != .ps256 || crossdock_pkey_set_pss(keyContext) == 1
        else { throw .library() }
        var length = 0
        guard EVP_DigestSign(context, nil, &length, message, message.count) == 1 else {
            throw .library()
        }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else {
            throw .library()
        }
        signature.removeLast(signature.count - length)
        return algorithm == .es256 ? try ECDSASignature.raw(fromDER: signature) : signature
    }

    static func isValid(
        _ signature: [UInt8], _ message: [UInt8], _ key: OpaquePointer,
        _ algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> Bool {
        try check(key, fits: algorithm)
        var signature = signature
        if algorithm == .es256 {
            guard let der = ECDSASignature.der(fromRaw: signature) else { return false }
            signature = der
        }
        guard let context = EVP_MD_CTX_new() else { throw .library() }
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &keyContext, EVP_sha256(), nil, key) == 1,
            algorithm != .ps256 || crossdock_pkey_set_pss(keyContext) == 1
        else { throw .library() }
        let status = EVP_DigestVerify(context, signature, signature.count, message, message.count)
        ERR_clear_error()
        return status == 1
    }

    private static func check(
        _ key: OpaquePointer, fits algorithm: SignatureAlgorithm
    ) throws(CryptoError) {
        let fits =
            switch algorithm {
            case .rs256, .ps256: EVP_PKEY_is_a(key, "RSA") == 1
            case .es256: EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_bits(key) == 256
            }
        guard fits else { throw .unreadable("\(algorithm.rawValue) cannot use this kind of key") }
    }
}

/// The two forms of an ECDSA signature: DER in OpenSSL, r and s side by side in tokens.
///
/// Source: RFC 7518 §3.4.
enum ECDSASignature {
    private static let width = 32

    static func raw(fromDER der: [UInt8]) throws(CryptoError) -> [UInt8] {
        var start: UnsafePointer<UInt8>?
        let parsed = der.withUnsafeBufferPointer { bytes in
            start = bytes.baseAddress
            return d2i_ECDSA_SIG(nil, &start, bytes.count)
        }
        guard let parsed else { throw .library() }
        defer { ECDSA_SIG_free(parsed) }
        var r = [UInt8](repeating: 0, count: width)
        var s = r
        guard BN_bn2binpad(ECDSA_SIG_get0_r(parsed), &r, Int32(width)) == width,
            BN_bn2binpad(ECDSA_SIG_get0_s(parsed), &s, Int32(width)) == width
        else { throw .library() }
        return r + s
    }

    static func der(fromRaw raw: [UInt8]) -> [UInt8]? {
        guard raw.count == 2 * width, let signature = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(signature) }
        let r = BN_bin2bn(Array(raw[..<width]), Int32(width), nil)
        let s = BN_bin2bn(Array(raw[width...]), Int32(width), nil)
        guard r != nil, s != nil, ECDSA_SIG_set0(signature, r, s) == 1 else {
            BN_free(r)
            BN_free(s)
            return nil
        }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = Int(i2d_ECDSA_SIG(signature, &encoded))
        guard count > 0, let encoded else { return nil }
        defer { crossdock_free(encoded) }
        return Array(UnsafeBufferPointer(start: encoded, count: count))
    }
}
