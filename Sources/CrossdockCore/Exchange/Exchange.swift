/// One message on its way through one route.
///
/// An exchange is a value: copying it is cheap (bodies are copy-on-write), and every branch of a
/// `split` or `multicast` owns its copy, so no step can see another branch's changes.
///
/// - Trust: ``Message/headers`` and the body are untrusted input. ``properties``, ``variables`` and
///   ``Message/control`` are the engine's and the route's own: never read from a message's wire form,
///   never sent with one. No sender can steer a route by a clever header.
public struct Exchange: Sendable {
    public let id: ExchangeID
    public var message: Message
    /// What steps note about this exchange, such as `CamelSplitIndex`. Camel's exchange properties.
    public var properties = NamedValues()
    /// The route's own notes, of any size. Camel's exchange-scoped variables.
    public var variables = Variables()
    /// Which record of which system the message stands for; nil for messages that are no record.
    public var record: RecordIdentity?
    public var pattern: ExchangePattern
    /// What went wrong last and who deals with it; nil while nothing has.
    public var failure: Failure?
    /// Where the message entered the hub; shared by all copies made of it since.
    public var unitOfWork: UnitOfWork?
    /// The address to which the exchange was sent last. Camel's `CamelToEndpoint`.
    public var lastEndpoint: String?
    /// The exchange is a branch whose failures are dealt with once, for the message it is a branch of.
    public var sharesUnitOfWork = false
    private var ending = Ending.none

    /// Why an exchange goes no further. Its outcome is *completed* either way.
    private enum Ending: UInt8 {
        case none
        /// A step said so.
        case stopped
        /// An error handler dealt with a failure; what came after the failed step is left out.
        case handled
    }

    public init(
        _ message: Message, pattern: ExchangePattern = .inOnly, record: RecordIdentity? = nil,
        id: ExchangeID = .next()
    ) {
        self.id = id
        self.message = message
        self.pattern = pattern
        self.record = record
    }

    /// Whether no further step of any route sees the exchange.
    public var isStopped: Bool { ending != .none }

    /// Whether an error handler dealt with a failure and so ended the exchange's way.
    public var isHandled: Bool { ending == .handled }

    /// Ends the way of this exchange after the current step.
    public mutating func stop() { if ending == .none { ending = .stopped } }

    /// Ends the way of this exchange because its failure was dealt with.
    public mutating func endHandled() { ending = .handled }

    /// Lets the exchange go on after all: a `doCatch` block runs although its `doTry` was stopped.
    public mutating func resume() { ending = .none }

    /// The error a handler is dealing with, or dealt with last. Camel's `CamelExceptionCaught`.
    public var caught: (any Error)? {
        get { failure?.error }
        set { failure = newValue.map { Failure($0) } }
    }

    /// A new exchange for one part of this one, with its own id and a body of its own; everything
    /// else is copied.
    public func part(body: Body) -> Exchange {
        var part = branch()
        part.message.body = body
        return part
    }

    /// A new exchange with its own id and everything else copied, on its way from here.
    public func branch() -> Exchange {
        var branch = Exchange(message, pattern: pattern, record: record)
        branch.properties = properties
        branch.variables = variables
        branch.unitOfWork = unitOfWork
        branch.failure = failure
        branch.lastEndpoint = lastEndpoint
        branch.sharesUnitOfWork = sharesUnitOfWork
        return branch
    }
}

/// Whether somebody waits for a reply.
public enum ExchangePattern: String, Sendable {
    case inOnly = "InOnly"
    case inOut = "InOut"
}

/// Where a message entered the hub: what `useOriginalMessage` goes back to.
public final class UnitOfWork: Sendable {
    public let original: Message
    public let fromRoute: String

    public init(original: Message, fromRoute: String) {
        self.original = original
        self.fromRoute = fromRoute
    }
}
