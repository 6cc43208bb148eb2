internal import CrossdockDiagnostics

/// One message in a consumer's hands, until it is settled.
public struct Delivery<Payload: Sendable>: Sendable {
    public let payload: Payload
    /// How many deliveries of this message ended without being settled, as far as the bus can tell.
    public let earlierDeliveries: Int
    let receipt: Receipt
    let orderKey: String?
    /// About how much memory it holds. Unit: bytes.
    let size: Int
}

/// What the bus needs to know which delivery is meant.
struct Receipt: Sendable, Hashable {
    /// The place in the log, or the broker's delivery tag.
    let tag: UInt64
    /// The channel on which it came; receipts of a channel that is gone mean nothing any more.
    let epoch: UInt64
    /// Which of the queues that share a feed it came from.
    var lane = 0
}

/// What becomes of a delivery.
public enum Settlement: Sendable {
    /// Done: the bus forgets it.
    case accept
    /// Not done, through no fault of the message: it comes again soon, to whoever asks.
    case giveBack
    /// Not done; comes again after a while, counted as a delivery.
    case retry(after: Duration)
    /// Put with the dead letters, with the reason beside it.
    case deadLetter(DeadLetterReason)
}

/// Why a message is put with the dead letters; travels with it as headers.
public struct DeadLetterReason: Sendable, Hashable {
    /// `CDnnnn` of the error that ended it.
    public var code: String
    /// What happened, without body or secrets.
    public var message: String
    /// The route in which it failed.
    public var route: String

    public init(code: String, message: String, route: String) {
        self.code = code
        self.message = message
        self.route = route
    }

    public init(_ error: any Error, route: String) {
        let classified = error as? any Classified
        self.init(
            code: classified?.code.id ?? "", message: classified?.message ?? "\(error)",
            route: route)
    }
}
