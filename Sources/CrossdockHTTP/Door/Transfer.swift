internal import CCurl
internal import CrossdockDiagnostics
internal import Synchronization

/// One request on its way out and its answer on its way in; redirects make a new one.
///
/// - Threads: what is not in ``control`` is set before the transfer is submitted and afterwards
///   touched by the thread of its ``TransferLoop`` alone.
final class Transfer: @unchecked Sendable {
    /// Why we ended a transfer ourselves.
    enum Problem {
        case cancelled
        case refusedAddress(IPAddress)
        case wouldRepeat
        case tooLarge(String)
        case malformedHead
        case badEncoding(String)
        case bodySource(any Error)
        case closed
    }

    let request: HTTPRequest
    let timeouts: HTTPTimeouts
    let limits: HTTPLimits
    let addresses: AddressPolicy
    let repetition: HTTPRequest.Repetition
    let upload: UploadQueue?
    /// Set before the transfer is submitted.
    var sink: (any ResponseSink)?

    private var head = ResponseHeadParser()
    private var packed = 0
    private var received = 0
    private var isPacked = false
    private var inflater: Inflater?
    private var sent = 0
    private var writing: Task<Void, Never>?
    /// Whether any byte of the request may have left this machine.
    private(set) var isStarted = false
    private(set) var problem: Problem?
    /// The thread's handle while it runs.
    var easy: EasyHandle?

    private struct Control {
        var loop: TransferLoop?
        var isCancelled = false
    }
    private let control = Mutex(Control())

    init(_ request: HTTPRequest, _ configuration: HTTPClientConfiguration) {
        self.request = request
        timeouts = request.timeouts ?? configuration.timeouts
        limits = request.limits ?? configuration.limits
        addresses = configuration.addresses
        repetition = request.effectiveRepetition
        if case .stream = request.body { upload = UploadQueue() } else { upload = nil }
    }

    // MARK: Called from tasks

    func attach(to loop: TransferLoop) { control.withLock { $0.loop = loop } }

    func cancel() {
        let loop = control.withLock { control in
            control.isCancelled = true
            return control.loop
        }
        loop?.submit(.cancel(self))
    }

    func resume() { control.withLock(\.loop)?.submit(.resume(self)) }

    var isCancelled: Bool { control.withLock(\.isCancelled) }

    // MARK: Called on the loop's thread

    func startWriting() {
        guard case .stream(_, let write) = request.body, let upload else { return }
        let resume: @Sendable () -> Void = { [weak self] in self?.resume() }
        writing = Task {
            do {
                try await write(HTTPBodyWriter(queue: upload, resume: resume))
                upload.finish(nil, resume: resume)
            } catch {
                upload.finish(error, resume: resume)
            }
        }
    }

    /// Just before the request is written to a connection, and again before each repetition.
    func willSend(to address: IPAddress?) -> Bool {
        if let address, !addresses.allows(address, for: request.url) {
            problem = .refusedAddress(address)
            return false
        }
        guard !isStarted || repetition == .allowed else {
            problem = .wouldRepeat
            return false
        }
        isStarted = true
        return true
    }

    /// Whether a connection to an address may be tried.
    func allows(_ address: IPAddress) -> Bool {
        if addresses.allows(address, for: request.url) { return true }
        problem = .refusedAddress(address)
        return false
    }

    func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        do {
            guard try head.accept(line, limits: limits) == .complete else { return true }
        } catch .tooLarge {
            problem = .tooLarge("its header is larger than allowed")
            return false
        } catch {
            problem = .malformedHead
            return false
        }
        guard let isPacked = Self.isPacked(head.headers) else {
            problem = .badEncoding("it is compressed in a way that was not asked for")
            return false
        }
        self.isPacked = isPacked
        problem = nil
        sink?.begin(
            HTTPResponseHead(
                status: head.status, version: head.version, headers: head.headers,
                url: request.url))
        return true
    }

    /// - Returns: nil for an encoding we do not speak.
    private static func isPacked(_ headers: HTTPHeaders) -> Bool? {
        switch headers["Content-Encoding"]?.lowercased() {
        case nil, "", "identity": false
        case "gzip", "x-gzip": true
        default: nil
        }
    }

    /// - Returns: Bytes taken, or what pauses or ends the transfer.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard sink?.isReady() ?? true else { return ccurl_write_pause }
        packed += bytes.count
        do {
            guard isPacked else { return deliver(bytes) ? bytes.count : 0 }
            if inflater == nil { inflater = try Inflater() }
            try inflater?.inflate(bytes) { deliver($0) }
        } catch {
            problem = .badEncoding("its compressed body is damaged")
        }
        return problem == nil ? bytes.count : 0
    }

    private func deliver(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received += bytes.count
        if let limit = limits.bodyBytes, received > limit {
            problem = .tooLarge("its body is larger than \(limit) bytes")
        } else if received > 8 * 1024 * 1024,
            received / max(1, limits.decompressionRatio) > packed
        {
            problem = .tooLarge("its body is compressed suspiciously well")
        } else {
            sink?.receive(bytes)
        }
        return problem == nil
    }

    /// - Returns: Bytes written into `buffer`, 0 at the end, or what pauses or ends the transfer.
    func provideBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if let upload {
            switch upload.read(into: buffer) {
            case .bytes(let count): return count
            case .wait: return ccurl_read_pause
            case .failed:
                problem = .bodySource(upload.failure ?? CancellationError())
                return ccurl_read_abort
            }
        }
        guard case .bytes(let body) = request.body else { return 0 }
        let part = body[sent...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        sent += part.count
        return part.count
    }

    /// Goes back to the start of the body, for a repetition.
    func rewind() -> Bool {
        guard upload == nil else { return false }
        sent = 0
        return true
    }

    func end(_ result: CURLcode, _ text: String) {
        upload?.close()
        writing?.cancel()
        var result = result
        if result == CURLE_OK, let isWhole = inflater?.isAtEnd, !isWhole {
            result = CURLE_PARTIAL_FILE
        }
        let error = result == CURLE_OK ? nil : failure(result, text)
        sink?.end(error)
        sink = nil
    }

    /// Ends a transfer that never began.
    func refuse(_ error: HTTPError) {
        upload?.close()
        sink?.end(error)
        sink = nil
    }

    func end(_ problem: Problem) {
        self.problem = problem
        end(CURLE_ABORTED_BY_CALLBACK, "")
    }
}
