internal import CrossdockCore

/// Waits until a hub has nothing left to do.
///
/// Idle is: nothing under way, every source drained, and each polled source has answered twice since
/// anything last moved, so that no answer can have been on its way before the last write.
struct IdleWatch {
    let routes: [BuiltRoute]
    let background: BackgroundTasks
    let clock: any HubClock
    let stopped: StopSignal
    let conditions: [@Sendable () async -> Bool]

    private struct Trace: Equatable {
        var received: [UInt64]
        var echoes: [UInt64]
    }

    func wait() async {
        var last = trace
        var answers = polls
        var quiet = 0
        while !stopped.isRequested {
            guard await stopped.sleep(for: .milliseconds(10), clock: clock) else { return }
            let now = trace
            let busy =
                routes.contains { $0.route.exchangesInFlight > 0 } || background.count > 0
            if busy || now != last {
                (last, answers, quiet) = (now, polls, 0)
                continue
            }
            quiet += 1
            let isDrained = routes.allSatisfy { $0.route.context.source.isDrained }
            let haveAnswered = zip(polls, answers).allSatisfy { $0 >= $1 + 2 }
            if isDrained, haveAnswered, quiet >= 5, await othersHold() { return }
        }
    }

    private func othersHold() async -> Bool {
        for condition in conditions where !(await condition()) { return false }
        return true
    }

    private var trace: Trace {
        Trace(
            received: routes.map { $0.route.context.source.received },
            echoes: routes.map { $0.route.context.source.echoes })
    }

    private var polls: [UInt64] {
        routes.map(\.route.context.source).filter {
            if case .polling = $0.kind { true } else { false }
        }.map(\.answers)
    }
}
