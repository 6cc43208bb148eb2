public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings
internal import Synchronization

/// Calls another route of the same hub: the same exchange goes on there and comes back.
public struct DirectComponent: Component {
    public static let scheme = "direct"
    public static let summary = "Calls another route of the same hub."
    public static let syntax = "direct:name"
    public static var options: [SettingDeclaration] { DirectOptions.declarations }

    private let channels: DirectChannels

    public init() { channels = DirectChannels() }

    /// How many exchanges wait in a route for another route they called.
    public var callsUnderWay: Int { channels.calls.value }

    /// - Parameter address: `direct:<name>`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        guard !address.path.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(.badAddress, "'direct:' needs a name", at: address.span))
        }
        return DirectEndpoint(
            name: address.path, options: try address.inProcessOptions(),
            channels: channels)
    }
}

struct DirectOptions: Settings {
    @Setting("Whether a sender waits for a route that has not started yet.")
    var block = true
    @Setting("How long a sender waits.")
    var timeout: Duration = .milliseconds(30_000)
    @Setting("Whether sending fails when no route receives.")
    var failIfNoConsumers = true

    init() {}
}

/// The channels of a hub by name.
final class DirectChannels: Sendable {
    private let channels = Mutex<[String: DirectChannel]>([:])
    let calls = CallCount()

    func channel(_ name: String) -> DirectChannel {
        channels.withLock { channels in
            if let known = channels[name] { return known }
            let channel = DirectChannel()
            channels[name] = channel
            return channel
        }
    }

}

/// Exchanges that wait in one route for another one, so that they are not counted twice.
final class CallCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }
    func began() { count.wrappingAdd(1, ordering: .relaxed) }
    func ended() { count.wrappingSubtract(1, ordering: .relaxed) }
}

/// Where the route behind a name is reached, once it runs.
final class DirectChannel: Sendable {
    private struct State {
        var receiver: Deliver?
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    var receiver: Deliver? { state.withLock { $0.receiver } }

    /// - Returns: Whether nobody else receives here.
    func open(_ receiver: @escaping Deliver) -> Bool {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
            guard state.receiver == nil else { return nil }
            state.receiver = receiver
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume() }
        return true
    }

    func close() { state.withLock { $0.receiver = nil } }

    /// Waits until a route receives, or the task is cancelled.
    func opened() async {
        let id = state.withLock { state -> UInt64 in
            state.next &+= 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state in
                    if state.receiver != nil || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}

struct DirectEndpoint: ConsumingEndpoint, ProducingEndpoint {
    let name: String
    let options: DirectOptions
    let channels: DirectChannels

    func makeConsumer(for route: RouteContext) -> any Consumer {
        DirectConsumer(name: name, channel: channels.channel(name), route: route)
    }

    func makeProducer(for route: RouteContext) -> any Producer {
        DirectProducer(
            name: name, options: options, channels: channels, channel: channels.channel(name),
            clock: route.clock)
    }
}

struct DirectConsumer: Consumer {
    let name: String
    let channel: DirectChannel
    let route: RouteContext

    var isInternal: Bool { true }

    func run(deliver: @escaping Deliver) async throws {
        guard channel.open(deliver) else {
            throw RouteError(
                .badAddress, "another route receives from 'direct:\(name)' already",
                exceptionClass: "org.apache.camel.FailedToStartRouteException")
        }
        // Senders call the route in their own tasks: there is nothing to receive here.
        await route.stop.wait()
        channel.close()
    }
}

struct DirectProducer: Producer {
    let name: String
    let options: DirectOptions
    let channels: DirectChannels
    let channel: DirectChannel
    let clock: any HubClock

    func process(_ exchange: inout Exchange) async throws {
        let receiver = if let open = channel.receiver { open } else { try await waited() }
        guard let receiver else { return }
        channels.calls.began()
        let outcome = await receiver(exchange)
        channels.calls.ended()
        switch outcome {
        case .completed(let result): exchange = result
        case .failed(let result, let error):
            exchange = result
            throw error
        case .interrupted: throw CancellationError()
        }
    }

    /// - Returns: Nil when nobody receives and that is no failure.
    private func waited() async throws -> Deliver? {
        if options.block, options.timeout > .zero {
            let (channel, clock, timeout) = (channel, clock, options.timeout)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await channel.opened() }
                // The message itself waits: for time to pass, should no route ever start.
                group.addTask { try? await clock.sleep(for: timeout) }
                await group.next()
                group.cancelAll()
            }
            try Task.checkCancellation()
            if let receiver = channel.receiver { return receiver }
        }
        guard options.failIfNoConsumers else { return nil }
        throw RouteError(
            .badAddress, "no route receives from 'direct:\(name)'",
            exceptionClass: "org.apache.camel.component.direct.DirectConsumerNotAvailableException")
    }
}
