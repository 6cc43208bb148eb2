internal import CrossdockCrypto
internal import NIOSSL

/// The authority of this sandbox and the one certificate that all its listeners show.
struct ServerIdentity {
    /// Where clients find the authority's certificate.
    let caFile: String
    let tls: NIOSSLContext

    /// Takes the authority from the folder, or makes one and leaves it there.
    ///
    /// - Parameter hosts: Vendors' host names that the proxy answers for.
    init(home: String, hosts: [String]) throws {
        caFile = "\(home)/ca.pem"
        let keyFile = "\(home)/ca-key.pem"
        let authority: CertificateAuthority
        if Files.exists(caFile), Files.exists(keyFile) {
            authority = try CertificateAuthority(
                Credentials(
                    certificatePEM: String(decoding: try Files.read(caFile), as: UTF8.self),
                    privateKeyPEM: String(decoding: try Files.read(keyFile), as: UTF8.self)))
        } else {
            authority = try CertificateAuthority(commonName: "Crossdock sandbox authority")
            try Files.replace(keyFile, with: Array(authority.credentials.privateKeyPEM.utf8))
            try Files.replace(
                caFile, with: Array(authority.credentials.certificatePEM.utf8), mode: 0o644)
        }
        let names: [CertificateAuthority.Name] =
            [.dns("localhost"), .ip("127.0.0.1"), .ip("::1")] + hosts.map { .dns($0) }
        let server = try authority.issue(names)
        let certificate = try NIOSSLCertificate(
            bytes: Array(server.certificatePEM.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(server.privateKeyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        tls = try NIOSSLContext(configuration: configuration)
    }
}
