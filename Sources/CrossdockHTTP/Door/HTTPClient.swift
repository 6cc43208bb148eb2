internal import CrossdockDiagnostics
internal import Synchronization

/// Makes HTTP calls over libcurl.
///
/// HTTP/1.1 and HTTP/2, connections kept per partition, TLS 1.2 at least. Limits, redirects and the
/// address policy are enforced here; proxies named by the environment are ignored, and nothing is
/// remembered between calls but open connections: no cookies, no alternative services.
///
/// An idle client owns no thread: each partition's thread ends some time after its last call.
public final class HTTPClient: Sendable {
    public let configuration: HTTPClientConfiguration
    private let lanes = Mutex(Lanes())

    fileprivate struct Lanes {
        var loops: [String: TransferLoop] = [:]
        var isShutDown = false
    }

    static let mostRedirects = 5

    public init(_ configuration: HTTPClientConfiguration = HTTPClientConfiguration()) {
        self.configuration = configuration
    }

    /// Calls under way, such as a streamed answer, still come to their end.
    deinit { close(.retire) }

    /// Makes a call and reads the whole answer, whatever its status.
    ///
    /// - Throws: ``HTTPError`` when no complete answer came; `CancellationError`.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await followingRedirects(request, head: \.head) { request in
            try await self.collect(request)
        }
    }

    /// Makes a call and returns when the head of the answer is there.
    ///
    /// - Throws: ``HTTPError`` when no answer came; `CancellationError`.
    public func stream(_ request: HTTPRequest) async throws -> HTTPStreamedResponse {
        try await followingRedirects(request, head: \.head) { request in
            try await self.open(request)
        }
    }

    /// Ends all calls and refuses new ones.
    public func shutDown() { close(.shutDown) }

    private func close(_ command: TransferLoop.Command) {
        let loops = lanes.withLock { lanes in
            lanes.isShutDown = true
            defer { lanes.loops = [:] }
            return lanes.loops
        }
        for loop in loops.values { loop.submit(command) }
    }

    // MARK: One call

    private func collect(_ request: HTTPRequest) async throws -> HTTPResponse {
        let transfer = try admit(request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                transfer.sink = CollectingSink(continuation)
                submit(transfer)
            }
        } onCancel: {
            transfer.cancel()
        }
    }

    private func open(_ request: HTTPRequest) async throws -> HTTPStreamedResponse {
        let transfer = try admit(request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                transfer.sink = StreamingSink(continuation, transfer)
                submit(transfer)
            }
        } onCancel: {
            transfer.cancel()
        }
    }

    private func admit(_ request: HTTPRequest) throws -> Transfer {
        try Task.checkCancellation()
        try configuration.addresses.check(request.url)
        try request.headers.validateForSending()
        return Transfer(request, configuration)
    }

    private func submit(_ transfer: Transfer) {
        do throws(HTTPError) {
            try lanes.withLock { lanes throws(HTTPError) in
                try lanes.submit(transfer, configuration)
            }
        } catch {
            transfer.refuse(error)
        }
    }

    // MARK: Redirects

    private func followingRedirects<Answer>(
        _ original: HTTPRequest, head: (Answer) -> HTTPResponseHead,
        _ call: (HTTPRequest) async throws -> Answer
    ) async throws -> Answer {
        var request = original
        var visited = [request.url]
        while true {
            let answer = try await call(request)
            guard original.redirects == .followed,
                let next = try Redirect.target(of: request, head(answer), visited: visited)
            else { return answer }
            request = next
            visited.append(next.url)
        }
    }
}

extension HTTPClient.Lanes {
    fileprivate mutating func submit(
        _ transfer: Transfer, _ configuration: HTTPClientConfiguration
    ) throws(HTTPError) {
        guard !isShutDown else {
            throw HTTPError(
                .clientClosed, "the client was shut down", .transient(retryAfter: nil))
        }
        let partition = transfer.request.partition
        if let loop = loops[partition] {
            transfer.attach(to: loop)
            if loop.submit(.start(transfer)) { return }
        }
        loops[partition] = nil
        let loop = try TransferLoop(configuration)
        loops[partition] = loop
        transfer.attach(to: loop)
        loop.submit(.start(transfer))
    }
}
