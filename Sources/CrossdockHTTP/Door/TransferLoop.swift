internal import CCurl
internal import Glibc
internal import Synchronization

/// A thread that drives the calls of one partition, and the connections it keeps for them.
///
/// It ends by itself after a while without calls; the next call starts a new one.
///
/// - Ownership: the running thread holds the loop, and frees the multi handle when it ends.
/// - Threads: ``inbox`` is for everybody; the multi handle, ``running`` and ``spare`` belong to the
///   thread.
final class TransferLoop: @unchecked Sendable {
    enum Command {
        case start(Transfer)
        case cancel(Transfer)
        /// Goes on with a transfer that had to pause.
        case resume(Transfer)
        /// Ends the thread when the last transfer has ended.
        case retire
        case shutDown
    }

    private struct Inbox {
        var commands: [Command] = []
        /// Whether the thread has been told that there are commands.
        var isSignalled = false
        var isClosed = false
    }

    private let configuration: HTTPClientConfiguration
    private let multi: UnsafeMutableRawPointer
    private let inbox = Mutex(Inbox())
    private var running: [UnsafeMutableRawPointer: EasyHandle] = [:]
    private var spare: [EasyHandle] = []
    private var isRetiring = false

    init(_ configuration: HTTPClientConfiguration) throws(HTTPError) {
        Self.initializeLibrary()
        guard let multi = curl_multi_init() else { throw .outOfMemory }
        self.configuration = configuration
        self.multi = multi
        let perHost = max(1, configuration.connectionsPerHost)
        ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, perHost)
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, perHost &* 2)
        ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        guard startThread() else {
            curl_multi_cleanup(multi)
            throw .outOfMemory
        }
    }

    /// - Returns: False when the loop has ended.
    @discardableResult
    func submit(_ command: Command) -> Bool {
        inbox.withLock { inbox in
            guard !inbox.isClosed else { return false }
            inbox.commands.append(command)
            if !inbox.isSignalled {
                inbox.isSignalled = true
                // Inside the lock: the handle is freed only after the inbox was closed.
                curl_multi_wakeup(multi)
            }
            return true
        }
    }

    // MARK: The thread

    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private static func initializeLibrary() { _ = library }

    private func startThread() -> Bool {
        var thread = pthread_t()
        let owner = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { owner in
                guard let owner else { return nil }
                Unmanaged<TransferLoop>.fromOpaque(owner).takeRetainedValue().run()
                return nil
            }, owner.toOpaque())
        guard status == 0 else {
            owner.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func run() {
        blockBrokenPipeSignal()
        let patience = max(1, Int(configuration.keepAlive.components.seconds))
        var idleSince = ContinuousClock.now
        while true {
            execute(takeCommands())
            var active: Int32 = 0
            guard curl_multi_perform(multi, &active) == CURLM_OK else { break }
            finishDone()
            if !running.isEmpty { idleSince = .now }
            let isIdle = ContinuousClock.now - idleSince >= .seconds(patience)
            if running.isEmpty, isIdle || isRetiring, closeIfEmpty() { break }
            // The library wakes up earlier by itself when one of its own clocks asks for it.
            let wait = Int32(clamping: patience) &* (patience < 2_000_000 ? 1000 : 1)
            guard curl_multi_poll(multi, nil, 0, wait, nil) == CURLM_OK else { break }
        }
        tearDown()
    }

    /// OpenSSL writes to sockets without `MSG_NOSIGNAL`: a peer that is gone must not end us.
    private func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func takeCommands() -> [Command] {
        inbox.withLock { inbox in
            inbox.isSignalled = false
            defer { inbox.commands.removeAll(keepingCapacity: true) }
            return inbox.commands
        }
    }

    private func closeIfEmpty() -> Bool {
        inbox.withLock { inbox in
            guard inbox.commands.isEmpty else { return false }
            inbox.isClosed = true
            return true
        }
    }

    private func tearDown() {
        let left = inbox.withLock { inbox in
            inbox.isClosed = true
            return inbox.commands
        }
        endAll(.closed)
        for case .start(let transfer) in left { transfer.end(.closed) }
        spare = []
        curl_multi_cleanup(multi)
    }

    // MARK: Commands

    private func execute(_ commands: [Command]) {
        for command in commands {
            switch command {
            case .start(let transfer): start(transfer)
            case .cancel(let transfer): end(transfer, .cancelled)
            case .resume(let transfer):
                if let easy = transfer.easy { curl_easy_pause(easy.pointer, CURLPAUSE_CONT) }
            case .retire: isRetiring = true
            case .shutDown:
                isRetiring = true
                endAll(.closed)
            }
        }
    }

    private func start(_ transfer: Transfer) {
        guard !transfer.isCancelled else { return transfer.end(.cancelled) }
        guard !isRetiring else { return transfer.end(.closed) }
        do throws(HTTPError) {
            let easy = try takeHandle()
            try easy.prepare(transfer, configuration)
            guard curl_multi_add_handle(multi, easy.pointer) == CURLM_OK else {
                throw .outOfMemory
            }
            transfer.easy = easy
            running[easy.pointer] = easy
            transfer.startWriting()
        } catch {
            transfer.refuse(error)
        }
    }

    private func takeHandle() throws(HTTPError) -> EasyHandle {
        if let easy = spare.popLast() { return easy }
        return try EasyHandle(configuration)
    }

    private func end(_ transfer: Transfer, _ problem: Transfer.Problem) {
        guard let easy = transfer.easy else { return }
        remove(easy)
        transfer.end(problem)
    }

    private func endAll(_ problem: Transfer.Problem) {
        for easy in running.values {
            if let transfer = easy.transfer { end(transfer, problem) }
        }
    }

    private func finishDone() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE,
                let easy = message.pointee.easy_handle.flatMap({ running[$0] }),
                let transfer = easy.transfer
            else { continue }
            let result = ccurl_message_result(message)
            let text = result == CURLE_OK ? "" : easy.lastError
            remove(easy)
            transfer.end(result, text)
        }
    }

    private func remove(_ easy: EasyHandle) {
        curl_multi_remove_handle(multi, easy.pointer)
        running[easy.pointer] = nil
        easy.transfer?.easy = nil
        easy.clear()
        if spare.count < 64 { spare.append(easy) }
    }
}
