import CrossdockDiagnostics
import CrossdockHTTP
import Glibc
import Testing

@Suite("A streamed body")
struct HTTPStreamingTests {
    let client = HTTPClient()

    @Test("arrives whole and in order, and does not run ahead of its reader")
    func backPressure() async throws {
        let piece = [UInt8](repeating: 0x41, count: 64 * 1024)
        let pieces = 640
        let sent = Counter()
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(pieces * piece.count)\r\n\r\n")
            for _ in 0..<pieces where connection.send(piece) { sent.add(piece.count) }
        }
        let response = try await client.stream(HTTPRequest(.get, HTTPURL(server.url)))
        var received = 0
        var furthest = 0
        for try await chunk in response.body {
            received += chunk.count
            furthest = max(furthest, sent.value - received)
        }
        #expect(received == pieces * piece.count)
        // Our buffer and those of the two sockets; far less than the whole.
        #expect(furthest < 16 * 1024 * 1024)
    }

    @Test("stops the sender while nobody reads")
    func pauses() async throws {
        let sent = Counter()
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 0, count: 65_536)) { sent.add(65_536) }
        }
        var request = HTTPRequest(.get, try HTTPURL(server.url))
        request.limits = HTTPLimits()
        request.limits?.bodyBytes = nil
        let response = try await client.stream(request)
        var iterator = response.body.makeAsyncIterator()
        _ = try await iterator.next()
        var before = -1
        while before != sent.value {
            before = sent.value
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(before < 32 * 1024 * 1024)
    }

    @Test("ends its call when nobody holds it any more")
    func dropping() async throws {
        let gone = Flag()
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 0, count: 65_536)) {}
            gone.set()
        }
        do {
            let response = try await client.stream(HTTPRequest(.get, HTTPURL(server.url)))
            #expect(response.status == 200)
        }
        await eventually { gone.isSet }
    }

    @Test("may outlive the client that opened it")
    func outlivesClient() async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            connection.send("world")
        }
        let url = try HTTPURL(server.url)
        let response = try await HTTPClient().stream(HTTPRequest(.get, url))
        #expect(try await response.body.collect(upTo: 10) == Array("helloworld".utf8))
    }

    @Test("that is cut short ends with an error, after the bytes that came")
    func cut() async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        }
        let response = try await client.stream(HTTPRequest(.get, HTTPURL(server.url)))
        var received: [UInt8] = []
        let error = await failure { for try await chunk in response.body { received += chunk } }
        #expect(error?.code == .connectionCut)
        #expect(received == Array("half".utf8))
    }

    @Test("is collected only up to a limit")
    func collects() async throws {
        let server = ScriptedServer.answering { _ in .text("0123456789") }
        let request = HTTPRequest(.get, try HTTPURL(server.url))
        let whole = try await client.stream(request)
        #expect(try await whole.body.collect(upTo: 10).count == 10)
        let error = await failure {
            _ = try await client.stream(request).body.collect(upTo: 9)
        }
        #expect(error?.code == .answerTooLarge)
    }

    @Test(
        "of a request goes out as it is written, with and without a known length",
        arguments: [true, false])
    func uploads(isLengthKnown: Bool) async throws {
        let server = ScriptedServer.answering { .text("\($0.body.count)") }
        let piece = [UInt8](repeating: 7, count: 10_000)
        let body = HTTPRequest.Body.stream(length: isLengthKnown ? 2_000_000 : nil) { writer in
            for _ in 0..<200 { try await writer.write(piece) }
        }
        let response = try await client.send(HTTPRequest(.put, HTTPURL(server.url), body: body))
        #expect(response.body == Array("2000000".utf8))
        let seen = try #require(server.requests.first)
        #expect(seen["Content-Length"] == (isLengthKnown ? "2000000" : nil))
        #expect(seen["Transfer-Encoding"] == (isLengthKnown ? nil : "chunked"))
    }

    @Test("of a request does not run ahead of the connection")
    func uploadWaits() async throws {
        let written = Counter()
        let mayRead = Flag()
        let server = ScriptedServer { connection in
            while !mayRead.isSet { usleep(1000) }
            _ = connection.readRequest()
            connection.send(.text("ok"))
        }
        let url = try HTTPURL(server.url)
        let call = Task {
            let body = HTTPRequest.Body.stream(length: nil) { writer in
                for _ in 0..<1000 {
                    try await writer.write([UInt8](repeating: 7, count: 64 * 1024))
                    written.add(64 * 1024)
                }
            }
            return try await client.send(HTTPRequest(.post, url, body: body))
        }
        var before = -1
        while before != written.value || before == 0 {
            before = written.value
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(before < 32 * 1024 * 1024)
        call.cancel()
        mayRead.set()
        await #expect(throws: CancellationError.self) { try await call.value }
    }

    @Test("of a request that fails in the middle ends the call with its cause")
    func uploadFails() async throws {
        struct DiskFull: Error {}
        let server = ScriptedServer.answering { _ in .text("ok") }
        let body = HTTPRequest.Body.stream(length: 100) { writer in
            try await writer.write([1, 2, 3])
            throw DiskFull()
        }
        let error = await failure {
            _ = try await client.send(HTTPRequest(.post, HTTPURL(server.url), body: body))
        }
        #expect(error?.code == .requestBodyFailed)
        #expect(error?.cause is DiskFull)
        #expect(server.requests.isEmpty)
    }
}
