internal import CRabbitMQ
internal import CrossdockCore
internal import CrossdockDiagnostics
internal import Glibc
internal import Synchronization

/// What a connection is used for. All calls come on the connection's thread.
protocol AMQPSession: AnyObject {
    /// A connection is there; nothing of an earlier one is valid any more.
    func opened(_ link: AMQPLink) throws(AMQPFailure)

    /// Does what there is to do.
    ///
    /// - Returns: When it wants to be called again, whatever happens. Unit: milliseconds from now.
    func pump(_ link: AMQPLink?, now: Int64) throws(AMQPFailure) -> Int64

    /// Takes a frame of a channel other than 0; it must not be kept.
    func received(_ frame: amqp_frame_t, on link: AMQPLink) throws(AMQPFailure)

    /// The broker says whether it takes messages now.
    func blocked(_ reason: String?)

    /// The connection is gone, or none could be made.
    func lost(_ error: BusError)

    /// Whether everything is done that closing should wait for.
    var isIdle: Bool { get }
}

/// Keeps one connection to a broker, on a thread of its own, and makes a new one when it is lost.
///
/// librabbitmq serves one thread, blocks, and answers heartbeats only while it is called: so nothing
/// but the protocol runs here, and nobody else touches the connection.
///
/// - Threads: the thread of `start()`; others queue jobs and wake it.
final class AMQPLoop: @unchecked Sendable {
    /// Runs with the connection, or with the reason why there is none.
    typealias Job = @Sendable (Result<AMQPLink, BusError>) -> Void

    private struct Shared {
        var jobs: [(deadline: Int64, job: Job)] = []
        var isClosing = false
        var problem: BusError? = BusError(
            .busUnreachable, "not connected yet", .transient(retryAfter: nil))
        var blocked: BusError?
    }

    let wakeup: Wakeup
    private let settings: BrokerSettings
    private let session: any AMQPSession
    private let shared = Mutex(Shared())
    private let onProblem: @Sendable (BusError) -> Void

    // Of the thread.
    private var nextHost = 0
    private var failures = 0

    /// librabbitmq of Debian decodes nested tables by recursion: a frame full of them needs 2 MiB.
    private static let stack = 8 << 20

    init(
        _ settings: BrokerSettings, wakeup: Wakeup, session: any AMQPSession,
        onProblem: @escaping @Sendable (BusError) -> Void
    ) {
        self.settings = settings
        self.wakeup = wakeup
        self.session = session
        self.onProblem = onProblem
    }

    func start(_ name: String) throws(BusError) -> BusThread {
        try BusThread(name, stack: Self.stack) { [self] in run() }
    }

    /// Why there is no connection now.
    var problem: BusError? { shared.withLock { $0.problem } }
    /// Why the broker takes no messages now.
    var blocked: BusError? { shared.withLock { $0.blocked } }

    func close() {
        shared.withLock { $0.isClosing = true }
        wakeup.signal()
    }

    /// Asks the broker something.
    ///
    /// Waits for a connection, but not beyond the time for requests.
    func ask<Answer: Sendable>(
        _ body: @escaping @Sendable (AMQPLink) throws(AMQPFailure) -> Answer
    ) async throws(BusError) -> Answer {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Answer, BusError>, Never>) in
            post { link in continuation.resume(returning: Self.run(body, on: link)) }
        }
        return try result.get()
    }

    /// Runs a job on the thread, as soon as there is a connection or the time for requests is over.
    func post(_ job: @escaping Job) {
        let deadline = Monotonic.milliseconds + settings.requestTimeout.wholeMilliseconds
        let isClosing = shared.withLock { shared in
            if !shared.isClosing { shared.jobs.append((deadline, job)) }
            return shared.isClosing
        }
        if isClosing { job(.failure(.closed)) } else { wakeup.signal() }
    }

    private static func run<Answer>(
        _ body: (AMQPLink) throws(AMQPFailure) -> Answer, on link: Result<AMQPLink, BusError>
    ) -> Result<Answer, BusError> {
        switch link {
        case .failure(let error): return .failure(error)
        case .success(let link):
            do throws(AMQPFailure) { return .success(try body(link)) } catch {
                return .failure(error.asBusError)
            }
        }
    }

    // MARK: The thread

    private var isClosing: Bool { shared.withLock { $0.isClosing } }

    private func run() {
        while !isClosing {
            do throws(BusError) {
                let link = try connect()
                do throws(AMQPFailure) { try serve(link) } catch { note(error.asBusError) }
            } catch {
                note(error)
                // A wrong password does not become right by waiting: who asks is told at once.
                failJobs(with: error, all: error.disposition == .permanent)
                pause()
            }
        }
        session.lost(.closed)
        failJobs(with: .closed, all: true)
    }

    private func connect() throws(BusError) -> AMQPLink {
        let hosts = settings.address.hosts
        return try AMQPLink(settings, host: hosts[nextHost % hosts.count])
    }

    private func note(_ error: BusError) {
        let isNews = shared.withLock { shared in
            defer {
                shared.problem = error
                shared.blocked = nil
            }
            return shared.problem?.message != error.message
        }
        nextHost += 1
        session.lost(error)
        if isNews, !isClosing { onProblem(error) }
    }

    /// Waits before the next attempt, longer each time, but still serves what has a time limit.
    ///
    /// - Source: AWS Architecture Blog, "Exponential Backoff and Jitter" (2015), "full jitter".
    private func pause() {
        let ceiling = min(10_000, 100 << min(failures, 7))
        failures += 1
        let end = Monotonic.milliseconds + Int64.random(in: 20...Int64(ceiling))
        while !isClosing {
            let now = Monotonic.milliseconds
            guard now < end else { return }
            let next = (try? session.pump(nil, now: now)) ?? 1_000
            if let problem { failJobs(with: problem, all: problem.disposition == .permanent) }
            wakeup.wait(milliseconds: Int(max(1, min(end - now, next))))
        }
    }

    private func failJobs(with error: BusError, all: Bool) {
        let now = Monotonic.milliseconds
        let failed = shared.withLock { shared in
            let failed = shared.jobs.filter { all || $0.deadline <= now }
            shared.jobs.removeAll { all || $0.deadline <= now }
            return failed
        }
        for (_, job) in failed { job(.failure(error)) }
    }

    private func serve(_ link: AMQPLink) throws(AMQPFailure) {
        try session.opened(link)
        failures = 0
        shared.withLock { $0.problem = nil }
        let heartbeat = max(500, settings.heartbeat.wholeMilliseconds / 3)
        var frame = amqp_frame_t()
        while true {
            runJobs(on: link)
            let next = try session.pump(link, now: Monotonic.milliseconds)
            var count = 0
            while count < 2_048, try link.next(into: &frame) {
                count += 1
                if frame.channel == 0 {
                    try receivedOnConnection(frame)
                } else {
                    try session.received(frame, on: link)
                }
            }
            link.releaseBuffers()
            if isClosing, session.isIdle {
                link.leave()
                return
            }
            // What came in may have made work: it is looked at before anything is waited for.
            guard count == 0, !link.hasBuffered else { continue }
            rest(on: link, milliseconds: min(next, heartbeat))
        }
    }

    private func runJobs(on link: AMQPLink) {
        let jobs = shared.withLock { shared in
            defer { shared.jobs = [] }
            return shared.jobs
        }
        for (_, job) in jobs { job(.success(link)) }
    }

    private func rest(on link: AMQPLink, milliseconds: Int64) {
        var pollers = [
            pollfd(fd: link.socket, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&pollers, 2, Int32(clamping: max(0, milliseconds)))
        if pollers[1].revents != 0 { wakeup.clear() }
    }

    private func receivedOnConnection(_ frame: amqp_frame_t) throws(AMQPFailure) {
        guard Int32(frame.frame_type) == AMQP_FRAME_METHOD else { return }
        switch frame.payload.method.id {
        case AMQPMethod.connectionClose:
            let close = AMQPMethod.close(ofConnection: frame.payload.method)
            throw .lost(
                BusError(
                    .busProtocol, close?.text ?? "the broker closed the connection",
                    .transient(retryAfter: nil)))
        case AMQPMethod.connectionBlocked:
            let reason = frame.payload.method.decoded.map {
                $0.load(as: amqp_connection_blocked_t.self).reason.text
            }
            setBlocked(reason ?? "an alarm")
        case AMQPMethod.connectionUnblocked: setBlocked(nil)
        default: break
        }
    }

    private func setBlocked(_ reason: String?) {
        let error = reason.map {
            BusError(
                .busBlocked, "the broker blocks publishers: \($0)", .transient(retryAfter: nil))
        }
        shared.withLock { $0.blocked = error }
        session.blocked(reason)
        if let error { onProblem(error) }
    }
}
