internal import CrossdockCore
internal import Synchronization

// Messages that leave a queue otherwise than by being done: a copy is confirmed in its new place before
// the original is acknowledged.
extension RabbitMQBus {
    func move(
        _ moving: AMQPSubscription<BusMessage>.Moving, queue: BusQueue, partition: String,
        _ done: @escaping @Sendable (Bool) -> Void
    ) {
        switch moving.settlement {
        case .deadLetter(let reason):
            guard let letters = queue.deadLetters else { return done(false) }
            let letter = moving.payload.deadLetter(
                reason, queue: queue.name, topic: queue.topic, at: clock.now)
            send(AMQPMessage(letter), toQueue: letters, done)
        case .retry(let delay):
            let delay = RabbitMQObjects.delay(for: delay)
            let place = RabbitMQObjects.retryQueue(of: partition, delay: delay)
            let message = AMQPMessage(moving.payload, attempts: moving.earlierDeliveries + 1)
            let isThere = state.withLock { $0.retryQueues.contains(place) }
            if isThere { return send(message, toQueue: place, done) }
            connections.publishing.post { [weak self] link in
                guard let self, case .success(let link) = link,
                    declare(retryQueue: place, delay: delay, for: partition, on: link)
                else { return done(false) }
                send(message, toQueue: place, done)
            }
        case .accept, .giveBack: done(false)
        }
    }

    private func declare(
        retryQueue place: String, delay: Int64, for queue: String, on link: AMQPLink
    ) -> Bool {
        do throws(AMQPFailure) {
            try link.onScratchChannel { channel throws(AMQPFailure) in
                try link.declareQueue(
                    place,
                    arguments: RabbitMQObjects.retryArguments(delay: delay, queue: queue),
                    on: channel)
            }
        } catch {
            connections.onProblem(error.asBusError)
            return false
        }
        _ = state.withLock { $0.retryQueues.insert(place) }
        return true
    }

    private func send(
        _ message: AMQPMessage, toQueue queue: String, _ done: @escaping @Sendable (Bool) -> Void
    ) {
        let publish = connections.publish(message, exchange: "", routingKey: queue) {
            [weak self] error in
            if let error {
                // A retry queue that somebody deleted is made again the next time.
                self?.state.withLock { _ = $0.retryQueues.remove(queue) }
                self?.connections.onProblem(error)
            }
            done(error == nil)
        }
        if let publish { connections.publisher.submit([publish]) }
    }
}
