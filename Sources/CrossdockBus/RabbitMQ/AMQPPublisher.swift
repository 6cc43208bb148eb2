internal import CRabbitMQ
internal import CrossdockCore
internal import CrossdockDiagnostics
internal import Synchronization

/// Publishes with confirms: many messages on their way at once, each reported when the broker has it.
///
/// A message counts as taken when the broker acknowledged it and did not return it as unroutable. What
/// was on its way when a channel or connection ended is sent again under the same id, what the broker
/// refused is sent again after a while; when a message's time is over its sender is told what is known.
///
/// - Threads: `submit` from any; everything else on the loop's thread.
final class AMQPPublisher: AMQPSession, @unchecked Sendable {
    private let incoming = Mutex<[AMQPPublish]>([])
    private let wakeup: Wakeup
    private let window: Int
    private let requests: AMQPRequests

    // Of the thread.
    private var pending = Fifo<AMQPPublish>()
    /// Refused ones, not to be sent again before their time.
    private var refused: [(due: Int64, publish: AMQPPublish)] = []
    private var channels: [UInt16: PublishChannel] = [:]
    private var channelOfExchange: [String: UInt16] = [:]
    private var unconfirmed = 0
    private var isBlocked = false
    /// A suspect is on its way, alone.
    private var isTesting = false
    private var lastExpiry: Int64 = 0

    private static let firstChannel: UInt16 = 2
    private static let maximumChannels = 64

    /// - Parameters:
    ///   - window: How many messages may be unconfirmed at once.
    ///   - replyLimit: Unit: bytes.
    init(wakeup: Wakeup, window: Int, replyLimit: Int) {
        self.wakeup = wakeup
        self.window = max(1, window)
        requests = AMQPRequests(limit: replyLimit)
    }

    func submit(_ request: AMQPRequest) {
        requests.submit(request)
        wakeup.signal()
    }

    func submit(_ publishes: [AMQPPublish]) {
        incoming.withLock { $0 += publishes }
        wakeup.signal()
    }

    var isIdle: Bool {
        pending.isEmpty && refused.isEmpty && unconfirmed == 0 && incoming.withLock(\.isEmpty)
            && requests.isIdle
    }

    // MARK: Session

    func opened(_ link: AMQPLink) throws(AMQPFailure) { isBlocked = false }

    func blocked(_ reason: String?) { isBlocked = reason != nil }

    func lost(_ error: BusError) {
        requests.lost(error)
        for number in channels.keys.sorted() { takeBack(number) }
        channels = [:]
        channelOfExchange = [:]
        isBlocked = false
        if error.code == .busClosed {
            takeIncoming()
            while let publish = pending.popFirst() { publish.finish(publish.giveUpError(error)) }
            for (_, publish) in refused { publish.finish(publish.giveUpError(error)) }
            refused = []
        }
    }

    func pump(_ link: AMQPLink?, now: Int64) throws(AMQPFailure) -> Int64 {
        takeIncoming()
        wakeRefused(now: now)
        expire(now: now)
        try requests.pump(isBlocked ? nil : link, now: now)
        guard let link, !isBlocked else { return nextWake(now: now) }
        // Never so many at once that the broker's answers could fill its side of the connection.
        for _ in 0..<256 {
            guard let publish = takeNext() else { return nextWake(now: now) }
            try send(publish, on: link)
        }
        return 0
    }

    /// What may be sent now; a suspect only when nothing else is on its way.
    private func takeNext() -> AMQPPublish? {
        while let next = pending.first {
            guard !next.isFinished else {
                _ = pending.popFirst()
                continue
            }
            if unconfirmed == 0 { isTesting = false }
            guard unconfirmed < (next.isSuspect ? 1 : window), !isTesting else { return nil }
            isTesting = next.isSuspect
            return pending.popFirst()
        }
        return nil
    }

    private func takeIncoming() {
        let taken = incoming.withLock { incoming in
            defer { incoming = [] }
            return incoming
        }
        for publish in taken { pending.append(publish) }
    }

    private func send(_ publish: AMQPPublish, on link: AMQPLink) throws(AMQPFailure) {
        let number: UInt16
        do throws(AMQPFailure) { number = try channel(for: publish.exchange, on: link) } catch {
            pending.prepend(publish)
            throw error
        }
        channels[number]?.append(publish)
        unconfirmed += 1
        publish.wasSent = true
        try link.publish(
            publish.message, exchange: publish.exchange, routingKey: publish.routingKey,
            mandatory: publish.isMandatory, on: number)
    }

    /// Every exchange has a channel of its own, so that a missing one disturbs no other.
    private func channel(
        for exchange: String, on link: AMQPLink
    ) throws(AMQPFailure) -> UInt16 {
        if let known = channelOfExchange[exchange] { return known }
        var number = Self.firstChannel
        while channels[number] != nil, number < Self.firstChannel + UInt16(Self.maximumChannels) - 1
        {
            number += 1
        }
        if channels[number] == nil {
            try link.openChannel(number)
            try link.selectConfirms(on: number)
            channels[number] = PublishChannel()
        }
        channelOfExchange[exchange] = number
        return number
    }

    // MARK: Answers

    func received(_ frame: amqp_frame_t, on link: AMQPLink) throws(AMQPFailure) {
        let number = frame.channel
        if number == AMQPRequests.channel { return requests.received(frame, on: link) }
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD: received(frame.payload.method, on: number, link)
        case AMQP_FRAME_HEADER:
            guard let decoded = frame.payload.properties.decoded else { return }
            let properties = decoded.load(as: amqp_basic_properties_t.self)
            let id = properties._flags & UInt32(AMQP_BASIC_MESSAGE_ID_FLAG) != 0
            channels[number]?.returned(id: id ? properties.message_id.text : nil)
        default: break  // the returned body; we have it
        }
    }

    private func received(_ method: amqp_method_t, on number: UInt16, _ link: AMQPLink) {
        switch method.id {
        case AMQPMethod.basicAck:
            guard let decoded = method.decoded else { return }
            let ack = decoded.load(as: amqp_basic_ack_t.self)
            settle(number, ack.delivery_tag, multiple: ack.multiple != 0, taken: true)
        case AMQPMethod.basicNack:
            guard let decoded = method.decoded else { return }
            let nack = decoded.load(as: amqp_basic_nack_t.self)
            settle(number, nack.delivery_tag, multiple: nack.multiple != 0, taken: false)
        case AMQPMethod.basicReturn: break  // its header names the message
        case AMQPMethod.channelClose:
            link.confirmClose(of: number)
            closed(number, AMQPMethod.close(ofChannel: method))
        default: break
        }
    }

    private func settle(_ number: UInt16, _ tag: UInt64, multiple: Bool, taken: Bool) {
        guard let entries = channels[number]?.settle(tag, multiple: multiple) else { return }
        unconfirmed -= entries.count
        for entry in entries {
            if !taken {
                retry(entry.publish)
            } else if entry.isReturned {
                entry.publish.finish(.unheard(entry.publish.destination))
            } else {
                entry.publish.finish(nil)
            }
        }
    }

    private func retry(_ publish: AMQPPublish) {
        publish.refusals += 1
        let delay = min(5_000, 50 << min(publish.refusals, 7))
        refused.append((Monotonic.milliseconds + Int64.random(in: 25...Int64(delay)), publish))
    }

    /// The broker closed a channel, for something that one of its messages asks for.
    ///
    /// A missing exchange is missing for all of them. Anything else is one message's doing: they are
    /// sent again one by one, and the one that is alone when it happens again has failed.
    private func closed(_ number: UInt16, _ close: AMQPClose?) {
        let entries = channels.removeValue(forKey: number)?.takeAll() ?? []
        channelOfExchange = channelOfExchange.filter { $0.value != number }
        unconfirmed -= entries.count
        for entry in entries.reversed() {
            let publish = entry.publish
            if let close,
                close.concerns(publish.exchange) || publish.isSuspect && entries.count == 1
            {
                publish.finish(close.asBusError)
            } else {
                publish.isSuspect = true
                pending.prepend(publish)
            }
        }
    }

    /// Puts what is not confirmed back in front, in its order.
    private func takeBack(_ number: UInt16) {
        let entries = channels.removeValue(forKey: number)?.takeAll() ?? []
        unconfirmed -= entries.count
        for entry in entries.reversed() { pending.prepend(entry.publish) }
    }

    // MARK: Time

    private func wakeRefused(now: Int64) {
        guard !refused.isEmpty else { return }
        for (due, publish) in refused where due <= now { pending.append(publish) }
        refused.removeAll { $0.due <= now }
    }

    /// Tells senders whose time is over what is known of their messages.
    private func expire(now: Int64) {
        guard now - lastExpiry >= 100 else { return }
        lastExpiry = now
        for entry in channels.values { entry.expire(now: now) }
        for (_, publish) in refused where publish.deadline <= now {
            publish.finish(publish.giveUpError(nil))
        }
        refused.removeAll { $0.publish.isFinished }
        guard let first = pending.first, first.deadline <= now else { return }
        var rest = Fifo<AMQPPublish>()
        while let publish = pending.popFirst() {
            if publish.deadline <= now {
                publish.finish(publish.giveUpError(nil))
            } else {
                rest.append(publish)
            }
        }
        pending = rest
    }

    private func nextWake(now: Int64) -> Int64 {
        if let due = refused.map(\.due).min() { return max(1, min(100, due - now)) }
        return pending.isEmpty && unconfirmed == 0 && requests.isIdle ? 60_000 : 100
    }
}

/// The unconfirmed messages of one channel, by the numbers that the broker gives them.
final class PublishChannel {
    struct Entry {
        let publish: AMQPPublish
        var isReturned = false
        var isSettled = false
    }

    private var entries = Fifo<Entry>()
    /// The number of the first entry.
    private var first: UInt64 = 1

    func append(_ publish: AMQPPublish) { entries.append(Entry(publish: publish)) }

    /// - Returns: What the broker answered with this number.
    func settle(_ tag: UInt64, multiple: Bool) -> [Entry] {
        guard tag >= first || (tag == 0 && multiple) else { return [] }
        var settled: [Entry] = []
        let isAll = tag == 0
        if multiple {
            while !entries.isEmpty, isAll || first <= tag, let entry = entries.popFirst() {
                first += 1
                if !entry.isSettled { settled.append(entry) }
            }
            return settled
        }
        let index = Int(clamping: tag - first)
        guard index < entries.count, !entries[index].isSettled else { return [] }
        settled.append(entries[index])
        entries[index].isSettled = true
        while let entry = entries.first, entry.isSettled {
            _ = entries.popFirst()
            first += 1
        }
        return settled
    }

    /// Notes that the broker had no queue for a message. It says so before it acknowledges it.
    func returned(id: String?) {
        for index in 0..<entries.count
        where !entries[index].isReturned && !entries[index].isSettled
            && entries[index].publish.message.properties.messageID == id
        {
            entries[index].isReturned = true
            return
        }
    }

    func takeAll() -> [Entry] { entries.removeAll().filter { !$0.isSettled } }

    func expire(now: Int64) {
        for index in 0..<entries.count {
            let publish = entries[index].publish
            guard publish.deadline <= now else { return }
            if !publish.isFinished { publish.finish(publish.giveUpError(nil)) }
        }
    }
}

/// One message on its way, and who waits for it.
///
/// - Threads: handed to the loop's thread and used there; `finish` may be called from any.
final class AMQPPublish: @unchecked Sendable {
    let message: AMQPMessage
    let exchange: String
    let routingKey: String
    let isMandatory: Bool
    /// By the monotonic clock. Unit: milliseconds.
    let deadline: Int64
    /// What a person calls the place it is sent to.
    let destination: String
    private let completion: Mutex<(@Sendable (BusError?) -> Void)?>

    // Of the loop's thread.
    var wasSent = false
    var refusals = 0
    /// It was on its way when the broker closed a channel.
    var isSuspect = false

    init(
        _ message: AMQPMessage, exchange: String, routingKey: String, isMandatory: Bool,
        deadline: Int64, destination: String? = nil,
        completion: @escaping @Sendable (BusError?) -> Void
    ) {
        self.message = message
        self.exchange = exchange
        self.routingKey = routingKey
        self.isMandatory = isMandatory
        self.deadline = deadline
        self.destination = destination ?? (exchange.isEmpty ? routingKey : exchange)
        self.completion = Mutex(completion)
    }

    var isFinished: Bool { completion.withLock { $0 == nil } }

    func finish(_ error: BusError?) { completion.withLock { $0.take() }?(error) }

    /// What is known of a message whose time is over.
    func giveUpError(_ reason: BusError?) -> BusError {
        if refusals > 0 {
            return BusError(
                .busRefused, "the broker refused a message for '\(destination)' \(refusals) times",
                .transient(retryAfter: nil))
        }
        if wasSent {
            return BusError(
                .busOutcomeUnknown, "a message for '\(destination)' was not confirmed in time",
                .unknownOutcome)
        }
        return reason
            ?? BusError(
                .busUnreachable, "a message for '\(destination)' could not be sent in time",
                .transient(retryAfter: nil))
    }
}
