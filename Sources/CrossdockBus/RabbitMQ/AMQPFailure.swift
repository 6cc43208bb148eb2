internal import CRabbitMQ
internal import CrossdockDiagnostics

/// A call to the broker failed.
enum AMQPFailure: Error {
    /// The connection is of no use any more.
    case lost(BusError)
    /// The broker closed this channel and nothing else.
    case channelClosed(AMQPClose)

    var asBusError: BusError {
        switch self {
        case .lost(let error): error
        case .channelClosed(let close): close.asBusError
        }
    }
}

/// What the broker said when it closed a channel or connection.
struct AMQPClose: Error, Hashable {
    let code: UInt16
    let text: String

    static let notFound: UInt16 = 404
    static let accessRefused: UInt16 = 403
    static let preconditionFailed: UInt16 = 406
    static let resourceLocked: UInt16 = 405
    static let notAllowed: UInt16 = 530

    /// Whether it is about this exchange as such, whatever is sent there.
    func concerns(_ exchange: String) -> Bool {
        (code == Self.notFound || code == Self.accessRefused) && text.contains("'\(exchange)'")
    }

    var asBusError: BusError {
        switch code {
        case Self.notFound: BusError(.busNotThere, text)
        case Self.accessRefused, Self.notAllowed: BusError(.busLoginRefused, text)
        case Self.preconditionFailed where text.contains("inequivalent"):
            BusError(.busTopologyDiffers, text)
        default: BusError(.busProtocol, text, .transient(retryAfter: nil))
        }
    }
}

extension AMQPFailure {
    /// Reads the answer to a question.
    ///
    /// - Returns: Nil when it was the expected one.
    static func of(_ reply: amqp_rpc_reply_t, _ doing: String) -> AMQPFailure? {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return nil
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            switch reply.reply.id {
            case AMQPMethod.channelClose:
                guard let close = AMQPMethod.close(ofChannel: reply.reply) else { break }
                return .channelClosed(close)
            case AMQPMethod.connectionClose:
                guard let close = AMQPMethod.close(ofConnection: reply.reply) else { break }
                return .lost(close.asBusError)
            default: break
            }
            return .lost(
                BusError(
                    .busProtocol, "\(doing): an answer that fits no question",
                    .transient(retryAfter: nil)))
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: return .lost(library(reply.library_error, doing))
        default: return .lost(library(Int32(AMQP_STATUS_CONNECTION_CLOSED.rawValue), doing))
        }
    }

    /// What the library says about a status.
    static func library(_ status: Int32, _ doing: String) -> BusError {
        let text = amqp_error_string2(status).map { String(cString: $0) } ?? "status \(status)"
        switch status {
        case Int32(AMQP_STATUS_SSL_ERROR.rawValue),
            Int32(AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue),
            Int32(AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue),
            Int32(AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue):
            return BusError(.busTLS, "\(doing): \(text)", .transient(retryAfter: nil))
        case Int32(AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD.rawValue):
            return BusError(.busLoginRefused, "\(doing): \(text)")
        default:
            return BusError(.busUnreachable, "\(doing): \(text)", .transient(retryAfter: nil))
        }
    }
}

/// Numbers of methods: class and method, as they stand in frames.
///
/// - Source: AMQP 0-9-1 specification, RabbitMQ extensions.
enum AMQPMethod {
    static let connectionClose: UInt32 = 10 << 16 | 50
    static let connectionBlocked: UInt32 = 10 << 16 | 60
    static let connectionUnblocked: UInt32 = 10 << 16 | 61
    static let channelClose: UInt32 = 20 << 16 | 40
    static let channelCloseOK: UInt32 = 20 << 16 | 41
    static let basicCancel: UInt32 = 60 << 16 | 30
    static let basicCancelOK: UInt32 = 60 << 16 | 31
    static let basicReturn: UInt32 = 60 << 16 | 50
    static let basicDeliver: UInt32 = 60 << 16 | 60
    static let basicAck: UInt32 = 60 << 16 | 80
    static let basicNack: UInt32 = 60 << 16 | 120

    static func close(ofChannel method: amqp_method_t) -> AMQPClose? {
        method.decoded.map { decoded in
            let close = decoded.load(as: amqp_channel_close_t.self)
            return AMQPClose(code: close.reply_code, text: close.reply_text.text)
        }
    }

    static func close(ofConnection method: amqp_method_t) -> AMQPClose? {
        method.decoded.map { decoded in
            let close = decoded.load(as: amqp_connection_close_t.self)
            return AMQPClose(code: close.reply_code, text: close.reply_text.text)
        }
    }
}

extension Duration {
    /// As the library takes it.
    var timeValue: timeval {
        let millis = max(0, wholeMilliseconds)
        return timeval(
            tv_sec: Int(clamping: millis / 1_000), tv_usec: Int(clamping: millis % 1_000 * 1_000))
    }
}
