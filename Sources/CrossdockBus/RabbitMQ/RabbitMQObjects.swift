internal import CrossdockSettings

/// The bus's objects in a broker, with the arguments that its promises need.
enum RabbitMQObjects {
    static func exchange(ofTopic topic: String) -> String { "crossdock.\(topic)" }

    /// A replicated queue that never drops: full, it refuses; what it gives up on goes to the dead
    /// letters at least once.
    static func workArguments(_ queue: BusQueue) -> [AMQPField] {
        var arguments: [AMQPField] = [
            AMQPField("x-queue-type", .text("quorum")),
            AMQPField("x-overflow", .text("reject-publish")),
        ]
        if let deadLetters = queue.deadLetters {
            arguments += [
                AMQPField("x-delivery-limit", .integer(Int64(queue.deliveryLimit))),
                AMQPField("x-dead-letter-exchange", .text("")),
                AMQPField("x-dead-letter-routing-key", .text(deadLetters)),
                AMQPField("x-dead-letter-strategy", .text("at-least-once")),
            ]
        }
        if let size = queue.maxBytes {
            arguments.append(AMQPField("x-max-length-bytes", .integer(Int64(size.bytes))))
        }
        if queue.partitions > 1 {
            arguments.append(AMQPField("x-single-active-consumer", .bool(true)))
        }
        return arguments
    }

    /// A place that nothing leaves by itself.
    static var deadLetterArguments: [AMQPField] {
        [
            AMQPField("x-queue-type", .text("quorum")),
            AMQPField("x-overflow", .text("reject-publish")),
            // Later brokers drop after 20 deliveries unless told otherwise.
            AMQPField("x-delivery-limit", .integer(1_000_000)),
        ]
    }

    /// A queue in which messages wait until they are dead-lettered back to where they came from.
    static func retryArguments(delay: Int64, queue: String) -> [AMQPField] {
        [
            AMQPField("x-queue-type", .text("quorum")),
            AMQPField("x-overflow", .text("reject-publish")),
            AMQPField("x-message-ttl", .integer(delay)),
            AMQPField("x-dead-letter-exchange", .text("")),
            AMQPField("x-dead-letter-routing-key", .text(queue)),
            AMQPField("x-dead-letter-strategy", .text("at-least-once")),
        ]
    }

    static func retryQueue(of queue: String, delay: Int64) -> String { "\(queue).retry.\(delay)" }

    /// The delays for which there are queues: each is one, so they are few. Unit: milliseconds.
    private static let delays: [Int64] = [
        250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
        3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
    ]

    /// The least of them that is not shorter, or the longest.
    static func delay(for wanted: Duration) -> Int64 {
        let millis = wanted.wholeMilliseconds
        return delays.first { $0 >= millis } ?? delays[delays.count - 1]
    }

    // MARK: Declaring

    static func declare(
        _ queue: BusQueue, topicPartitions: Int, on link: AMQPLink
    ) throws(AMQPFailure) {
        if let deadLetters = queue.deadLetters {
            try link.onScratchChannel { channel throws(AMQPFailure) in
                try link.declareQueue(deadLetters, arguments: deadLetterArguments, on: channel)
            }
        }
        let exchange = exchange(ofTopic: queue.topic)
        for (number, name) in queue.partitionNames.enumerated() {
            try link.onScratchChannel { channel throws(AMQPFailure) in
                try link.declareQueue(name, arguments: workArguments(queue), on: channel)
                let keys =
                    queue.partitions > 1 ? [number] : Array(0..<max(1, topicPartitions))
                for key in keys {
                    try link.bind(
                        queue: name, to: exchange, routingKey: String(key), on: channel)
                }
            }
        }
    }

    static func declare(_ topic: BusTopic, on link: AMQPLink) throws(AMQPFailure) {
        try link.onScratchChannel { channel throws(AMQPFailure) in
            try link.declareExchange(
                exchange(ofTopic: topic.name), type: "direct", on: channel)
        }
    }
}
