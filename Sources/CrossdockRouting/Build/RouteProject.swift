internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Logging
internal import Synchronization

/// The routes of some files while they are built.
final class RouteProject: Sendable {
    let assembly: RouteAssembly
    private let files: [RouteFile]
    private let state: Mutex<State>

    private struct State {
        var findings: [Diagnostic] = []
        /// Routes made of templates while others are built.
        var pending: [(definition: RouteDefinition, file: RouteFile, chain: [String])] = []
        var instances = 0
        var beans: [String: any Sendable] = [:]
        var keepsOriginals = false
        /// Addresses that routes send to, of components that need a receiver in the hub.
        var sends: [EndpointAddress] = []
        var receives: Set<String> = []
    }

    init(_ assembly: RouteAssembly, _ files: [RouteFile]) {
        self.assembly = assembly
        self.files = files
        state = Mutex(State())
    }

    var findings: [Diagnostic] { state.withLock { $0.findings } }
    var keepsOriginals: Bool { state.withLock { $0.keepsOriginals } }

    func note(_ diagnostics: [Diagnostic]) { state.withLock { $0.findings += diagnostics } }
    func keepOriginals() { state.withLock { $0.keepsOriginals = true } }

    // MARK: - All routes

    func build() -> [BuiltRoute] {
        note(files.flatMap(\.findings))
        var parts: [RouteParts] = []
        var queue = definitions()
        while !queue.isEmpty {
            for (definition, file, chain) in named(queue, taken: parts.map(\.id)) {
                if let part = prepare(definition, in: file, chain) { parts.append(part) }
            }
            queue = state.withLock { state in
                defer { state.pending = [] }
                return state.pending
            }
        }
        checkReceivers()
        checkStartOrder(parts)
        return parts.map { $0.route(keepsOriginals: keepsOriginals, assembly) }
    }

    private typealias Queued = (definition: RouteDefinition, file: RouteFile, chain: [String])

    private func definitions() -> [Queued] {
        var queue: [Queued] = []
        for file in files {
            queue += file.routes.map { ($0, file, []) }
            for use in file.templatedRoutes {
                do { queue.append((try expanded(use, in: file), file, [use.template])) } catch {
                    note(Self.findings(of: error, at: use.span))
                }
            }
        }
        return queue
    }

    /// Gives every route an id; two with the same are a finding.
    private func named(_ queue: [Queued], taken: [String]) -> [Queued] {
        var spans: [String: SourceSpan?] = [:]
        for id in taken { spans[id] = .some(nil) }
        var named: [Queued] = []
        for item in queue {
            guard let id = item.definition.id else { continue }
            if let first = spans[id] {
                let place = first.map { " by \($0.file):\($0.line)" } ?? ""
                note([
                    Diagnostic(
                        .duplicateRoute, "the id '\(id)' is taken\(place)", at: item.definition.span
                    )
                ])
                continue
            }
            spans[id] = item.definition.span
        }
        var number = taken.count
        for item in queue {
            var item = item
            if item.definition.id == nil {
                repeat { number += 1 } while spans["route\(number)"] != nil
                item.definition.id = "route\(number)"
                spans["route\(number)"] = item.definition.span
            } else if let id = item.definition.id, taken.contains(id) {
                continue
            }
            named.append(item)
        }
        return named
    }

    // MARK: - One route

    private func prepare(
        _ definition: RouteDefinition, in file: RouteFile, _ chain: [String]
    ) -> RouteParts? {
        let id = definition.id ?? ""
        var logger = assembly.logger
        logger[metadataKey: "route.id"] = "\(id)"
        let context = RouteContext(routeID: id, logger: logger, clock: assembly.clock)
        let builder = RouteBuilder(
            context, definition, self, beans: definition.beans + files.flatMap(\.beans),
            kameletChain: chain)
        do {
            guard try exists(definition, builder) else { return nil }
            let scopes = try scopes(of: definition, in: file, builder)
            let handling = try RouteSurroundings(scopes, context, builder)
            builder.surround(with: handling)
            let steps = try builder.pipeline(definition.steps)
            let consumer = try consumer(of: definition, builder)
            let pipeline = try handling.wrapped(steps, from: definition, builder)
            return RouteParts(
                id: id, context: context, consumer: consumer, pipeline: pipeline,
                managed: builder.managed, options: definition.options, span: definition.span)
        } catch {
            note(Self.findings(of: error, at: definition.uriSpan))
            return nil
        }
    }

    private func exists(_ definition: RouteDefinition, _ builder: RouteBuilder) throws -> Bool {
        try holds(definition.options.precondition, builder)
    }

    private func holds(_ precondition: YAMLNode?, _ builder: RouteBuilder) throws -> Bool {
        guard let node = precondition, let text = node.text else { return true }
        let predicate = try builder.predicate(text, language: "simple", options: nil, at: node.span)
        var probe = Exchange(Message())
        return try predicate.matches(&probe)
    }

    private func consumer(
        of definition: RouteDefinition, _ builder: RouteBuilder
    ) throws -> any Consumer {
        let address = try builder.sourceAddress(
            uri: definition.uri, parameters: definition.parameters, at: definition.uriSpan)
        let endpoint = try builder.endpoint(at: address)
        guard let consuming = endpoint as? any ConsumingEndpoint else {
            throw DiagnosticsError(
                Diagnostic(
                    .badAddress,
                    "'\(address.name)' cannot be received from: it only takes messages",
                    at: definition.uriSpan))
        }
        state.withLock { _ = $0.receives.insert(address.name) }
        return try consuming.makeConsumer(for: builder.sourceContext)
    }

    /// What surrounds the route's steps, nearest first: the route's own, its configurations', its
    /// file's; of the error handlers also those of other files.
    private func scopes(
        of definition: RouteDefinition, in file: RouteFile, _ builder: RouteBuilder
    ) throws -> [RouteHandling] {
        let wanted = definition.options.routeConfigurationId?.split(separator: ",")
            .map { String($0.trimmingBlanks()) }
        let shared = files.flatMap(\.configurations).filter { $0.id != nil }
        var configurations: [RouteConfiguration]
        if let wanted {
            configurations = try wanted.flatMap { name in
                let found = shared.filter { configuration in
                    configuration.id.map { AddressPattern(name).matches($0) } ?? false
                }
                guard !found.isEmpty else {
                    throw DiagnosticsError(
                        Diagnostic(
                            .routeShape, "there is no routeConfiguration '\(name)'",
                            at: definition.span,
                            help: Suggestion.help(for: name, in: shared.compactMap(\.id))))
                }
                return found
            }
        } else {
            configurations = files.flatMap(\.configurations).filter { $0.id == nil }
        }
        configurations = try configurations.filter { try holds($0.precondition, builder) }
        var elsewhere = RouteHandling()
        elsewhere.errorHandler = files.lazy.compactMap(\.handling.errorHandler).first
        return [definition.handling] + configurations.map(\.handling) + [file.handling, elsewhere]
    }

    // MARK: - Templates

    private func template(_ name: String) -> RouteTemplate? {
        for file in files {
            if let found = file.templates.first(where: { $0.id == name }) { return found }
        }
        return assembly.kamelets(name)?.templates.first { $0.id == name }
    }

    private var templateNames: [String] { files.flatMap(\.templates).map(\.id) }

    private func expanded(
        _ use: TemplatedRoute, in file: RouteFile
    ) throws -> RouteDefinition {
        guard let template = template(use.template) else {
            throw DiagnosticsError(
                Diagnostic(
                    .templateUse, "there is no route template '\(use.template)'", at: use.span,
                    help: Suggestion.help(for: use.template, in: templateNames)))
        }
        var definition = try template.instance(
            use.parameters, use.beans, assembly.placeholders, at: use.span, note)
        if let id = use.routeID { definition.id = id }
        if let prefix = use.prefixID { definition.id = definition.id.map { "\(prefix)-\($0)" } }
        return definition
    }

    /// Makes a route of a Kamelet and returns the address that stands for its other end.
    func kamelet(
        _ address: EndpointAddress, chain: [String], isSource: Bool
    ) throws -> String {
        let parts = address.path.split(separator: "/", maxSplits: 1).map(String.init)
        let name = parts.first ?? ""
        guard let template = template(name) else {
            throw DiagnosticsError(
                Diagnostic(
                    .templateUse, "there is no Kamelet '\(name)'", at: address.span,
                    help: Suggestion.help(for: name, in: templateNames)
                        ?? "Kamelets are looked up in kamelets/ and beside the file"))
        }
        guard !chain.contains(name) else {
            throw DiagnosticsError(
                Diagnostic(
                    .templateUse,
                    "the Kamelet '\(name)' uses itself, by way of "
                        + "\(chain.joined(separator: ", "))", at: address.span))
        }
        let number = state.withLock { state in
            state.instances += 1
            return state.instances
        }
        let parameters = Dictionary(
            address.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        var definition = try template.instance(
            parameters, nil, assembly.placeholders, at: address.span ?? template.span, note)
        let instance = parts.count > 1 ? parts[1] : "\(name)-\(number)"
        definition.id = instance
        let channel = "direct:kamelet.\(instance)"
        if !isSource {
            guard definition.uri.hasPrefix("kamelet:source") else {
                throw DiagnosticsError(
                    Diagnostic(
                        .templateUse, "the Kamelet '\(name)' is a source and cannot be sent to",
                        at: address.span))
            }
            definition.uri = channel
        }
        definition.steps = KameletEnds.replaced(
            definition.steps, sink: isSource ? channel : nil)
        let file = RouteFile(file: template.span.file)
        state.withLock { $0.pending.append((definition, file, chain + [name])) }
        return channel
    }

    // MARK: - Beans

    func bean(_ key: String, _ make: () throws -> any Sendable) throws -> any Sendable {
        if let known = state.withLock({ $0.beans[key] }) { return known }
        let made = try make()
        return state.withLock { state in
            if let first = state.beans[key] { return first }
            state.beans[key] = made
            return made
        }
    }

    // MARK: - Receivers

    func sends(to address: EndpointAddress) { state.withLock { $0.sends.append(address) } }

    /// A `direct:` or `seda:` that nobody receives from is worth a warning.
    private func checkReceivers() {
        let (sends, receives) = state.withLock { ($0.sends, $0.receives) }
        for address in sends where address.scheme == "direct" || address.scheme == "seda" {
            guard !receives.contains(address.name) else { continue }
            note([
                Diagnostic(
                    .unreachable, "no route receives from '\(address.name)'", at: address.span,
                    severity: .warning, help: Suggestion.help(for: address.name, in: receives))
            ])
        }
    }

    private func checkStartOrder(_ parts: [RouteParts]) {
        var taken: [Int: String] = [:]
        for part in parts {
            guard let order = part.options.startupOrder else { continue }
            guard let other = taken[order] else {
                taken[order] = part.id
                continue
            }
            note([
                Diagnostic(
                    .startOrder,
                    "the routes '\(other)' and '\(part.id)' both start as number \(order)",
                    at: part.span)
            ])
        }
    }

    static func findings(of error: any Error, at span: SourceSpan) -> [Diagnostic] {
        switch error {
        case let error as DiagnosticsError:
            return error.diagnostics.map { $0.span == nil ? $0.at(span) : $0 }
        case let error as any Classified: return [Diagnostic(error.code, error.message, at: span)]
        case let problem as SettingProblem:
            return [Diagnostic(.badSetting, problem.message, at: span)]
        default: return [Diagnostic(.routeShape, "\(error)", at: span)]
        }
    }
}

/// A route but for what is only known when all are built.
private struct RouteParts {
    let id: String
    let context: RouteContext
    let consumer: any Consumer
    let pipeline: any Processor
    let managed: [any ManagedProcessor]
    let options: RouteOptions
    let span: SourceSpan

    func route(keepsOriginals: Bool, _ assembly: RouteAssembly) -> BuiltRoute {
        let route = Route(
            context, consumer: consumer, pipeline: pipeline,
            observers: assembly.routeObservers(id), keepsOriginals: keepsOriginals)
        return BuiltRoute(route: route, managed: managed, options: options, span: span)
    }
}

extension RouteTemplate {
    /// The route that the template stands for with these parameters.
    func instance(
        _ given: [String: String], _ moreBeans: YAMLNode?, _ placeholders: Placeholders,
        at span: SourceSpan, _ note: ([Diagnostic]) -> Void
    ) throws -> RouteDefinition {
        var placeholders = placeholders
        for parameter in parameters {
            if let value = given[parameter.name] ?? parameter.defaultValue {
                placeholders.properties[parameter.name] = value
            } else if parameter.isRequired {
                throw DiagnosticsError(
                    Diagnostic(
                        .templateUse, "'\(id)' needs the parameter '\(parameter.name)'", at: span))
            } else {
                // What was not given may not be found outside either.
                placeholders.properties[parameter.name] = nil
            }
        }
        let known = Set(parameters.map(\.name))
        for name in given.keys.sorted() where !known.contains(name) {
            guard !parameters.isEmpty else { continue }
            note([
                Diagnostic(
                    .templateUse, "'\(id)' has no parameter '\(name)'", at: span,
                    severity: .warning,
                    help: Suggestion.help(for: name, in: known))
            ])
        }
        for (name, value) in given where !known.contains(name) {
            placeholders.properties[name] = value
        }
        var resolver = PlaceholderResolver(placeholders)
        var definition = try RouteFileReader.definition(resolver.resolved(route))
        for node in [beans, moreBeans].compactMap({ $0 }) {
            definition.beans += try RouteFileReader.beans(resolver.resolved(node))
        }
        note(resolver.findings)
        return definition
    }
}

/// The ends of a Kamelet: `kamelet:source` and `kamelet:sink`.
private enum KameletEnds {
    /// - Parameter sink: Where `kamelet:sink` leads; nil means back to who called.
    static func replaced(_ node: YAMLNode, sink: String?) -> YAMLNode {
        switch node.content {
        case .scalar: return node
        case .sequence(let nodes):
            let kept = nodes.compactMap { item -> YAMLNode? in
                if sink == nil, isSink(item) { return nil }
                return replaced(item, sink: sink)
            }
            return YAMLNode(.sequence(kept), at: node.span)
        case .mapping(let members):
            return YAMLNode(
                .mapping(
                    members.map { member in
                        let isAddress = member.key == "uri" || member.key == "to"
                        if isAddress, member.value.text?.hasPrefix("kamelet:sink") == true,
                            let sink
                        {
                            let text = YAMLScalar(text: sink, isPlain: false)
                            return YAMLMember(
                                key: member.key, keySpan: member.keySpan,
                                value: YAMLNode(.scalar(text), at: member.value.span))
                        }
                        return YAMLMember(
                            key: member.key, keySpan: member.keySpan,
                            value: replaced(member.value, sink: sink))
                    }), at: node.span)
        }
    }

    private static func isSink(_ node: YAMLNode) -> Bool {
        guard let to = node["to"] else { return false }
        return (to.text ?? to["uri"]?.text)?.hasPrefix("kamelet:sink") == true
    }
}
