import CrossdockDiagnostics
import Glibc
import Testing

@testable import CrossdockHTTP

@Suite("An address")
struct AddressTests {
    @Test(
        "that smuggles something is refused when it is read",
        arguments: [
            "https://allowed.example@evil/", "https://user:secret@host/",
            "https://allowed.example\\@evil/", "https://host/a b", "https://host/\ttab",
            "https://host/\r\nX: 1", "https://①27.0.0.1/", "https://host/\u{e9}", "ftp://host/",
            "file:///etc/passwd", "gopher://host/", "//host/path", "host/path", "", "https://",
            "https:///path", "http://host:99999/", "http://host:0/", "javascript:alert(1)",
        ])
    func refused(text: String) {
        #expect(throws: HTTPError.self) { try HTTPURL(text) }
    }

    @Test("is kept as it is written, apart from the case of scheme and host")
    func kept() throws {
        let url = try HTTPURL("HTTPS://API.Example.com:8443/a//b/../c%2Fd;x=1?q=%20a&b#frag")
        #expect(url.host == "api.example.com")
        #expect(url.port == 8443)
        #expect(url.path == "/a//b/../c%2Fd;x=1")
        #expect(url.query == "q=%20a&b")
        #expect(url.origin.description == "https://api.example.com:8443")
    }

    @Test(
        "of a link is found from where the link stands",
        arguments: [
            (
                "/services/data/v60.0/query/01g-2000",
                "https://a.example/services/data/v60.0/query/01g-2000"
            ),
            ("?next=2", "https://a.example/x/y?next=2"), ("z", "https://a.example/x/z"),
            ("https://b.example/q", "https://b.example/q"),
            ("//b.example/q", "https://b.example/q"),
            ("/ö ä", "https://a.example/%C3%B6%20%C3%A4"),
        ])
    func resolves(reference: String, expected: String) throws {
        let base = try HTTPURL("https://a.example/x/y?z=1")
        #expect(try base.resolving(reference).description == expected)
    }

    @Test("takes any text as one segment of its path, or refuses it")
    func segments() throws {
        #expect(
            try PercentEncoding.segment("a/b?c#d;e%2f\u{0}ü") == "a%2Fb%3Fc%23d%3Be%252f%00%C3%BC")
        #expect(try PercentEncoding.segment("../admin") == "..%2Fadmin")
        for text in ["", ".", ".."] {
            #expect(throws: HTTPError.self) { try PercentEncoding.segment(text) }
        }
    }

    @Test(
        "belongs to the network it belongs to, whatever it is wrapped in",
        arguments: [
            ("93.184.216.34", IPAddress.Scope.everyone), ("2606:4700::1", .everyone),
            ("127.0.0.1", .loopback), ("127.9.9.9", .loopback), ("::1", .loopback),
            ("::ffff:127.0.0.1", .loopback), ("10.1.2.3", .privateNetwork),
            ("172.16.0.1", .privateNetwork), ("172.32.0.1", .everyone),
            ("192.168.1.1", .privateNetwork), ("100.64.0.1", .privateNetwork),
            ("fd00::1", .privateNetwork), ("fec0::1", .privateNetwork),
            ("::ffff:10.0.0.1", .privateNetwork), ("64:ff9b::a00:1", .privateNetwork),
            ("2002:a00:1::", .privateNetwork), ("169.254.169.254", .linkLocal),
            ("::ffff:a9fe:a9fe", .linkLocal), ("fe80::1", .linkLocal), ("0.0.0.0", .reserved),
            ("::", .reserved), ("224.0.0.1", .reserved), ("255.255.255.255", .reserved),
            ("ff02::1", .reserved), ("2001:db8::1", .reserved), ("2001:0:1::", .reserved),
            ("::7f00:1", .loopback), ("192.0.2.1", .reserved), ("198.18.0.1", .reserved),
        ])
    func scopes(text: String, scope: IPAddress.Scope) throws {
        #expect(try #require(IPAddress(parsing: text)).scope == scope)
    }
}

@Suite("The address policy")
struct AddressPolicyTests {
    let server = ScriptedServer.answering { _ in .text("ok") }

    private func call(
        _ url: String, _ change: (inout AddressPolicy) -> Void = { _ in }
    ) async throws -> Int {
        var configuration = HTTPClientConfiguration()
        change(&configuration.addresses)
        let request = HTTPRequest(.get, try HTTPURL(url))
        return try await HTTPClient(configuration).send(request).status
    }

    @Test("lets loopback be called by its plain names", arguments: ["127.0.0.1", "localhost"])
    func plainLoopback(host: String) async throws {
        #expect(try await call("http://\(host):\(server.port)/") == 200)
    }

    @Test(
        "refuses this machine and private networks under any other name",
        arguments: [
            "127.1", "0177.0.0.1", "2130706433", "0x7f.1", "127.0.0.2", "0.0.0.0",
            "[::ffff:127.0.0.1]", "[::]", "10.255.255.1", "169.254.169.254", "[fd00::1]",
        ])
    func hiddenLoopback(host: String) async throws {
        let error = await failure {
            _ = try await call("http://\(host):\(server.port)/") { $0.allowHTTP = true }
        }
        #expect(error?.code == .addressRefused)
        #expect(error?.disposition == .permanent)
        #expect(server.connections == 0)
    }

    @Test("refuses loopback in every spelling when the address comes from a message")
    func loopbackFromData() async throws {
        let error = await failure {
            _ = try await call("http://127.0.0.1:\(server.port)/") {
                $0.loopback = .never
                $0.allowHTTP = true
            }
        }
        #expect(error?.code == .addressRefused)
        #expect(server.connections == 0)
    }

    @Test("lets private addresses be called when the operator allows it")
    func allowed() async throws {
        let status = try await call("http://127.1:\(server.port)/") {
            $0.allowPrivate = true
            $0.allowHTTP = true
        }
        #expect(status == 200)
    }

    @Test("refuses http beyond loopback unless allowed")
    func plainHTTP() async throws {
        let error = await failure { _ = try await call("http://example.com/") }
        #expect(error?.code == .addressRefused)
    }

    @Test("is not got round by a proxy that the environment names")
    func proxies() async throws {
        setenv("http_proxy", "http://127.0.0.1:1", 1)
        setenv("ALL_PROXY", "http://127.0.0.1:1", 1)
        defer {
            unsetenv("http_proxy")
            unsetenv("ALL_PROXY")
        }
        #expect(try await call("http://127.0.0.1:\(server.port)/") == 200)
    }
}

@Suite("A redirect")
struct RedirectTests {
    private static let secrets: HTTPHeaders = [
        "Authorization": "Bearer s3cret", "Cookie": "a=b", "X-CSRF-Token": "t", "Accept": "x/y",
    ]

    private func redirecting(
        to location: @escaping @Sendable (ScriptedServer.Request) -> String, _ status: Int = 302
    ) -> ScriptedServer {
        .answering { request in
            request.target == "/end"
                ? .text("end") : .init(status, [("Location", location(request))])
        }
    }

    @Test("on the same origin keeps the credentials", arguments: [301, 302, 303, 307, 308])
    func sameOrigin(status: Int) async throws {
        let server = redirecting(to: { _ in "/end" }, status)
        let request = HTTPRequest(.get, try HTTPURL(server.url), headers: Self.secrets)
        let response = try await HTTPClient().send(request)
        #expect(response.body == Array("end".utf8))
        #expect(response.head.url.path == "/end")
        #expect(server.requests.last?["Authorization"] == "Bearer s3cret")
    }

    @Test("to another origin goes without anything that tells who we are")
    func otherOrigin() async throws {
        let target = ScriptedServer.answering { _ in .text("end") }
        let location = target.url + "/end"
        let server = redirecting(to: { _ in location })
        let request = HTTPRequest(.get, try HTTPURL(server.url), headers: Self.secrets)
        let response = try await HTTPClient().send(request)
        #expect(response.status == 200)
        let seen = try #require(target.requests.first)
        #expect(seen["Authorization"] == nil)
        #expect(seen["Cookie"] == nil)
        #expect(seen["X-CSRF-Token"] == nil)
        #expect(seen["Accept"] == "x/y")
    }

    @Test(
        "to where nobody should go is refused",
        arguments: [
            "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://host/", "https://u:p@host/",
            "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data",
            "http://[::ffff:a9fe:a9fe]/",
        ])
    func refusedTargets(location: String) async throws {
        let server = redirecting(to: { _ in location })
        let error = await failure {
            _ = try await HTTPClient().send(HTTPRequest(.get, HTTPURL(server.url)))
        }
        #expect(error?.code == .redirectRefused || error?.code == .addressRefused)
        #expect(server.requests.count == 1)
    }

    @Test("is followed five times at most, and never in a circle")
    func bounds() async throws {
        let endless = redirecting(to: { "/x" + $0.target })
        let error = await failure {
            _ = try await HTTPClient().send(HTTPRequest(.get, HTTPURL(endless.url)))
        }
        #expect(error?.code == .redirectRefused)
        #expect(endless.requests.count == 6)
        let circle = redirecting(to: { $0.target == "/a" ? "/b" : "/a" })
        _ = await failure {
            _ = try await HTTPClient().send(HTTPRequest(.get, HTTPURL(circle.url)))
        }
        #expect(circle.requests.map(\.target) == ["/", "/a", "/b"])
    }

    @Test("from https to http, or from elsewhere to this machine, is refused")
    func downgrades() throws {
        let head = HTTPResponseHead(
            status: 302, version: "1.1", headers: ["Location": "http://a.example/"],
            url: try HTTPURL("https://a.example/x"))
        let request = HTTPRequest(.get, head.url)
        #expect(throws: HTTPError.self) {
            try Redirect.target(of: request, head, visited: [head.url])
        }
        let inward = HTTPResponseHead(
            status: 302, version: "1.1", headers: ["Location": "https://localhost/"], url: head.url)
        #expect(throws: HTTPError.self) {
            try Redirect.target(of: request, inward, visited: [head.url])
        }
    }

    @Test("of a writing call is an answer, not followed")
    func writing() async throws {
        let server = redirecting(to: { _ in "/end" })
        let response = try await HTTPClient().send(HTTPRequest(.post, HTTPURL(server.url)))
        #expect(response.status == 302)
    }
}

@Suite("A request header")
struct HeaderTests {
    @Test(
        "that would become two, or frame the message otherwise, is refused before anything is sent",
        arguments: [
            ("X", "a\r\nEvil: 1"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\u{0}b"), ("X\r\nY", "a"),
            ("", "a"), ("X Y", "a"), ("X:", "a"), ("Ü", "a"), ("Host", "evil"),
            ("content-length", "5"), ("Transfer-Encoding", "chunked"), ("Connection", "close"),
        ])
    func refused(name: String, value: String) async throws {
        let server = ScriptedServer.answering { _ in .text("ok") }
        var request = HTTPRequest(.get, try HTTPURL(server.url))
        request.headers.add(name, value)
        let error = await failure { _ = try await HTTPClient().send(request) }
        #expect(error?.code == .invalidRequest)
        #expect(server.connections == 0)
    }
}
