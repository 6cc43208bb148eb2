public import CrossdockCore
public import CrossdockDiagnostics
public import CrossdockSettings
public import Logging
internal import CrossdockExpressions

/// Turns what files say into routes that run.
public struct RouteAssembly: Sendable {
    public let catalog: Catalog
    public let placeholders: Placeholders
    public let clock: any HubClock
    public let logger: Logger
    /// Variables that outlive exchanges, shared by all routes.
    public let variables: VariableStore
    /// Makes the observers of a route.
    public let routeObservers: @Sendable (String) -> [any RouteObserver]
    public let stepObservers: [any StepObserver]
    /// Per route id, patterns of addresses that message data may choose.
    public let dynamicAddresses: [String: [String]]

    public init(
        catalog: Catalog, placeholders: Placeholders, clock: any HubClock = SystemClock(),
        logger: Logger, variables: VariableStore = VariableStore(),
        routeObservers: @escaping @Sendable (String) -> [any RouteObserver] = { _ in [] },
        stepObservers: [any StepObserver] = [], dynamicAddresses: [String: [String]] = [:]
    ) {
        self.catalog = catalog
        self.placeholders = placeholders
        self.clock = clock
        self.logger = logger
        self.variables = variables
        self.routeObservers = routeObservers
        self.stepObservers = stepObservers
        self.dynamicAddresses = dynamicAddresses
    }

    /// Builds all routes of some files. Nothing is connected and nothing started.
    ///
    /// - Returns: The routes, none when there are errors, and everything found.
    public func build(
        _ files: [RouteFile]
    ) -> (routes: [BuiltRoute], findings: [Diagnostic]) {
        var findings = files.flatMap(\.findings)
        var routes: [BuiltRoute] = []
        var ids: [String: SourceSpan] = [:]
        let shared = files.flatMap(\.configurations).filter { $0.id != nil }
        for file in files {
            for definition in file.routes {
                if let first = ids[definition.id] {
                    findings.append(
                        Diagnostic(
                            .duplicateRoute,
                            "the id '\(definition.id)' is taken by \(first.file):\(first.line)",
                            at: definition.span))
                    continue
                }
                ids[definition.id] = definition.span
                let (route, found) = build(definition, in: file, shared)
                findings += found
                if let route { routes.append(route) }
            }
        }
        let hasErrors = findings.contains { $0.severity == .error }
        return (hasErrors ? [] : routes, findings)
    }

    private func build(
        _ definition: RouteDefinition, in file: RouteFile, _ shared: [RouteConfiguration]
    ) -> (BuiltRoute?, [Diagnostic]) {
        var logger = logger
        logger[metadataKey: "route.id"] = "\(definition.id)"
        let context = RouteContext(routeID: definition.id, logger: logger, clock: clock)
        let builder = RouteBuilder(context, group: definition.options.group, self)
        do {
            let handler = try handler(for: definition, in: file, shared, builder)
            builder.guardSteps(with: handler)
            var pipeline = try builder.pipeline(definition.steps)
            if let variable = definition.variableReceive {
                pipeline = Pipeline([
                    Pipeline.Step(ReceiveIntoVariable(variable, variables)),
                    Pipeline.Step(pipeline),
                ])
            }
            let consumer = try consumer(of: definition, builder)
            let route = Route(
                context, consumer: consumer, pipeline: pipeline,
                observers: routeObservers(definition.id), keepsOriginals: builder.keepsOriginal)
            return (
                BuiltRoute(
                    route: route, managed: builder.managed, options: definition.options,
                    span: definition.span), builder.findings
            )
        } catch let error as DiagnosticsError {
            let placed = error.diagnostics.map { $0.span == nil ? $0.at(definition.uriSpan) : $0 }
            return (nil, builder.findings + placed)
        } catch {
            let classified = error as? any Classified
            let finding = Diagnostic(
                classified?.code ?? .routeShape, classified?.message ?? "\(error)",
                at: definition.uriSpan)
            return (nil, builder.findings + [finding])
        }
    }

    private func consumer(
        of definition: RouteDefinition, _ builder: RouteBuilder
    ) throws -> any Consumer {
        let address = try address(
            uri: definition.uri, parameters: definition.parameters, at: definition.uriSpan)
        let endpoint = try builder.endpoint(at: address)
        guard let consuming = endpoint as? any ConsumingEndpoint else {
            throw DiagnosticsError(
                Diagnostic(
                    .badAddress, "'\(address.name)' cannot be received from: it only takes messages",
                    at: definition.uriSpan))
        }
        return try consuming.makeConsumer(for: builder.route)
    }

    /// The nearest error handler: the route's own, its configuration's, the file's.
    private func handler(
        for definition: RouteDefinition, in file: RouteFile, _ shared: [RouteConfiguration],
        _ builder: RouteBuilder
    ) throws -> ErrorHandler {
        let wanted = definition.options.routeConfigurationId?.split(separator: ",")
            .map { String($0.trimmingBlanks()) }
        let configurations =
            wanted.map { names in shared.filter { names.contains($0.id ?? "") } }
            ?? file.configurations.filter { $0.id == nil }
        let scopes = [definition.handling] + configurations.map(\.handling) + [file.handling]
        let node = scopes.lazy.compactMap(\.errorHandler).first
        let choice = try node.map { try ErrorHandlerChoice($0, builder) }
            ?? .standard(ErrorHandlerChoice.Options())
        return ErrorHandler(
            route: builder.route, choice: choice, policy: choice.policy,
            scopes: try scopes.map { scope in
                try scope.onExceptions.map { try OnException($0, builder) }
            })
    }

    // MARK: Addresses

    func component(for address: EndpointAddress) throws(DiagnosticsError) -> any Component {
        if let component = catalog.component(address.scheme) { return component }
        if let advice = ForeignScheme.advice[address.scheme] {
            throw DiagnosticsError(
                Diagnostic(
                    .schemeNotOffered, "the component '\(address.scheme)' is not offered here",
                    at: address.span, help: advice))
        }
        throw DiagnosticsError(
            Diagnostic(
                .unknownScheme, "there is no component '\(address.scheme)'", at: address.span,
                help: Suggestion.help(for: address.scheme, in: catalog.schemes)
                    ?? "`crossdock list components` shows all"))
    }

    /// Puts an address together from `uri` and `parameters`.
    func address(
        uri: String, parameters: YAMLNode?, at span: SourceSpan?
    ) throws -> EndpointAddress {
        let members = parameters?.mapping ?? []
        var given: [(name: String, value: String)] = []
        for member in members {
            if member.value.isNull { continue }
            guard let text = member.value.scalar?.text else {
                throw DiagnosticsError(
                    Diagnostic(
                        .badSetting, "'\(member.key)' is text, not \(member.value.kindDescription)",
                        at: member.value.span))
            }
            given.append((member.key, text))
        }
        guard uri.utf8.allSatisfy({ $0 != UInt8(ascii: ":") }) else {
            var address = try EndpointAddress(uri, at: span)
            address.parameters += given
            return address
        }
        let bare = EndpointAddress(scheme: uri, path: "", span: span)
        let syntax = type(of: try component(for: bare)).syntax
        let path = try AddressSyntax(syntax).path(taking: &given, at: span)
        return EndpointAddress(scheme: uri, path: path, parameters: given, span: span)
    }

    func allowsDynamic(_ address: String, in route: String) -> Bool {
        (dynamicAddresses[route] ?? []).contains { AddressPattern($0).matches(address) }
    }
}

/// Schemes of Camel that are not offered, and what to use instead.
enum ForeignScheme {
    static let advice: [String: String] = [
        "amqp": "amqp: is AMQP 1.0; for RabbitMQ use spring-rabbitmq:",
        "jms": "use spring-rabbitmq: or bus:", "activemq": "use spring-rabbitmq: or bus:",
        "kafka": "use bus:, or spring-rabbitmq: with a stream queue",
        "bean": "Java beans cannot run here; use mapping: or a step",
        "class": "Java beans cannot run here; use mapping: or a step",
        "xslt-saxon": "XSLT 3 is not offered; use mapping:",
    ]
}

extension Substring {
    func trimmingBlanks() -> Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Puts the body that a route receives into a variable; the message itself stays empty.
private struct ReceiveIntoVariable: Processor {
    private let name: VariableName
    private let shared: VariableStore

    init(_ name: String, _ shared: VariableStore) {
        self.name = VariableName(name)
        self.shared = shared
    }

    func process(_ exchange: inout Exchange) async throws {
        name.set(exchange.message.body, in: &exchange, shared)
        exchange.message.body = .empty
    }
}
