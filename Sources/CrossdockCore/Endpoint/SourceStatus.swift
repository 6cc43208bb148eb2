internal import Synchronization

/// What a consumer reports about its source, for health and for `--until-idle`.
public final class SourceStatus: Sendable {
    /// How the source can run dry.
    public enum Kind: Sendable, Equatable {
        /// Drained after a poll that brought nothing new. A change may be that old before a poll can
        /// see it.
        case polling(settling: Duration)
        /// Drained when its queue is empty and nothing is unsettled.
        case queue
        /// Never counts: timers without an end, listeners.
        case endless
    }

    private struct State {
        var kind = Kind.endless
        var isDrained = false
        var failure: String?
        var refusal: (any Error)?
        var received: UInt64 = 0
        var echoes: UInt64 = 0
        var answers: UInt64 = 0
        var lastPoll: Instant?
    }

    private let state = Mutex(State())

    public init() {}

    public func become(_ kind: Kind) { state.withLock { $0.kind = kind } }

    /// Reports that the source answered.
    ///
    /// - Parameters:
    ///   - received: How many messages came in since the last report.
    ///   - echoes: How many rows were the hub's own writes coming back.
    ///   - drained: Whether the source has nothing more now.
    public func answered(received: Int, echoes: Int = 0, drained: Bool, at now: Instant) {
        state.withLock { state in
            state.failure = nil
            state.refusal = nil
            state.answers &+= 1
            state.received &+= UInt64(max(0, received))
            state.echoes &+= UInt64(max(0, echoes))
            state.isDrained = drained
            state.lastPoll = now
        }
    }

    /// Reports that the source cannot be reached or refuses; the route is degraded until it answers.
    ///
    /// - Parameter refusal: Set when asking again will not help: a refused log-in, a field that is not
    ///   there. A hub that goes on asks again all the same; a run until idle ends with it.
    public func failed(_ reason: String, refusal: (any Error)? = nil) {
        state.withLock { state in
            state.failure = reason
            state.refusal = refusal
            state.isDrained = false
        }
    }

    public var kind: Kind { state.withLock { $0.kind } }
    /// How often the source has answered.
    public var answers: UInt64 { state.withLock { $0.answers } }

    public var isDrained: Bool {
        state.withLock { $0.kind == .endless || $0.isDrained }
    }
    /// Why asking again will not help; nil when it may.
    public var refusal: (any Error)? { state.withLock { $0.refusal } }
    public var failure: String? { state.withLock { $0.failure } }
    public var received: UInt64 { state.withLock { $0.received } }
    public var echoes: UInt64 { state.withLock { $0.echoes } }
    public var lastPoll: Instant? { state.withLock { $0.lastPoll } }
}
