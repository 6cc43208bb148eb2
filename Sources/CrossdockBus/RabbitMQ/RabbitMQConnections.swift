internal import CrossdockCore
internal import CrossdockSettings
internal import Synchronization

/// The two connections that a hub keeps to one broker: one to publish and ask, one to receive.
///
/// Two, because a broker in need stops reading from connections that publish; acknowledgements must
/// not be stuck behind that.
///
/// - Threads: any. Each connection has a thread of its own.
final class RabbitMQConnections: Sendable {
    let settings: BrokerSettings
    let publisher: AMQPPublisher
    let receiver: AMQPReceiver
    /// Also answers questions and declares.
    let publishing: AMQPLoop
    let receiving: AMQPLoop
    let receiverWakeup: Wakeup
    let onProblem: @Sendable (BusError) -> Void
    private let threads: Mutex<[BusThread]>

    init(
        _ settings: BrokerSettings, onProblem: @escaping @Sendable (BusError) -> Void
    ) throws(BusError) {
        self.settings = settings
        self.onProblem = onProblem
        let (one, two) = (try Wakeup(), try Wakeup())
        receiverWakeup = two
        publisher = AMQPPublisher(
            wakeup: one, window: settings.publishWindow,
            replyLimit: settings.maxMessageSize.bytes)
        receiver = AMQPReceiver(wakeup: two)
        publishing = AMQPLoop(settings, wakeup: one, session: publisher, onProblem: onProblem)
        receiving = AMQPLoop(settings, wakeup: two, session: receiver, onProblem: { _ in })
        threads = Mutex([try publishing.start("amqp-publish"), try receiving.start("amqp-receive")])
    }

    /// A message with its time limit.
    func publish(
        _ message: AMQPMessage, exchange: String, routingKey: String, isMandatory: Bool = true,
        destination: String? = nil, timeout: Duration? = nil,
        completion: @escaping @Sendable (BusError?) -> Void
    ) -> AMQPPublish? {
        do throws(BusError) {
            try AMQPLink.check(message, exchange: exchange, routingKey: routingKey)
        } catch {
            completion(error)
            return nil
        }
        guard message.body.count <= settings.maxMessageSize.bytes else {
            completion(
                BusError(.busMessageTooLarge, "a message has more than \(settings.maxMessageSize)"))
            return nil
        }
        return AMQPPublish(
            message, exchange: exchange, routingKey: routingKey, isMandatory: isMandatory,
            deadline: Monotonic.milliseconds
                + (timeout ?? settings.publishTimeout).wholeMilliseconds,
            destination: destination, completion: completion)
    }

    /// Receives from a queue; returns when the broker has agreed.
    func add<Payload: Sendable>(_ subscription: AMQPSubscription<Payload>) {
        receiver.post(.add(subscription))
    }

    /// Returns when everything settled is with the broker and the channel is closed.
    func remove(_ subscription: any AMQPSubscribing) async {
        await withCheckedContinuation { continuation in
            receiver.post(.remove(subscription) { continuation.resume() })
        }
    }

    var problem: BusError? { publishing.problem ?? receiving.problem }

    /// Waits for what is on its way to the broker, then closes.
    func close() async {
        receiving.close()
        publishing.close()
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        // Joining waits for the broker's last words; that is no work for a shared thread.
        await withCheckedContinuation { continuation in
            let joining = try? BusThread("amqp-close") {
                for thread in threads { thread.join() }
                continuation.resume()
            }
            if joining == nil {
                for thread in threads { thread.join() }
                continuation.resume()
            }
        }
    }
}
