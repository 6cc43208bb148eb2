internal import CRabbitMQ
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Glibc

/// One connection to a broker.
///
/// - Threads: one alone, from opening to closing.
/// - Ownership: the library's connection; freed in `deinit`.
final class AMQPLink {
    let connection: amqp_connection_state_t
    let socket: Int32
    let host: BrokerAddress.Host
    /// What the broker is, as it says.
    let broker: BrokerVersion
    /// Unit: bytes of one frame.
    let frameSize: Int
    let arena = AMQPArena()
    var names = AMQPNames()
    private var isClosed = false

    /// The channel for questions that may end with its closing.
    static let scratchChannel: UInt16 = 1
    /// - Source: AMQP 0-9-1 §4.2.3; the upper bound keeps a table within what the decoder's stack bears.
    private static let frameSizes = 4_096...131_072

    /// Makes a connection and logs in.
    init(_ settings: BrokerSettings, host: BrokerAddress.Host) throws(BusError) {
        guard let connection = amqp_new_connection() else {
            throw BusError(.busUnreachable, "out of memory", .transient(retryAfter: nil))
        }
        do throws(BusError) {
            var timeout = settings.requestTimeout.timeValue
            amqp_set_handshake_timeout(connection, &timeout)
            try Self.connect(connection, settings, host)
            socket = amqp_get_sockfd(connection)
            Self.watch(socket, silence: settings.heartbeat * 2)
            try Self.logIn(connection, settings)
            amqp_set_rpc_timeout(connection, &timeout)
            frameSize = Int(amqp_get_frame_max(connection))
            guard Self.frameSizes.contains(frameSize) else {
                throw BusError(.busProtocol, "the broker wants frames of \(frameSize) bytes")
            }
            broker = BrokerVersion(amqp_get_server_properties(connection))
        } catch {
            amqp_destroy_connection(connection)
            throw error
        }
        self.connection = connection
        self.host = host
    }

    // Nothing more is said to a peer that may be dead: that could wait for ever.
    deinit { amqp_destroy_connection(connection) }

    /// Says good-bye and closes; bounded by the time for requests.
    func leave() {
        guard !isClosed else { return }
        isClosed = true
        _ = amqp_connection_close(connection, 200)
    }

    // MARK: Opening

    private static func connect(
        _ connection: amqp_connection_state_t, _ settings: BrokerSettings,
        _ host: BrokerAddress.Host
    ) throws(BusError) {
        let isSecure = settings.address.isSecure
        guard
            let socket = isSecure
                ? amqp_ssl_socket_new(connection) : amqp_tcp_socket_new(connection)
        else { throw BusError(.busUnreachable, "no socket", .transient(retryAfter: nil)) }
        if isSecure { try secure(socket, settings.tls, host) }
        var timeout = settings.requestTimeout.timeValue
        let status = amqp_socket_open_noblock(socket, host.name, Int32(host.port), &timeout)
        guard status == 0 else { throw AMQPFailure.library(status, "connecting to \(host)") }
    }

    /// - Source: the library's header; it neither sets a minimum version nor matches IP addresses.
    private static func secure(
        _ socket: OpaquePointer, _ tls: BrokerSettings.TLS, _ host: BrokerAddress.Host
    ) throws(BusError) {
        guard !host.isIPAddress else {
            throw BusError(.busTLS, "\(host.name) is an IP address; amqps needs the host's name")
        }
        guard amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) == 0 else {
            throw BusError(.busTLS, "TLS 1.2 is not available")
        }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        crossdock_amqp_require_strong_keys(socket)
        if let file = tls.caFile {
            guard amqp_ssl_socket_set_cacert(socket, file) == 0 else {
                throw BusError(.busTLS, "the authorities in \(file) cannot be read")
            }
        } else if crossdock_amqp_trust_system(socket) != 1 {
            throw BusError(.busTLS, "the system's authorities cannot be read")
        }
        guard let certificate = tls.certFile else { return }
        guard let key = tls.keyFile, amqp_ssl_socket_set_key(socket, certificate, key) == 0 else {
            throw BusError(.busTLS, "\(certificate) and its key cannot be used")
        }
    }

    /// Lets the system notice a peer that answers nothing, sooner than after its eleven minutes.
    private static func watch(_ socket: Int32, silence: Duration) {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        let userTimeout: Int32 = 18  // TCP_USER_TIMEOUT, which Glibc does not import
        set(Int32(IPPROTO_TCP), userTimeout, Int32(clamping: silence.wholeMilliseconds))
    }

    private static func logIn(
        _ connection: amqp_connection_state_t, _ settings: BrokerSettings
    ) throws(BusError) {
        let capabilities = [
            "publisher_confirms", "basic.nack", "consumer_cancel_notify", "connection.blocked",
            "authentication_failure_close", "exchange_exchange_bindings",
        ]
        let arena = AMQPArena()
        var properties = AMQPTableCoding.table(
            [
                AMQPField("product", .text("Crossdock")), AMQPField("platform", .text("Swift")),
                AMQPField("connection_name", .text(settings.connectionName)),
                AMQPField(
                    "capabilities", .table(capabilities.map { AMQPField($0, .bool(true)) })),
            ], in: arena)
        let heartbeat = Int32(clamping: max(1, settings.heartbeat.wholeMilliseconds / 1_000))
        let (address, frame) = (settings.address, Int32(frameSizes.upperBound))
        let reply =
            if let user = address.user {
                crossdock_amqp_login_plain(
                    connection, address.virtualHost, 2_047, frame, heartbeat, &properties, user,
                    address.password.revealed)
            } else {
                crossdock_amqp_login_external(
                    connection, address.virtualHost, 2_047, frame, heartbeat, &properties)
            }
        if let failure = AMQPFailure.of(reply, "logging in to \(address.redacted)") {
            throw failure.asBusError
        }
    }

    // MARK: Frames

    /// Reads the next frame that is here already.
    func next(into frame: inout amqp_frame_t) throws(AMQPFailure) -> Bool {
        var none = timeval(tv_sec: 0, tv_usec: 0)
        let status = amqp_simple_wait_frame_noblock(connection, &frame, &none)
        if status == 0 { return true }
        if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
        throw .lost(AMQPFailure.library(status, "receiving from \(host)"))
    }

    /// Whether frames were read that nobody has looked at, so that waiting on the socket would be wrong.
    var hasBuffered: Bool {
        amqp_frames_enqueued(connection) != 0 || amqp_data_in_buffer(connection) != 0
    }

    /// Gives back the memory of frames; none may be looked at any more.
    func releaseBuffers() { amqp_maybe_release_buffers(connection) }

    func check(_ status: Int32, _ doing: String) throws(AMQPFailure) {
        guard status != 0 else { return }
        throw .lost(AMQPFailure.library(status, "\(doing) to \(host)"))
    }

    /// Asks how the last question was answered.
    func checkReply(_ doing: String, on channel: UInt16) throws(AMQPFailure) {
        guard let failure = AMQPFailure.of(amqp_get_rpc_reply(connection), doing) else { return }
        if case .channelClosed = failure { confirmClose(of: channel) }
        throw failure
    }

    // MARK: Channels

    func openChannel(_ number: UInt16) throws(AMQPFailure) {
        guard amqp_channel_open(connection, number) == nil else { return }
        try checkReply("opening a channel", on: number)
    }

    func closeChannel(_ number: UInt16) throws(AMQPFailure) {
        let reply = amqp_channel_close(connection, number, 200)
        if let failure = AMQPFailure.of(reply, "closing a channel") { throw failure }
    }

    /// Answers the broker's closing of a channel, as the protocol asks before the number is used again.
    func confirmClose(of channel: UInt16) {
        var ok = amqp_channel_close_ok_t()
        _ = amqp_send_method(connection, channel, AMQPMethod.channelCloseOK, &ok)
    }

    /// Runs questions on a channel of their own, whose closing hurts nobody.
    func onScratchChannel<Result>(
        _ body: (UInt16) throws(AMQPFailure) -> Result
    ) throws(AMQPFailure) -> Result {
        let channel = Self.scratchChannel
        try openChannel(channel)
        let result = try body(channel)
        try closeChannel(channel)
        return result
    }
}

/// Which broker it is.
struct BrokerVersion: Sendable, Hashable, Comparable {
    let product: String
    let major: Int
    let minor: Int
    let text: String

    init(product: String, text: String) {
        self.product = product
        self.text = text
        let parts = text.split(whereSeparator: { !$0.isASCII || !$0.isNumber }).map { Int($0) ?? 0 }
        major = parts.first ?? 0
        minor = parts.dropFirst().first ?? 0
    }

    init(_ properties: UnsafeMutablePointer<amqp_table_t>?) {
        var names = AMQPNames()
        let fields = properties.flatMap { AMQPTableCoding.fields($0.pointee, names: &names) } ?? []
        func text(_ name: String) -> String {
            fields.first { $0.name == name }?.value.textValue ?? ""
        }
        self.init(product: text("product"), text: text("version"))
    }

    static func < (one: Self, other: Self) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }

    /// The oldest whose quorum queues dead-letter at least once.
    static let oldest = BrokerVersion(product: "RabbitMQ", text: "3.10")
}
