internal import CrossdockCore

/// Waits until a hub has nothing left to do.
///
/// Idle is: nothing under way, every source drained, and each polled source has answered twice since
/// the last write can be seen in it, so that no answer can have been on its way before.
struct IdleWatch {
    let routes: [BuiltRoute]
    let background: BackgroundTasks
    let clock: any HubClock
    let stopped: StopSignal
    let conditions: [@Sendable () async -> Bool]

    /// The time during which nothing has moved.
    private struct Quiet {
        let since: Duration
        var looks = 0
        /// The answers of the polled sources when the last write had settled in all of them.
        var answers: [UInt64]?
    }

    /// - Throws: Why a source will never be drained: it refuses for a reason that does not pass.
    func wait() async throws {
        var last = received
        var quiet = Quiet(since: clock.elapsed)
        while !stopped.isRequested {
            guard await stopped.sleep(for: .milliseconds(10), clock: clock) else { return }
            let now = received
            let busy =
                routes.contains { $0.route.exchangesInFlight > 0 } || background.count > 0
            if busy || now != last {
                (last, quiet) = (now, Quiet(since: clock.elapsed))
                continue
            }
            if let refusal = routes.lazy.compactMap({ $0.route.context.source.refusal }).first {
                throw refusal
            }
            quiet.looks += 1
            guard clock.elapsed - quiet.since >= settling else { continue }
            let answers = quiet.answers ?? polls
            quiet.answers = answers
            let isDrained = routes.allSatisfy { $0.route.context.source.isDrained }
            let haveAnswered = zip(polls, answers).allSatisfy { $0 >= $1 + 2 }
            if isDrained, haveAnswered, quiet.looks >= 5, await othersHold() { return }
        }
    }

    /// The longest time that a change needs to be seen by a polled source.
    private var settling: Duration {
        routes.map(\.route.context.source).map {
            if case .polling(let settling) = $0.kind { settling } else { Duration.zero }
        }.max() ?? .zero
    }

    private func othersHold() async -> Bool {
        for condition in conditions where !(await condition()) { return false }
        return true
    }

    /// What has come in that leads to writes; echoes lead to none.
    private var received: [UInt64] { routes.map { $0.route.context.source.received } }

    private var polls: [UInt64] {
        routes.map(\.route.context.source).filter {
            if case .polling = $0.kind { true } else { false }
        }.map(\.answers)
    }
}
