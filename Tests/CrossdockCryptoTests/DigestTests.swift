import CrossdockCrypto
import Testing

@Suite("Digests and codes")
struct DigestTests {
    @Test(
        "SHA-256 gives the digests of FIPS 180-4's examples",
        arguments: [
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256(text: String, digest: String) {
        #expect(SHA256.hex(Array(text.utf8)) == digest)
    }

    @Test(
        "HMAC gives the codes of RFC 4231's examples",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func hmac(key: [UInt8], message: String, code: String) {
        #expect(Hex.encode(HMACSHA256.authenticate(Array(message.utf8), key: key)) == code)
    }

    @Test("An empty key gives the code of a key of zeros, not of the last call")
    func emptyKey() {
        _ = HMACSHA256.authenticate([1], key: [9, 9, 9])
        let expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(Hex.encode(HMACSHA256.authenticate([], key: [])) == expected)
    }

    @Test("A code fits its message and no other")
    func validity() {
        let code = HMACSHA256.authenticate(Array("a".utf8), key: [1])
        #expect(HMACSHA256.isValid(code, for: Array("a".utf8), key: [1]))
        #expect(!HMACSHA256.isValid(code, for: Array("b".utf8), key: [1]))
        #expect(!HMACSHA256.isValid(Array(code.dropLast()), for: Array("a".utf8), key: [1]))
    }

    @Test("Secrets are equal when all bytes are")
    func constantTime() {
        #expect(constantTimeEqual("secret", "secret"))
        #expect(!constantTimeEqual("secret", "secreT"))
        #expect(!constantTimeEqual("secret", "secrets"))
        #expect(constantTimeEqual([UInt8](), []))
    }

    @Test("Random bytes come in the number asked for and do not repeat")
    func random() throws {
        #expect(try RandomBytes.make(0).isEmpty)
        #expect(try RandomBytes.make(33).count == 33)
        #expect(try RandomBytes.token() != RandomBytes.token())
    }
}

@Suite("Base64")
struct Base64Tests {
    @Test(
        "Both ways give RFC 4648's examples",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func standard(text: String, encoded: String) throws {
        #expect(Base64.encode(text.utf8) == encoded)
        #expect(try Base64.decode(encoded) == Array(text.utf8))
        let bare = encoded.filter { $0 != "=" }
        #expect(Base64.encodeURL(text.utf8) == bare)
        #expect(try Base64.decodeURL(bare) == Array(text.utf8))
    }

    @Test("All bytes survive, in either alphabet")
    func allBytes() throws {
        let bytes = (0...255).map { UInt8($0) }
        #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(try Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.encodeURL([0xFB, 0xFF]) == "-_8")
    }

    @Test("Line ends in MIME text do not matter")
    func mime() throws {
        #expect(try Base64.decode("Zm9v\r\nYmFy\n") == Array("foobar".utf8))
    }

    @Test(
        "What no encoder writes is refused with a code",
        arguments: ["Zg", "Zg=", "Z===", "Zh==", "Zm9v*", "Zg==Zg==", "=", "Zm8-"])
    func malformed(text: String) {
        let error = #expect(throws: CryptoError.self) { try Base64.decode(text) }
        #expect(error?.code == .notBase64)
    }

    @Test("The URL alphabet has no padding and no bits left over", arguments: ["Zg==", "A", "Zh"])
    func malformedURL(text: String) {
        #expect(throws: CryptoError.self) { try Base64.decodeURL(text) }
    }
}
