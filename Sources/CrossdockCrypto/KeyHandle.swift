internal import COpenSSL

/// The only owner of one OpenSSL key.
///
/// - Ownership: adopts the pointer and frees it in `deinit`; it is handed out during a call only.
/// - Threads: OpenSSL 3 keys are immutable once made and may be used by many threads at once.
struct KeyHandle: ~Copyable, @unchecked Sendable {
    private let key: OpaquePointer

    /// Takes over `key`, which nobody else may free from here on.
    init(adopting key: OpaquePointer?) throws(CryptoError) {
        guard let key else { throw .library() }
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    borrowing func withPointer<Result>(
        _ body: (OpaquePointer) throws(CryptoError) -> Result
    ) throws(CryptoError) -> Result {
        try body(key)
    }
}

/// A memory buffer that OpenSSL reads from or writes to.
///
/// - Ownership: frees the BIO in `deinit`; what it holds is copied out.
struct Buffer: ~Copyable {
    let bio: OpaquePointer

    init() throws(CryptoError) {
        guard let bio = BIO_new(BIO_s_mem()) else { throw .library() }
        self.bio = bio
    }

    init(_ text: String) throws(CryptoError) {
        guard let bio = BIO_new(BIO_s_mem()) else { throw .library() }
        let bytes = Array(text.utf8)
        guard bytes.isEmpty || BIO_write(bio, bytes, Int32(clamping: bytes.count)) == bytes.count
        else {
            BIO_free_all(bio)
            throw .library()
        }
        self.bio = bio
    }

    deinit { BIO_free_all(bio) }

    borrowing func text() -> String {
        var start: UnsafeMutablePointer<CChar>?
        let count = crossdock_bio_bytes(bio, &start)
        guard let start, count > 0 else { return "" }
        return start.withMemoryRebound(to: UInt8.self, capacity: count) {
            String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
        }
    }
}

extension CryptoError {
    /// The oldest error in OpenSSL's queue of this thread; the queue is emptied.
    static func library() -> CryptoError {
        let number = ERR_get_error()
        ERR_clear_error()
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(number, &text, text.count)
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return CryptoError(
            .cryptoLibrary, number == 0 ? "no reason given" : String(decoding: bytes, as: UTF8.self)
        )
    }

    static func unreadable(_ what: String) -> CryptoError {
        ERR_clear_error()
        return CryptoError(.unreadableKey, what)
    }

    static let notBase64 = CryptoError(.notBase64, "the text is not base64")
}
