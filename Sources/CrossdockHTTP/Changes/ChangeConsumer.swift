public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import Logging

/// Brings the changes of a remote system into a route, each staged durably before it is delivered.
///
/// What was staged and is not through, after a crash or a stop, is delivered first. A record that
/// fails for good is parked with its reason; one that fails for a reason that passes stays and is
/// delivered again. A source that does not answer degrades the route and nothing else.
public struct ChangeConsumer: Consumer {
    public struct Options: Sendable {
        /// The wait between two looks at a source that had nothing new.
        public var delay: Duration
        /// How many exchanges are under way at most.
        public var maxInFlight: Int

        public init(delay: Duration, maxInFlight: Int) {
            self.delay = delay
            self.maxInFlight = max(1, maxInFlight)
        }
    }

    private let source: any ChangeSource
    private let options: Options
    private let outbox: any Outbox
    private let route: RouteContext

    public init(
        _ source: any ChangeSource, _ options: Options, outbox: any Outbox, route: RouteContext
    ) {
        self.source = source
        self.options = options
        self.outbox = outbox
        self.route = route
    }

    public func run(deliver: @escaping Deliver) async throws {
        route.source.become(.polling(settling: source.settling))
        let backlog = Backlog(limit: options.maxInFlight)
        let delivery = StagedDelivery(
            backlog: backlog, outbox: outbox, route: route, deliver: deliver)
        route.stop.whenRequested { backlog.close() }
        try await withThrowingDiscardingTaskGroup { group in
            let feeder = Feeder(
                source: source, outbox: outbox, route: route, backlog: backlog,
                delay: options.delay)
            group.addTask {
                defer { backlog.close() }
                try await feeder.run()
            }
            // Workers come as the backlog grows, up to the most that may be under way.
            while await backlog.workerWanted() { group.addTask { try await delivery.work() } }
        }
    }
}

/// Reads pages, stages them and puts what is new on the backlog.
private struct Feeder {
    let source: any ChangeSource
    let outbox: any Outbox
    let route: RouteContext
    let backlog: Backlog
    let delay: Duration

    func run() async throws {
        try await resumeStaged()
        var failures = 0
        while !route.stop.isRequested, !Task.isCancelled {
            do {
                let isIdle = try await readPage()
                failures = 0
                if isIdle { _ = await route.stop.sleep(for: delay, clock: route.clock) }
            } catch is CancellationError {
                return
            } catch let error as StateError {
                throw error
            } catch {
                failures += 1
                await waitAfter(error, failures)
            }
        }
    }

    /// - Returns: Whether the source has nothing more now.
    private func readPage() async throws -> Bool {
        guard await backlog.waitForRoom() else { return true }
        let cursor = try await outbox.cursor(of: route.routeID)
        let page = try await source.page(after: cursor)
        let isNews = page.cursor != nil && page.cursor != cursor
        guard isNews || !page.records.isEmpty else {
            report(0, 0, drained: !page.hasMore)
            return !page.hasMore
        }
        let staged = try await outbox.stage(
            StagedPage(
                source: route.routeID, cursor: page.cursor ?? cursor ?? "", records: page.records))
        backlog.add(staged.rows)
        report(staged.rows.count, staged.echoes, drained: staged.rows.isEmpty && !page.hasMore)
        return !page.hasMore
    }

    private func report(_ received: Int, _ echoes: Int, drained: Bool) {
        route.source.answered(
            received: received, echoes: echoes, drained: drained, at: route.clock.now)
    }

    private func resumeStaged() async throws {
        var last: Int64 = 0
        while await backlog.waitForRoom() {
            let rows = try await outbox.pending(
                source: route.routeID, after: last, limit: 1_000)
            guard let end = rows.last else { return }
            last = end.sequence
            backlog.add(rows)
        }
    }

    private func waitAfter(_ error: any Error, _ failures: Int) async {
        let classified = error as? any Classified
        // A refused log-in is no fault of a record, but of the configuration.
        let isFinal = classified?.disposition == .permanent || classified?.code == .loginRefused
        route.source.failed(
            classified?.description ?? "\(error)", refusal: isFinal ? error : nil)
        route.logger.warning(
            "source does not answer",
            metadata: [
                "route.id": "\(route.routeID)", "error.code": "\(classified?.code.id ?? "-")",
                "error": "\(classified?.message ?? "\(error)")",
            ])
        var asked: Duration?
        if case .transient(let retryAfter) = classified?.disposition { asked = retryAfter }
        let wait = Backoff(base: .seconds(1), cap: .seconds(60)).delay(
            after: failures, retryAfter: asked.map { min($0, RetryAfter.cap) })
        _ = await route.stop.sleep(for: max(wait, .milliseconds(100)), clock: route.clock)
    }
}
