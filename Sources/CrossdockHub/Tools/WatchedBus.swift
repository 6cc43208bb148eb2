internal import CrossdockBus
internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Synchronization

/// Which topics routes send to, and where it is written.
final class TopicWatch: Sendable {
    private let sent = Mutex<[(topic: String, span: SourceSpan?)]>([])

    func sends(to topic: String, at span: SourceSpan?) {
        sent.withLock { $0.append((topic, span)) }
    }

    /// Warnings for topics that nobody consumes.
    func unheard(_ hasConsumer: (String) -> Bool) -> [Diagnostic] {
        sent.withLock { $0 }.filter { !hasConsumer($0.topic) }.map { topic, span in
            Diagnostic(
                .busTopicUnheard, "no route consumes bus:\(topic)", at: span, severity: .warning,
                help: "start a route from bus:\(topic), or set requireConsumer=false")
        }
    }
}

/// The `bus:` component, with notes of who sends where.
struct WatchedBus: Component {
    static let scheme = BusComponent.scheme
    static let summary = BusComponent.summary
    static let syntax = BusComponent.syntax
    static var options: [SettingDeclaration] { BusComponent.options }

    private let bus: BusComponent
    private let watch: TopicWatch

    init(_ services: BusServices, _ watch: TopicWatch) {
        bus = BusComponent(services)
        self.watch = watch
    }

    func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        let endpoint = try bus.endpoint(at: address)
        guard let both = endpoint as? any ConsumingEndpoint & ProducingEndpoint else {
            return endpoint
        }
        let options: BusOptions = try address.options()
        return WatchedEndpoint(
            endpoint: both, topic: address.path, span: address.span,
            watch: options.requireConsumer ? watch : nil)
    }
}

private struct WatchedEndpoint: ConsumingEndpoint, ProducingEndpoint {
    let endpoint: any ConsumingEndpoint & ProducingEndpoint
    let topic: String
    let span: SourceSpan?
    let watch: TopicWatch?

    func makeConsumer(for route: RouteContext) throws -> any Consumer {
        try endpoint.makeConsumer(for: route)
    }

    func makeProducer(for route: RouteContext) throws -> any Producer {
        watch?.sends(to: topic, at: span)
        return try endpoint.makeProducer(for: route)
    }
}
