public import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Synchronization

/// What the `spring-rabbitmq:` component stands on: the brokers it may use, and where failed messages
/// go that the broker would destroy.
public final class RabbitMQServices: Sendable {
    private let brokers: [String: BrokerSettings]
    private let connections = Mutex<[String: RabbitMQConnections]>([:])
    let parking: any DeadLetters
    let clock: any HubClock
    private let onProblem: @Sendable (BusError) -> Void

    /// - Parameters:
    ///   - brokers: By the name of the connection; `rabbitmq` is the one of endpoints that name none.
    ///   - parking: Keeps failed messages of queues without a dead-letter exchange.
    public init(
        brokers: [String: BrokerSettings], parking: any DeadLetters,
        clock: any HubClock = SystemClock(),
        onProblem: @escaping @Sendable (BusError) -> Void = { _ in }
    ) {
        self.brokers = brokers
        self.parking = parking
        self.clock = clock
        self.onProblem = onProblem
    }

    static let defaultName = "rabbitmq"

    func knows(_ name: String) -> Bool { brokers[name] != nil }
    var names: [String] { brokers.keys.sorted() }

    /// The connections to a broker, made when first asked for and shared by all endpoints.
    func connection(_ name: String) throws(BusError) -> RabbitMQConnections {
        let result = connections.withLock { connections -> Result<RabbitMQConnections, BusError> in
            if let known = connections[name] { return .success(known) }
            guard let settings = brokers[name] else {
                return .failure(BusError(.busAddress, "there is no connection '\(name)'"))
            }
            do throws(BusError) {
                let made = try RabbitMQConnections(settings, onProblem: onProblem)
                connections[name] = made
                return .success(made)
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// How the brokers in use are.
    public var health: [String: BusHealth] {
        connections.withLock { connections in
            connections.mapValues { connection in
                if let problem = connection.problem { return .down(problem) }
                return connection.publishing.blocked.map { .blocked($0) } ?? .up
            }
        }
    }

    public func close() async {
        let all = connections.withLock { connections in
            defer { connections = [:] }
            return Array(connections.values)
        }
        for connection in all { await connection.close() }
    }
}
