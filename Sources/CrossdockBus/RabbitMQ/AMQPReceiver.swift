internal import CRabbitMQ
internal import CrossdockCore
internal import Synchronization

/// Receives from queues: a channel per subscription, all on one connection.
///
/// - Threads: commands from any; everything else on the loop's thread.
final class AMQPReceiver: AMQPSession, @unchecked Sendable {
    enum Command: Sendable {
        case add(any AMQPSubscribing)
        /// Answers when everything settled is with the broker and the channel is closed.
        case remove(any AMQPSubscribing, @Sendable () -> Void)
    }

    private let commands = Mutex<[Command]>([])
    private let wakeup: Wakeup

    // Of the thread.
    private var subscriptions: [any AMQPSubscribing] = []
    private var byChannel: [UInt16: any AMQPSubscribing] = [:]
    private var removals: [(subscription: any AMQPSubscribing, reply: @Sendable () -> Void)] = []
    private var nextEpoch: UInt64 = 0

    private static let firstChannel: UInt16 = 2

    init(wakeup: Wakeup) { self.wakeup = wakeup }

    func post(_ command: Command) {
        commands.withLock { $0.append(command) }
        wakeup.signal()
    }

    var isIdle: Bool { true }

    // MARK: Session

    func opened(_ link: AMQPLink) throws(AMQPFailure) { byChannel = [:] }

    func blocked(_ reason: String?) {}

    func lost(_ error: BusError) {
        byChannel = [:]
        for subscription in subscriptions {
            subscription.channelLost(error, isFinal: error == .closed)
        }
        finishRemovals()
    }

    func pump(_ link: AMQPLink?, now: Int64) throws(AMQPFailure) -> Int64 {
        let taken = commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
        for command in taken {
            switch command {
            case .add(let subscription): subscriptions.append(subscription)
            case .remove(let subscription, let reply): removals.append((subscription, reply))
            }
        }
        guard let link else {
            finishRemovals()
            return 1_000
        }
        var next: Int64 = 60_000
        for subscription in subscriptions {
            if subscription.channel == nil {
                try open(subscription, on: link, now: now)
                if subscription.channel == nil { next = min(next, subscription.opensAfter - now) }
            }
            next = min(next, try subscription.pump(link, now: now))
        }
        try remove(on: link)
        return max(0, next)
    }

    func received(_ frame: amqp_frame_t, on link: AMQPLink) throws(AMQPFailure) {
        guard let subscription = byChannel[frame.channel] else { return }
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            let method = frame.payload.method
            switch method.id {
            case AMQPMethod.basicDeliver: subscription.began(method)
            case AMQPMethod.basicCancel:
                // The queue is gone. What is left of the channel goes with it.
                try link.closeChannel(frame.channel)
                byChannel[frame.channel] = nil
                subscription.channelLost(
                    BusError(.busQueueGone, "the queue '\(subscription.queue)' was deleted"),
                    isFinal: false)
            case AMQPMethod.channelClose:
                link.confirmClose(of: frame.channel)
                byChannel[frame.channel] = nil
                let close = AMQPMethod.close(ofChannel: method)
                subscription.channelLost(
                    close?.asBusError ?? BusError(.busProtocol, "the channel was closed"),
                    isFinal: false)
            default: break
            }
        case AMQP_FRAME_HEADER:
            try subscription.received(frame.payload.properties, on: link)
        case AMQP_FRAME_BODY:
            try subscription.received(frame.payload.body_fragment.raw, on: link)
        default: break
        }
    }

    // MARK: Channels

    private func open(
        _ subscription: any AMQPSubscribing, on link: AMQPLink, now: Int64
    ) throws(AMQPFailure) {
        guard subscription.opensAfter <= now else { return }
        guard !subscription.hasEnded else { return subscription.needsNoChannel() }
        var number = Self.firstChannel
        while byChannel[number] != nil { number += 1 }
        nextEpoch += 1
        do throws(AMQPFailure) {
            try subscription.prepare?(link)
            try link.openChannel(number)
            byChannel[number] = subscription
            try subscription.open(link, channel: number, epoch: nextEpoch)
        } catch {
            byChannel[number] = nil
            guard case .channelClosed(let close) = error else { throw error }
            subscription.couldNotOpen(close.asBusError, now: now)
        }
    }

    private func remove(on link: AMQPLink) throws(AMQPFailure) {
        for (subscription, _) in removals {
            guard let channel = subscription.channel else { continue }
            try subscription.flush(link)
            // What is being put elsewhere is acknowledged here afterwards.
            guard !subscription.isMoving else { continue }
            // What is not settled comes again.
            byChannel[channel] = nil
            subscription.channelLost(.closed, isFinal: true)
            try link.closeChannel(channel)
        }
        finishRemovals()
    }

    /// Answers for subscriptions that have no channel any more.
    private func finishRemovals() {
        for (subscription, reply) in removals where subscription.channel == nil {
            subscriptions.removeAll { $0 === subscription }
            reply()
        }
        removals.removeAll { $0.subscription.channel == nil }
    }
}

/// A subscription as the receiver sees it, whatever it makes of messages.
protocol AMQPSubscribing: AnyObject, Sendable {
    var queue: String { get }
    /// Nil while there is none.
    var channel: UInt16? { get }
    /// When opening a channel may be tried, by the monotonic clock.
    var opensAfter: Int64 { get }
    var hasEnded: Bool { get }
    /// Whether messages are on their way to another place.
    var isMoving: Bool { get }
    /// What must exist before it can consume.
    var prepare: (@Sendable (AMQPLink) throws(AMQPFailure) -> Void)? { get }

    func open(_ link: AMQPLink, channel: UInt16, epoch: UInt64) throws(AMQPFailure)
    /// It ended before it had a channel.
    func needsNoChannel()
    func couldNotOpen(_ error: BusError, now: Int64)
    func channelLost(_ error: BusError, isFinal: Bool)
    func pump(_ link: AMQPLink, now: Int64) throws(AMQPFailure) -> Int64
    func flush(_ link: AMQPLink) throws(AMQPFailure)
    func began(_ method: amqp_method_t)
    func received(_ header: AMQPHeaderFrame, on link: AMQPLink) throws(AMQPFailure)
    func received(_ fragment: UnsafeRawBufferPointer, on link: AMQPLink) throws(AMQPFailure)
}

/// The header frame in the library's union of frames.
typealias AMQPHeaderFrame = amqp_frame_t.__Unnamed_union_payload.__Unnamed_struct_properties
