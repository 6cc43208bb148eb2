import CrossdockDiagnostics
import CrossdockHTTP
import Testing

@Suite("A call")
struct HTTPClientTests {
    let client = HTTPClient()

    @Test(
        "brings status, headers and body of the answer, whatever the status",
        .timeLimit(.minutes(1)))
    func answers() async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(
                "HTTP/1.1 404 Not Found\r\nX-Note: a\r\nx-note:  b \r\nContent-Length: 2\r\n\r\nno")
        }
        let response = try await client.send(HTTPRequest(.get, HTTPURL(server.url + "/a?b=c")))
        #expect(response.status == 404)
        #expect(!response.isSuccess)
        #expect(response.head.version == "1.1")
        #expect(response.headers.values(of: "X-NOTE") == ["a", "b"])
        #expect(response.body == Array("no".utf8))
        #expect(server.requests.first?.target == "/a?b=c")
    }

    @Test(
        "sends method, headers and body as given, and nothing of its own making",
        arguments: ["POST", "PUT", "PATCH", "DELETE", "MERGE"])
    func sends(method: String) async throws {
        let server = ScriptedServer.answering { _ in .text("ok") }
        let request = HTTPRequest(
            try #require(HTTPMethod(method)), try HTTPURL(server.url + "/x"),
            headers: ["X-Empty": "", "X-Name": "Zoë"], body: .text("hello"))
        _ = try await client.send(request)
        let seen = try #require(server.requests.first)
        #expect(seen.method == method)
        #expect(seen.body == Array("hello".utf8))
        #expect(seen["Content-Length"] == "5")
        #expect(seen["X-Name"] == "Zoë")
        #expect(seen["X-Empty"] == "")
        #expect(seen["Expect"] == nil)
        #expect(seen["Content-Type"] == nil)
        #expect(seen["Authorization"] == nil)
    }

    @Test(
        "without a body has the shape its method asks for",
        arguments: ["GET", "HEAD", "POST", "DELETE"])
    func sendsNothing(method: String) async throws {
        let server = ScriptedServer.answering { _ in .init(204) }
        let request = HTTPRequest(try #require(HTTPMethod(method)), try HTTPURL(server.url))
        #expect(try await client.send(request).status == 204)
        let seen = try #require(server.requests.first)
        #expect(seen.method == method)
        #expect(seen["Content-Length"] == (method == "POST" ? "0" : nil))
    }

    @Test("does not inherit anything from the call before it on the same handle")
    func handlesAreClean() async throws {
        let server = ScriptedServer.answering { _ in .text("ok") }
        let url = try HTTPURL(server.url)
        _ = try await client.send(HTTPRequest(.put, url, headers: ["X-One": "1"], body: .text("a")))
        _ = try await client.send(HTTPRequest(.head, url))
        let last = try await client.send(HTTPRequest(.get, url))
        #expect(last.body == Array("ok".utf8))
        #expect(server.requests.map(\.method) == ["PUT", "HEAD", "GET"])
        #expect(server.requests[2]["X-One"] == nil)
        #expect(server.requests[2].body.isEmpty)
    }

    @Test("keeps its connection for the next call of its partition only")
    func keepsConnections() async throws {
        let server = ScriptedServer.answering { _ in .text("ok") }
        var request = HTTPRequest(.get, try HTTPURL(server.url))
        for _ in 0..<3 { _ = try await client.send(request) }
        #expect(server.connections == 1)
        request.partition = "another credential"
        _ = try await client.send(request)
        #expect(server.connections == 2)
    }

    @Test("runs beside others: hundreds at a time, each with its own answer")
    func manyAtOnce() async throws {
        let server = ScriptedServer.answering { .text($0.target) }
        let url = try HTTPURL(server.url)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let response = try await client.send(
                        HTTPRequest(.get, url.replacing(path: "/\(number)")))
                    return response.body == Array("/\(number)".utf8)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(server.connections <= client.configuration.connectionsPerHost)
    }

    @Test("that is cancelled ends at once and closes its connection")
    func cancels() async throws {
        let gone = Flag()
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            if connection.read() == nil { gone.set() }
        }
        let url = try HTTPURL(server.url)
        let call = Task { try await client.send(HTTPRequest(.get, url)) }
        await eventually { server.requests.count == 1 }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        await eventually { gone.isSet }
    }

    @Test("made by a cancelled task, or by a client that was shut down, sends nothing")
    func refusesLateCalls() async throws {
        let server = ScriptedServer.answering { _ in .text("ok") }
        let url = try HTTPURL(server.url)
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.send(HTTPRequest(.get, url))
        }
        await #expect(throws: CancellationError.self) { try await call.value }
        client.shutDown()
        let error = await failure { _ = try await client.send(HTTPRequest(.get, url)) }
        #expect(error?.code == .clientClosed)
        #expect(server.requests.isEmpty)
    }

    @Test("that is under way when the client is shut down ends with an error")
    func shutDownEndsCalls() async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            _ = connection.read()
        }
        let url = try HTTPURL(server.url)
        let call = Task { try await client.send(HTTPRequest(.post, url)) }
        await eventually { server.requests.count == 1 }
        client.shutDown()
        let error = await failure { _ = try await call.value }
        #expect(error?.code == .clientClosed)
        #expect(error?.disposition == .unknownOutcome)
    }

    @Test(
        "starts a new thread when the old one has ended for want of calls", .timeLimit(.minutes(1)))
    func threadsEnd() async throws {
        var configuration = HTTPClientConfiguration()
        configuration.keepAlive = .seconds(1)
        let client = HTTPClient(configuration)
        let closed = Flag()
        let server = ScriptedServer { connection in
            while connection.readRequest() != nil { connection.send(.text("ok")) }
            closed.set()
        }
        let request = HTTPRequest(.get, try HTTPURL(server.url))
        _ = try await client.send(request)
        await eventually { closed.isSet }
        #expect(try await client.send(request).status == 200)
        #expect(server.connections == 2)
    }
}
