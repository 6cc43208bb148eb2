import CrossdockDiagnostics
import CrossdockHTTP
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// Certificates for one test run, made by the `openssl` command.
struct Certificates {
    let folder: URL

    static let shared = Task { try await Certificates() }

    private init() async throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("crossdock-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await authority("ca")
        try await authority("stranger")
        try await certificate("good", by: "ca", names: "DNS:localhost,IP:127.0.0.1")
        try await certificate("elsewhere", by: "ca", names: "DNS:elsewhere.example")
        try await certificate("wildcard", by: "ca", names: "DNS:*.*.com,DNS:*")
        try await certificate("expired", by: "ca", names: "DNS:localhost", until: "20200101000000Z")
        try await certificate("unknown", by: "stranger", names: "DNS:localhost")
        try await certificate("client", by: "ca", names: "DNS:client")
    }

    func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(file)))
    }

    private func authority(_ name: String) async throws {
        _ = try await Tool.run(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout \(name).key -out \(name).pem \
            -days 2 -subj "/CN=\(name) test authority"
            """, in: folder)
    }

    private func certificate(
        _ name: String, by authority: String, names: String, until end: String? = nil
    ) async throws {
        let extensions = "subjectAltName=\(names)"
        let validity = end.map { "-startdate 20190101000000Z -enddate \($0)" } ?? "-days 2"
        _ = try await Tool.run(
            """
            mkdir -p \(name).d && : > \(name).d/index && echo 01 > \(name).d/serial &&
            printf '[ca]\\ndefault_ca=c\\n[c]\\ndir=\(name).d\\ndatabase=\(name).d/index\\n' > \(name).cnf
            printf 'serial=\(name).d/serial\\nnew_certs_dir=\(name).d\\ndefault_md=sha256\\n' >> \(name).cnf
            printf 'policy=p\\n[p]\\ncommonName=supplied\\n[e]\\n\(extensions)\\n' >> \(name).cnf
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout \(name).key -out \(name).csr -subj /CN=localhost
            openssl ca -batch -notext -config \(name).cnf -extensions e \(validity) \
            -cert \(authority).pem -keyfile \(authority).key -in \(name).csr -out \(name).pem
            """, in: folder)
    }
}

/// Answers every connection with one plain response, over TLS.
struct TLSServer {
    private let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    init(
        _ name: String,
        configured change: (inout TLSConfiguration) -> Void = { _ in },
        answering makeHandler: @escaping @Sendable () -> any ChannelHandler = { PlainAnswer() }
    ) async throws {
        let certificates = try await Certificates.shared.value
        let chain = try NIOSSLCertificate.fromPEMBytes(certificates.bytes("\(name).pem"))
        let key = try NIOSSLPrivateKey(bytes: certificates.bytes("\(name).key"), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        change(&configuration)
        let context = try NIOSSLContext(configuration: configuration)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLServerHandler(context: context), makeHandler(),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async throws { try await channel.close() }

    final class PlainAnswer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

@Suite("A secure connection")
struct TLSTests {
    private func client(
        trusting authority: String? = "ca", _ change: (inout HTTPTLS) throws -> Void = { _ in }
    ) async throws -> HTTPClient {
        var configuration = HTTPClientConfiguration()
        let certificates = try await Certificates.shared.value
        configuration.tls.authorities = try authority.map { try certificates.bytes("\($0).pem") }
        try change(&configuration.tls)
        return HTTPClient(configuration)
    }

    private func get(_ client: HTTPClient, _ server: TLSServer, host: String = "localhost")
        async throws -> Int
    {
        try await client.send(HTTPRequest(.get, HTTPURL("https://\(host):\(server.port)/"))).status
    }

    @Test("to a server with a good certificate works by name and by address")
    func good() async throws {
        let server = try await TLSServer("good")
        let client = try await client()
        for host in ["localhost", "127.0.0.1"] {
            #expect(try await get(client, server, host: host) == 200)
        }
        try await server.stop()
    }

    @Test(
        "is refused, with the reason, when the certificate proves nothing",
        arguments: [
            ("expired", "expired"), ("elsewhere", "name"), ("wildcard", "name"),
            ("unknown", "issuer"),
        ])
    func badCertificates(name: String, reason: String) async throws {
        let server = try await TLSServer(name)
        let client = try await client()
        let error = await failure { _ = try await get(client, server) }
        #expect(error?.code == .tlsFailed)
        #expect(error?.disposition == .permanent)
        #expect(error?.message.contains(reason) == true)
        try await server.stop()
    }

    @Test("is refused when only the system's authorities are trusted")
    func systemAuthorities() async throws {
        let server = try await TLSServer("good")
        let client = try await client(trusting: nil)
        let error = await failure { _ = try await get(client, server) }
        #expect(error?.code == .tlsFailed)
        try await server.stop()
    }

    @Test("is refused below TLS 1.2")
    func oldVersions() async throws {
        let server = try await TLSServer(
            "good",
            configured: {
                $0.minimumTLSVersion = .tlsv1
                $0.maximumTLSVersion = .tlsv11
            })
        let client = try await client()
        let error = await failure { _ = try await get(client, server) }
        #expect(error?.code == .tlsFailed)
        try await server.stop()
    }

    @Test("proves who we are when the server asks and a certificate is configured")
    func clientCertificates() async throws {
        let certificates = try await Certificates.shared.value
        let roots = try NIOSSLCertificate.fromPEMBytes(certificates.bytes("ca.pem"))
        let server = try await TLSServer(
            "good",
            configured: {
                $0.certificateVerification = .noHostnameVerification
                $0.trustRoots = .certificates(roots)
            })
        let known = try await client {
            $0.certificate = try certificates.bytes("client.pem")
            $0.privateKey = try certificates.bytes("client.key")
        }
        #expect(try await get(known, server) == 200)
        let unknown = try await client()
        _ = await failure { _ = try await get(unknown, server) }
        try await server.stop()
    }

    @Test(
        "with unusable files is a matter of settings",
        arguments: ["authorities", "certificate", "key"])
    func settings(which: String) async throws {
        let server = try await TLSServer("good")
        let certificates = try await Certificates.shared.value
        let client = try await client {
            let junk = Array("no certificate".utf8)
            if which == "authorities" { $0.authorities = junk }
            if which == "certificate" { $0.certificate = junk }
            if which == "key" {
                $0.certificate = try certificates.bytes("client.pem")
                $0.privateKey = junk
            }
        }
        let error = await failure { _ = try await get(client, server) }
        #expect(error?.code == .tlsSettings)
        #expect(error?.disposition == .permanent)
        try await server.stop()
    }

    @Test("is not made to a port that speaks plain HTTP")
    func plainPort() async throws {
        let server = ScriptedServer { connection in
            _ = connection.read()
            connection.send(.text("plain HTTP here", 400))
        }
        let client = try await client()
        let error = await failure {
            _ = try await client.send(
                HTTPRequest(.get, HTTPURL("https://localhost:\(server.port)/")))
        }
        #expect(error?.code == .tlsFailed)
    }
}
