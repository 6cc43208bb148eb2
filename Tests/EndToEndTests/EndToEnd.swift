import Foundation
import Testing

/// Whole processes, one test after the other: they share two cores, and a broker's queues belong to
/// one hub at a time.
@Suite("End to end", .serialized)
enum EndToEnd {}

/// The broker that the tests may use.
enum Broker {
    static let url = ProcessInfo.processInfo.environment["CROSSDOCK_TEST_AMQP"]
}
