public import CrossdockCore
public import CrossdockData

/// One message on the bus, whichever bus it is.
public struct BusMessage: Sendable, Hashable {
    /// The same for every attempt to send the same message; consumers recognise repetitions by it.
    public var id: String
    /// Messages with equal keys are handled one after the other, in the order in which they were sent.
    public var orderKey: String?
    public var time: Instant
    public var contentType: String?
    public var headers: [BusHeader]
    public var body: [UInt8]

    public init(
        id: String, orderKey: String? = nil, time: Instant, contentType: String? = nil,
        headers: [BusHeader] = [], body: [UInt8]
    ) {
        self.id = id
        self.orderKey = orderKey
        self.time = time
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// The value of the first header with exactly this name.
    public subscript(header name: String) -> Value? {
        headers.first { $0.name == name }?.value
    }
}

/// A name and a value that travel beside the body.
public struct BusHeader: Sendable, Hashable {
    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}
