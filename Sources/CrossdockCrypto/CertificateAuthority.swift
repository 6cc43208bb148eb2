internal import COpenSSL

/// A certificate and its private key, both PEM.
public struct Credentials: Sendable {
    public let certificatePEM: String
    public let privateKeyPEM: String

    public init(certificatePEM: String, privateKeyPEM: String) {
        self.certificatePEM = certificatePEM
        self.privateKeyPEM = privateKeyPEM
    }
}

/// Issues certificates for servers on this machine: sandboxes and tests.
///
/// - Trust: whoever trusts such an authority trusts everything it signs. It is made for clients that
///   are told to trust it for one run, never for a system's trust store.
public struct CertificateAuthority: Sendable {
    public enum Name: Sendable, Hashable {
        /// May begin with `*.`, which stands for one label.
        case dns(String)
        /// Dotted IPv4 or IPv6 text.
        case ip(String)
    }

    public let credentials: Credentials
    private let key: PrivateKey

    /// Makes a new authority.
    public init(
        commonName: String, validFor lifetime: Duration = .seconds(3_650 * 86_400)
    ) throws(CryptoError) {
        key = try .p256()
        let certificate = try Certificate()
        try certificate.fill(subject: commonName, issuer: commonName, key: key, lifetime)
        try certificate.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
        try certificate.add(NID_key_usage, "critical,keyCertSign,cRLSign")
        try certificate.add(NID_subject_key_identifier, "hash")
        credentials = Credentials(
            certificatePEM: try certificate.signed(by: key), privateKeyPEM: try key.pem())
    }

    /// Goes on with an authority made earlier.
    public init(_ credentials: Credentials) throws(CryptoError) {
        key = try PrivateKey(pem: credentials.privateKeyPEM)
        _ = try PublicKey(pem: credentials.certificatePEM)
        self.credentials = credentials
    }

    /// Issues a certificate for a server that is reached under `names`.
    public func issue(
        _ names: [Name], validFor lifetime: Duration = .seconds(825 * 86_400)
    ) throws(CryptoError) -> Credentials {
        let serverKey = try PrivateKey.p256()
        let issuer = try Certificate(pem: credentials.certificatePEM)
        let certificate = try Certificate()
        let subject = names.first.map(Self.text) ?? "localhost"
        try certificate.fill(subject: subject, issuer: issuer, key: serverKey, lifetime)
        try certificate.add(NID_basic_constraints, "critical,CA:FALSE", issuer: issuer)
        try certificate.add(NID_key_usage, "critical,digitalSignature", issuer: issuer)
        try certificate.add(NID_ext_key_usage, "serverAuth", issuer: issuer)
        try certificate.add(NID_authority_key_identifier, "keyid:always", issuer: issuer)
        let alternatives = try names.map(Self.alternative).joined(separator: ",")
        if !alternatives.isEmpty {
            try certificate.add(NID_subject_alt_name, alternatives, issuer: issuer)
        }
        return Credentials(
            certificatePEM: try certificate.signed(by: key), privateKeyPEM: try serverKey.pem())
    }

    private static func text(_ name: Name) -> String {
        switch name {
        case .dns(let text), .ip(let text): text
        }
    }

    private static func alternative(_ name: Name) throws(CryptoError) -> String {
        // The text becomes part of OpenSSL's extension syntax, where a comma starts the next name.
        let allowed = text(name).utf8.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x3A) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
                || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "*")
        }
        guard allowed else { throw .unreadable("'\(text(name))' is no host name or address") }
        switch name {
        case .dns(let text): return "DNS:\(text)"
        case .ip(let text): return "IP:\(text)"
        }
    }
}
