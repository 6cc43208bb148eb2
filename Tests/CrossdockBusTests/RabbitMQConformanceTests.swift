internal import CrossdockBus
internal import Testing

@Suite("RabbitMQ: what every bus does", .liveBroker)
struct RabbitMQConformanceTests {
    private func run(_ body: (BusConformance) async throws -> Void) async throws {
        let bus = try RabbitMQBus(try LiveBroker.settings())
        let conformance = BusConformance(bus: bus, prefix: LiveBroker.prefix())
        try await body(conformance)
        await conformance.removeQueues(of: bus)
        await bus.close()
    }

    @Test("A message arrives as it was sent, with all kinds of headers")
    func keepsEverything() async throws { try await run { try await $0.keepsEverything() } }

    @Test("Every queue of a topic gets every message")
    func everyQueue() async throws { try await run { try await $0.everyQueueGetsEverything() } }

    @Test("A topic without a queue refuses messages unless they may be dropped")
    func unheard() async throws { try await run { try await $0.refusesWhatNobodyHears() } }

    @Test("What is given back comes again")
    func givenBack() async throws { try await run { try await $0.deliversAgainWhatIsGivenBack() } }

    @Test("A cancelled consumer's messages go to the next one")
    func cancelled() async throws {
        try await run { try await $0.givesBackWhatACancelledConsumerHad() }
    }

    @Test("A retry comes after its delay, counted")
    func retries() async throws { try await run { try await $0.retriesLater() } }

    @Test("A dead letter keeps body and headers and says why it is one")
    func deadLetters() async throws { try await run { try await $0.putsWithTheDeadLetters() } }

    @Test("No consumer holds more than its prefetch")
    func prefetch() async throws { try await run { try await $0.neverExceedsPrefetch() } }

    @Test("Consumers of one queue share its messages, none gets one twice")
    func competing() async throws { try await run { try await $0.sharesWorkAmongConsumers() } }

    @Test("Messages of one key are handled one at a time, in the order sent")
    func ordered() async throws {
        try await run { try await $0.handlesAKeyInOrderAndOneAtATime() }
    }

    @Test("A megabyte and an empty body pass")
    func large() async throws { try await run { try await $0.takesLargeMessages() } }

    @Test("Declaring again changes nothing")
    func twice() async throws { try await run { try await $0.declaresTwice() } }

    @Test("Names that no bus could carry are refused")
    func names() async throws { try await run { try await $0.refusesBadNames() } }

    @Test("Fifty senders at once lose nothing and keep each one's order")
    func senders() async throws { try await run { try await $0.manySendersAtOnce() } }
}
