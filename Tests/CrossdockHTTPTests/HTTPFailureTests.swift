import CrossdockDiagnostics
import CrossdockHTTP
import Foundation
import Testing

@Suite("A call that fails")
struct HTTPFailureTests {
    let client = HTTPClient()

    /// A client that has one kept connection, which dies without an answer when it is used again.
    private func deadConnection() async throws -> (ScriptedServer, HTTPURL) {
        let server = ScriptedServer { connection in
            while let request = connection.readRequest() {
                if request.method == "POST" || request.target == "/die" {
                    if connection.number == 1 { return }
                }
                connection.send(.text("done"))
            }
        }
        let url = try HTTPURL(server.url)
        _ = try await client.send(HTTPRequest(.get, url))
        return (server, url)
    }

    @Test("on a kept connection is repeated in silence when that does no harm")
    func repeatsReading() async throws {
        let (server, url) = try await deadConnection()
        let response = try await client.send(HTTPRequest(.get, url.replacing(path: "/die")))
        #expect(response.status == 200)
        #expect(server.requests.map(\.target) == ["/", "/die", "/die"])
    }

    @Test("on a kept connection is never repeated when it writes: its outcome is unknown")
    func sendsOnceOnKeptConnection() async throws {
        let (server, url) = try await deadConnection()
        for body in [HTTPRequest.Body.none, .text(#"{"order":1}"#)] {
            var request = HTTPRequest(.post, url, body: body)
            request.repetition = .onceOnKeptConnection
            if case .none = body {
                let error = await failure { _ = try await client.send(request) }
                #expect(error?.code == .connectionCut)
                #expect(error?.disposition == .unknownOutcome)
            } else {
                // The dead connection is gone, so this one goes out on a new one.
                _ = try await client.send(request)
            }
        }
        #expect(server.requests.filter { $0.method == "POST" }.count == 2)
    }

    @Test("with a body on a kept connection is executed once as well")
    func sendsBodyOnceOnKeptConnection() async throws {
        let (server, url) = try await deadConnection()
        var request = HTTPRequest(.post, url, body: .text(#"{"order":1}"#))
        request.repetition = .onceOnKeptConnection
        let error = await failure { _ = try await client.send(request) }
        #expect(error?.disposition == .unknownOutcome)
        #expect(server.requests.filter { $0.method == "POST" }.count == 1)
    }

    @Test("would have hit a dead connection, had a write not gone out on a fresh one")
    func freshConnection() async throws {
        let (server, url) = try await deadConnection()
        let response = try await client.send(HTTPRequest(.post, url, body: .text("order")))
        #expect(response.status == 200)
        #expect(server.connections == 2)
        #expect(server.requests.filter { $0.method == "POST" }.count == 1)
    }

    @Test(
        "after its first byte is in doubt if it writes, and may be repeated if it reads",
        arguments: [
            "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha",
        ])
    func cutAnswers(answer: String) async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(answer)
        }
        let url = try HTTPURL(server.url)
        let writing = await failure { _ = try await client.send(HTTPRequest(.post, url)) }
        #expect(writing?.code == .connectionCut)
        #expect(writing?.disposition == .unknownOutcome)
        let reading = await failure { _ = try await client.send(HTTPRequest(.get, url)) }
        #expect(reading?.code == .connectionCut)
        #expect(reading?.disposition == transient)
    }

    @Test("before its first byte may be repeated, even if it writes")
    func refusedConnection() async throws {
        let server = ScriptedServer { _ in }
        let url = try HTTPURL(server.url)
        server.stop()
        let error = await failure { _ = try await client.send(HTTPRequest(.post, url)) }
        #expect(error?.code == .connectFailed)
        #expect(error?.disposition == transient)
    }

    @Test("for want of a name may be repeated")
    func unknownName() async throws {
        let url = try HTTPURL("https://no-such-host.invalid/")
        let error = await failure { _ = try await client.send(HTTPRequest(.post, url)) }
        #expect(error?.code == .nameNotResolved)
        #expect(error?.disposition == transient)
    }

    @Test("by silence is ended after the time allowed")
    func timesOut() async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            _ = connection.read()
        }
        let url = try HTTPURL(server.url)
        for (method, disposition) in [
            (HTTPMethod.post, Disposition.unknownOutcome), (.get, transient),
        ] {
            var request = HTTPRequest(method, url)
            request.timeouts = HTTPTimeouts()
            request.timeouts?.total = .milliseconds(100)
            let error = await failure { _ = try await client.send(request) }
            #expect(error?.code == .callTimedOut)
            #expect(error?.disposition == disposition)
        }
    }

    @Test("by trickling is ended although bytes keep coming")
    func stalls() async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while connection.send("x") { usleep(200_000) }
        }
        var request = HTTPRequest(.get, try HTTPURL(server.url))
        request.timeouts = HTTPTimeouts()
        request.timeouts?.stall = .seconds(1)
        request.timeouts?.leastRate = 100
        let error = await failure { _ = try await client.send(request) }
        #expect(error?.code == .callTimedOut)
    }

    @Test(
        "because the answer is no HTTP is permanent for a reader",
        arguments: ["SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 abc\r\n\r\n", "<html>login</html>"])
    func notHTTP(answer: String) async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(answer)
        }
        let url = try HTTPURL(server.url)
        let error = await failure { _ = try await client.send(HTTPRequest(.get, url)) }
        #expect(error?.code == .protocolViolation)
        #expect(error?.disposition == .permanent)
    }
}

@Suite("An answer beyond the limits")
struct HTTPLimitTests {
    let client = HTTPClient()

    private func answering(_ answer: String) -> ScriptedServer {
        ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(answer)
        }
    }

    @Test(
        "is refused when its head is too large",
        arguments: [
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X: 1\r\n", count: 300) + "\r\n",
            "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 70_000) + "\r\n\r\n",
            String(repeating: "HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n", count: 300),
        ])
    func heads(answer: String) async throws {
        let server = answering(answer)
        let error = await failure {
            _ = try await client.send(HTTPRequest(.get, HTTPURL(server.url)))
        }
        #expect(error?.code == .answerTooLarge)
        #expect(error?.disposition == .permanent)
    }

    @Test("is refused when its body is too large, announced or not", arguments: [true, false])
    func bodies(isAnnounced: Bool) async throws {
        let body = String(repeating: "x", count: 2000)
        let server = answering(
            "HTTP/1.1 200 OK\r\n" + (isAnnounced ? "Content-Length: 2000\r\n" : "") + "\r\n" + body)
        var request = HTTPRequest(.get, try HTTPURL(server.url))
        request.limits = HTTPLimits()
        request.limits?.bodyBytes = 1000
        let error = await failure { _ = try await client.send(request) }
        #expect(error?.code == .answerTooLarge)
        request.method = .post
        let writing = await failure { _ = try await client.send(request) }
        #expect(writing?.disposition == .unknownOutcome)
    }

    @Test("is refused when it unpacks to far more than it is, and accepted otherwise")
    func decompression() async throws {
        let bomb = try await Tool.run("head -c 40000000 /dev/zero | gzip -9")
        let honest = try await Tool.run("head -c 3000000 /dev/urandom | base64 | gzip -1")
        let server = ScriptedServer.answering { request in
            .init(200, [("Content-Encoding", "gzip")], request.target == "/bomb" ? bomb : honest)
        }
        let url = try HTTPURL(server.url)
        let error = await failure {
            _ = try await client.send(HTTPRequest(.get, url.replacing(path: "/bomb")))
        }
        #expect(error?.code == .answerTooLarge)
        let response = try await client.send(HTTPRequest(.get, url))
        #expect(response.body.count > 4_000_000)
        #expect(server.requests.last?["Accept-Encoding"] == "gzip")
    }

    @Test("of compressed bytes that are damaged is an error, not data")
    func damagedCompression() async throws {
        var packed = try await Tool.run("head -c 100000 /dev/urandom | base64 | gzip -1")
        packed.replaceSubrange(5000..<5100, with: [UInt8](repeating: 0xFF, count: 100))
        let body = packed
        let server = ScriptedServer.answering { _ in
            .init(200, [("Content-Encoding", "gzip")], body)
        }
        let error = await failure {
            _ = try await client.send(HTTPRequest(.get, HTTPURL(server.url)))
        }
        #expect(error?.code == .protocolViolation)
    }

    @Test("of compressed bytes that end too early is an error, not data")
    func truncatedCompression() async throws {
        let packed = try await Tool.run("head -c 100000 /dev/urandom | base64 | gzip -1")
        let server = ScriptedServer.answering { _ in
            .init(200, [("Content-Encoding", "gzip")], Array(packed.prefix(packed.count / 2)))
        }
        let error = await failure {
            _ = try await client.send(HTTPRequest(.get, HTTPURL(server.url)))
        }
        #expect(error?.code == .connectionCut)
    }

    @Test("packed in several members is unpacked as one, and an empty one stays empty")
    func members() async throws {
        let two = try await Tool.run("echo one | gzip; echo two | gzip")
        let server = ScriptedServer.answering { request in
            .init(200, [("Content-Encoding", "gzip")], request.target == "/empty" ? [] : two)
        }
        let url = try HTTPURL(server.url)
        #expect(try await client.send(HTTPRequest(.get, url)).body == Array("one\ntwo\n".utf8))
        let empty = try await client.send(HTTPRequest(.get, url.replacing(path: "/empty")))
        #expect(empty.body.isEmpty)
    }

    @Test("packed in a way nobody asked for is refused", arguments: ["br", "zstd", "gzip, gzip"])
    func unknownEncodings(encoding: String) async throws {
        let server = ScriptedServer.answering { _ in .init(200, [("Content-Encoding", encoding)]) }
        let error = await failure {
            _ = try await client.send(HTTPRequest(.get, HTTPURL(server.url)))
        }
        #expect(error?.code == .protocolViolation)
    }
}
