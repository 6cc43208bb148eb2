import CrossdockCrypto
import Testing

@Suite("Signatures")
struct SignatureTests {
    private let message = SignatureVectors.message

    @Test("RS256 makes the signature that openssl makes")
    func knownRS256() throws {
        let key = try PrivateKey(pem: SignatureVectors.rsaKey)
        #expect(try Base64.encode(key.sign(message, using: .rs256)) == SignatureVectors.rs256)
    }

    @Test(
        "Signatures that openssl made are valid, and none for another message",
        arguments: SignatureAlgorithm.allCases)
    func knownSignatures(algorithm: SignatureAlgorithm) throws {
        let (key, signature) =
            switch algorithm {
            case .rs256: (SignatureVectors.rsaKey, SignatureVectors.rs256)
            case .ps256: (SignatureVectors.rsaKey, SignatureVectors.ps256)
            case .es256: (SignatureVectors.curveKey, SignatureVectors.es256)
            }
        let publicKey = try PrivateKey(pem: key).publicKey()
        var bytes = try Base64.decode(signature)
        #expect(try publicKey.isValid(bytes, for: message, using: algorithm))
        #expect(try !publicKey.isValid(bytes, for: message + [0], using: algorithm))
        bytes[3] ^= 1
        #expect(try !publicKey.isValid(bytes, for: message, using: algorithm))
        #expect(try !publicKey.isValid([], for: message, using: algorithm))
    }

    @Test("What we sign we find valid, with each algorithm", arguments: SignatureAlgorithm.allCases)
    func ownSignatures(algorithm: SignatureAlgorithm) throws {
        let key = algorithm == .es256 ? try PrivateKey.p256() : try PrivateKey.rsa()
        let again = try PrivateKey(pem: key.pem())
        let signature = try again.sign(message, using: algorithm)
        #expect(try key.publicKey().isValid(signature, for: message, using: algorithm))
        if algorithm == .es256 { #expect(signature.count == 64) }
    }

    @Test("The public half is the one openssl derives")
    func publicHalf() throws {
        let derived = try PrivateKey(pem: SignatureVectors.rsaKey).publicKey().pem()
        #expect(derived == SignatureVectors.rsaPublicKey + "\n")
    }

    @Test("A key that does not fit the algorithm is refused")
    func wrongKind() throws {
        let error = #expect(throws: CryptoError.self) {
            try PrivateKey(pem: SignatureVectors.curveKey).sign(message, using: .rs256)
        }
        #expect(error?.code == .unreadableKey)
    }

    @Test(
        "Text that is no key is refused with a code",
        arguments: [
            "", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ])
    func noKey(text: String) {
        #expect(throws: CryptoError.self) { try PrivateKey(pem: text) }
        let error = #expect(throws: CryptoError.self) { try PublicKey(pem: text) }
        #expect(error?.code == .unreadableKey)
    }

    @Test("A key may sign for many tasks at once")
    func concurrent() async throws {
        let key = try PrivateKey(pem: SignatureVectors.rsaKey)
        let message = message
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 {
                group.addTask { Base64.encode(try key.sign(message, using: .rs256)) }
            }
            for try await signature in group { #expect(signature == SignatureVectors.rs256) }
        }
    }
}

@Suite("JSON Web Tokens")
struct JSONWebTokenTests {
    private let claims = Array(#"{"iss":"a","exp":1}"#.utf8)

    @Test("A token gives back its claims to whoever has the public key")
    func roundTrip() throws {
        let key = try PrivateKey(pem: SignatureVectors.rsaKey)
        let token = try JSONWebToken.sign(claims: claims, with: key, using: .rs256, keyID: "k\"1")
        let content = try JSONWebToken.verify(token, with: key.publicKey(), using: .rs256)
        #expect(content.claims == claims)
        #expect(
            String(decoding: content.header, as: UTF8.self)
                == #"{"alg":"RS256","typ":"JWT","kid":"k\"1"}"#)
    }

    @Test("A changed, cut or foreign token is refused")
    func refused() throws {
        let key = try PrivateKey(pem: SignatureVectors.rsaKey)
        let token = try JSONWebToken.sign(claims: claims, with: key, using: .rs256)
        let publicKey = try key.publicKey()
        let parts = token.split(separator: ".")
        let forged = Base64.encodeURL(#"{"iss":"b"}"#.utf8)
        let bad = [
            "", "a.b", "\(parts[0]).\(forged).\(parts[2])", "\(parts[0]).\(parts[1]).",
            "\(parts[0]).\(parts[1])", token + "A", "\(token).\(parts[2])",
        ]
        for text in bad {
            let error = #expect(throws: CryptoError.self) {
                try JSONWebToken.verify(text, with: publicKey, using: .rs256)
            }
            #expect(error?.code == .badSignature)
        }
        let other = try PrivateKey.rsa().publicKey()
        #expect(throws: CryptoError.self) {
            try JSONWebToken.verify(token, with: other, using: .rs256)
        }
    }

    @Test("A token cannot choose another algorithm than the receiver's")
    func algorithmConfusion() throws {
        let key = try PrivateKey(pem: SignatureVectors.rsaKey)
        let token = try JSONWebToken.sign(claims: claims, with: key, using: .ps256)
        #expect(throws: CryptoError.self) {
            try JSONWebToken.verify(token, with: key.publicKey(), using: .rs256)
        }
    }
}

@Suite("Certificate authority")
struct CertificateAuthorityTests {
    @Test("A certificate carries its names and the server's key")
    func issue() throws {
        let authority = try CertificateAuthority(commonName: "Test authority")
        let server = try authority.issue([.dns("*.example.com"), .ip("127.0.0.1"), .ip("::1")])
        let certified = try PublicKey(pem: server.certificatePEM).pem()
        #expect(try PrivateKey(pem: server.privateKeyPEM).publicKey().pem() == certified)
        #expect(authority.credentials.certificatePEM.hasPrefix("-----BEGIN CERTIFICATE-----"))
    }

    @Test("An authority can be taken up again from its PEM texts")
    func again() throws {
        let first = try CertificateAuthority(commonName: "Test authority")
        let second = try CertificateAuthority(first.credentials)
        #expect(try second.issue([.dns("localhost")]).certificatePEM.count > 100)
    }

    @Test("A name that would break the extension's syntax is refused")
    func badName() throws {
        let authority = try CertificateAuthority(commonName: "Test authority")
        #expect(throws: CryptoError.self) { try authority.issue([.dns("a,DNS:evil.example")]) }
        #expect(throws: CryptoError.self) { try authority.issue([.ip("300.1.1.1")]) }
    }
}
