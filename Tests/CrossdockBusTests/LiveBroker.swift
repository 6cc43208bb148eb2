internal import CrossdockBus
internal import CrossdockCore
internal import Glibc
internal import Testing

/// The broker that `scripts/rabbitmq start` made, for tests that need a real one.
enum LiveBroker {
    static let variable = "CROSSDOCK_TEST_AMQP"

    static var url: String? { getenv(variable).map { String(cString: $0) } }

    static let absent: Comment = """
        no broker: CROSSDOCK_TEST_AMQP is not set; `scripts/rabbitmq start DIR` starts one and prints \
        what to set it to
        """

    static func settings(_ change: (inout BrokerSettings) -> Void = { _ in }) throws
        -> BrokerSettings
    {
        var settings = BrokerSettings(address: try BrokerAddress(try #require(url)))
        settings.publishTimeout = .seconds(10)
        change(&settings)
        return settings
    }

    /// Names of no other test, in this run or another.
    static func prefix() -> String { "test-\(ExchangeID.next())-" }
}

extension Trait where Self == ConditionTrait {
    /// The test needs a broker and says so when there is none.
    static var liveBroker: Self { .enabled(if: LiveBroker.url != nil, LiveBroker.absent) }
}
