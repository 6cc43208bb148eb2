internal import CrossdockCore
internal import CrossdockDiagnostics
internal import Logging
internal import Synchronization

/// Receives from one queue of the bus.
///
/// Completed exchanges are acknowledged, failed ones come again or go to the dead letters, interrupted
/// ones are given back.
struct BusConsumer: Consumer {
    let queue: BusQueue
    let options: BusOptions
    let services: BusServices
    let route: RouteContext

    func prepare() async throws {
        route.source.become(.queue)
        let topology = BusTopology(topics: [services.topic(queue.topic)], queues: [queue])
        for warning in services.news(try await services.bus.declare(topology)) {
            route.logger.warning(
                "the bus could not be checked",
                metadata: ["error.code": "\(warning.code.id)", "error": "\(warning.message)"])
        }
    }

    func run(deliver: @escaping Deliver) async throws {
        let subscription = try await services.bus.subscribe(
            to: queue.name, prefetch: options.maxInFlight)
        route.stop.whenRequested { subscription.stop() }
        let received = Counter()
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { await report(received) }
            let result: Result<Void, BusError>
            do throws(BusError) {
                try await subscription.work(limit: options.maxInFlight) { delivery in
                    received.increment()
                    let settlement = await settlement(of: delivery, deliver)
                    subscription.settle(delivery, settlement)
                }
                result = .success(())
            } catch { result = .failure(error) }
            group.cancelAll()
            return result
        }
        await subscription.cancel()
        try result.get()
    }

    private func settlement(
        of delivery: BusSubscription.Delivered, _ deliver: Deliver
    ) async -> Settlement {
        let cuts = delivery.earlierDeliveries - options.redeliveries
        guard cuts < options.deliveryLimit else {
            return .deadLetter(
                DeadLetterReason(
                    BusError(
                        .busDeliveredTooOften,
                        "\(delivery.earlierDeliveries) deliveries ended without an outcome"),
                    route: route.routeID))
        }
        switch await deliver(BusEnvelope.exchange(delivery.payload)) {
        case .completed: return .accept
        case .interrupted: return .giveBack
        case .failed(_, let error): return settlement(after: error, delivery)
        }
    }

    private func settlement(
        after error: any Error, _ delivery: BusSubscription.Delivered
    ) -> Settlement {
        // Where state cannot be written nothing may be acknowledged: the hub is about to stop.
        if error is StateError { return .retry(after: .seconds(1)) }
        guard delivery.earlierDeliveries < options.redeliveries else {
            let reason = DeadLetterReason(error, route: route.routeID)
            route.logger.error(
                "a message went to the dead letters",
                metadata: [
                    "route.id": "\(route.routeID)", "queue": "\(queue.deadLetters ?? "")",
                    "message.id": "\(delivery.payload.id)", "error.code": "\(reason.code)",
                    "error": "\(reason.message)",
                ])
            return .deadLetter(reason)
        }
        let doublings = min(delivery.earlierDeliveries, 30)
        return .retry(
            after: min(options.maxRedeliveryDelay, options.redeliveryDelay * (1 << doublings)))
    }

    /// Tells the hub now and then whether the queue is empty, for as long as the route runs.
    private func report(_ received: Counter) async {
        var reported: Int64 = 0
        var isDrained = false
        while !Task.isCancelled {
            let count = received.value
            do throws(BusError) {
                isDrained = try await services.bus.backlog(of: queue.name).isEmpty
                route.source.answered(
                    received: Int(count - reported), drained: isDrained, at: route.clock.now)
                reported = count
            } catch {
                isDrained = false
                route.source.failed(error.description)
            }
            let wait: Duration = isDrained ? .seconds(1) : .milliseconds(200)
            guard (try? await Task.sleep(for: wait)) != nil else { return }
        }
    }
}

/// A number that tasks count up together.
final class Counter: Sendable {
    private let count = Atomic<Int64>(0)

    func increment() { count.wrappingAdd(1, ordering: .relaxed) }
    var value: Int64 { count.load(ordering: .relaxed) }
}
