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
    /// The error a handler is dealing with, or dealt with last. Camel's `CamelExceptionCaught`.
    public var caught: (any Error)?
    /// Where the message entered the hub; shared by all copies made of it since.
    public var unitOfWork: UnitOfWork?
    /// A step ended the exchange's way; the outcome is *completed*.
    public private(set) var isStopped = false

    public init(
        _ message: Message, pattern: ExchangePattern = .inOnly, record: RecordIdentity? = nil,
        id: ExchangeID = .next()
    ) {
        self.id = id
        self.message = message
        self.pattern = pattern
        self.record = record
    }

    /// Ends the way of this exchange after the current step.
    public mutating func stop() { isStopped = true }

    /// A new exchange for one part of this one, with its own id and a body of its own; everything
    /// else is copied.
    public func part(body: Body) -> Exchange {
        var part = Exchange(message, pattern: pattern, record: record)
        part.message.body = body
        part.properties = properties
        part.variables = variables
        part.unitOfWork = unitOfWork
        return part
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
