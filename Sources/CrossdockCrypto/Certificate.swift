internal import COpenSSL

/// One X.509 certificate in the making.
///
/// - Ownership: holds the only pointer and frees it in `deinit`.
struct Certificate: ~Copyable {
    private let pointer: OpaquePointer

    init() throws(CryptoError) {
        guard let pointer = X509_new() else { throw .library() }
        self.pointer = pointer
    }

    init(pem: String) throws(CryptoError) {
        let buffer = try Buffer(pem)
        guard let pointer = PEM_read_bio_X509(buffer.bio, nil, nil, nil) else {
            throw .unreadable("the text holds no certificate")
        }
        self.pointer = pointer
    }

    deinit { X509_free(pointer) }

    borrowing func fill(
        subject: String, issuer: String, key: PrivateKey, _ lifetime: Duration
    ) throws(CryptoError) {
        try fillCommon(subject: subject, key: key, lifetime)
        try setName(X509_get_issuer_name(pointer), issuer)
    }

    borrowing func fill(
        subject: String, issuer: borrowing Certificate, key: PrivateKey, _ lifetime: Duration
    ) throws(CryptoError) {
        try fillCommon(subject: subject, key: key, lifetime)
        guard X509_set_issuer_name(pointer, X509_get_subject_name(issuer.pointer)) == 1 else {
            throw .library()
        }
    }

    private borrowing func fillCommon(
        subject: String, key: PrivateKey, _ lifetime: Duration
    ) throws(CryptoError) {
        // Version 3 is written as 2. A serial number has at most 20 bytes and is positive.
        var serial = try RandomBytes.make(16)
        serial[0] = serial[0] & 0x7F | 0x40
        let number = BN_bin2bn(serial, Int32(serial.count), nil)
        defer { BN_free(number) }
        // An hour of grace for clocks that run behind.
        guard X509_set_version(pointer, 2) == 1,
            BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil,
            X509_gmtime_adj(X509_getm_notBefore(pointer), -3_600) != nil,
            X509_gmtime_adj(
                X509_getm_notAfter(pointer), Int(clamping: lifetime.components.seconds)) != nil
        else { throw .library() }
        try setName(X509_get_subject_name(pointer), subject)
        try key.handle.withPointer { key throws(CryptoError) in
            guard X509_set_pubkey(pointer, key) == 1 else { throw .library() }
        }
    }

    private borrowing func setName(_ name: OpaquePointer?, _ text: String) throws(CryptoError) {
        let bytes = Array(text.utf8)
        // The common name is limited to 64 characters (RFC 5280, upper bounds).
        let count = Int32(clamping: min(bytes.count, 64))
        guard
            X509_NAME_add_entry_by_NID(
                name, NID_commonName, V_ASN1_UTF8STRING, bytes, count, -1, 0) == 1
        else { throw .library() }
    }

    /// For a certificate that signs itself.
    borrowing func add(_ nid: Int32, _ value: String) throws(CryptoError) {
        try add(nid, value, issuedBy: pointer)
    }

    borrowing func add(
        _ nid: Int32, _ value: String, issuer: borrowing Certificate
    ) throws(CryptoError) {
        try add(nid, value, issuedBy: issuer.pointer)
    }

    private borrowing func add(
        _ nid: Int32, _ value: String, issuedBy issuer: OpaquePointer
    ) throws(CryptoError) {
        guard let item = crossdock_x509_extension(pointer, issuer, nid, value) else {
            throw .library()
        }
        defer { X509_EXTENSION_free(item) }
        guard X509_add_ext(pointer, item, -1) == 1 else { throw .library() }
    }

    borrowing func signed(by key: PrivateKey) throws(CryptoError) -> String {
        let buffer = try Buffer()
        try key.handle.withPointer { key throws(CryptoError) in
            guard X509_sign(pointer, key, EVP_sha256()) > 0,
                PEM_write_bio_X509(buffer.bio, pointer) == 1
            else { throw .library() }
        }
        return buffer.text()
    }
}
