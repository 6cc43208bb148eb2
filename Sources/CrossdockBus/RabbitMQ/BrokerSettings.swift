public import CrossdockSettings

/// How to reach a broker.
public struct BrokerSettings: Sendable, Hashable {
    public struct TLS: Sendable, Hashable {
        /// Authorities to trust instead of the system's; PEM.
        public var caFile: String?
        /// The hub's certificate; PEM.
        public var certFile: String?
        public var keyFile: String?

        public init(caFile: String? = nil, certFile: String? = nil, keyFile: String? = nil) {
            self.caFile = caFile
            self.certFile = certFile
            self.keyFile = keyFile
        }
    }

    public var address: BrokerAddress
    public var tls: TLS
    /// Shown in the broker's list of connections.
    public var connectionName: String
    /// How long the other side may be silent before the connection counts as dead.
    public var heartbeat: Duration
    /// Time to make a connection, and for the broker to answer a question.
    public var requestTimeout: Duration
    /// How long a message is sent again before its sender is told that the bus did not take it.
    public var publishTimeout: Duration
    /// How many messages may be unconfirmed at once.
    public var publishWindow: Int
    public var maxMessageSize: ByteCount

    public init(
        address: BrokerAddress, tls: TLS = TLS(), connectionName: String = "crossdock",
        heartbeat: Duration = .seconds(10), requestTimeout: Duration = .seconds(10),
        publishTimeout: Duration = .seconds(30), publishWindow: Int = 1_000,
        maxMessageSize: ByteCount = .mebibytes(128)
    ) {
        self.address = address
        self.tls = tls
        self.connectionName = connectionName
        self.heartbeat = heartbeat
        self.requestTimeout = requestTimeout
        self.publishTimeout = publishTimeout
        self.publishWindow = publishWindow
        self.maxMessageSize = maxMessageSize
    }
}
