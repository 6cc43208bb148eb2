internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Synchronization

/// Builds the steps of one route: what steps ask for while they are made.
final class RouteBuilder: RouteBuilding {
    private struct State {
        var managed: [any ManagedProcessor] = []
        var stepCount = 0
        var surroundings: RouteSurroundings?
        /// How many steps around the current one deal with failures themselves.
        var unguarded = 0
    }

    /// For steps and error handlers; sources have ``sourceContext``.
    let route: RouteContext
    let sourceContext: RouteContext
    let scope: ExpressionScope
    private let project: RouteProject
    private let beans: [BeanDefinition]
    private let kameletChain: [String]
    private let nodePrefix: String
    private let state = Mutex(State())

    private var assembly: RouteAssembly { project.assembly }
    var variables: VariableStore { scope.variables }
    var background: BackgroundTasks { assembly.background }
    var languageNames: [String] { assembly.catalog.languageNames }

    init(
        _ context: RouteContext, _ definition: RouteDefinition, _ project: RouteProject,
        beans: [BeanDefinition], kameletChain: [String]
    ) {
        let assembly = project.assembly
        sourceContext = context
        route = RouteContext(
            routeID: context.routeID, logger: context.logger, clock: assembly.stepClock,
            stop: context.stop, source: context.source)
        self.project = project
        self.beans = beans
        self.kameletChain = kameletChain
        nodePrefix = definition.options.nodePrefixId.map { "\($0)-" } ?? ""
        scope = ExpressionScope(
            routeID: context.routeID, routeGroup: definition.options.group,
            clock: assembly.stepClock, variables: assembly.variables,
            placeholders: assembly.placeholders,
            languages: { assembly.catalog.language($0) },
            bean: { name in BeanText.body(of: name, in: beans) })
    }

    /// What is done around each step; set once it is built, before the route's own steps are.
    func surround(with surroundings: RouteSurroundings) {
        state.withLock { $0.surroundings = surroundings }
    }

    /// What must be made ready before and closed after.
    var managed: [any ManagedProcessor] { state.withLock { $0.managed } }

    func note(_ diagnostics: [Diagnostic]) { project.note(diagnostics) }
    func warn(_ diagnostic: Diagnostic) { note([diagnostic]) }
    func needsOriginalMessage() { project.keepOriginals() }
    func manage(_ managed: any ManagedProcessor) { state.withLock { $0.managed.append(managed) } }

    // MARK: - Endpoints

    func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        try assembly.component(for: address).endpoint(at: address)
    }

    func producer(at address: EndpointAddress) throws -> any Producer {
        guard let producing = try endpoint(at: address) as? any ProducingEndpoint else {
            throw DiagnosticsError(
                Diagnostic(
                    .badAddress, "'\(address.name)' cannot be sent to: it only receives",
                    at: address.span))
        }
        project.sends(to: address)
        let producer = try producing.makeProducer(for: route)
        manage(producer)
        let surroundings = state.withLock { $0.surroundings }
        return surroundings?.intercepted(producer, at: address) ?? producer
    }

    func address(
        uri: String, parameters: YAMLNode?, at span: SourceSpan?
    ) throws -> EndpointAddress {
        try resolvingKamelets(
            try assembly.address(uri: uri, parameters: parameters, at: span), isSource: false)
    }

    func sourceAddress(
        uri: String, parameters: YAMLNode?, at span: SourceSpan?
    ) throws -> EndpointAddress {
        try resolvingKamelets(
            try assembly.address(uri: uri, parameters: parameters, at: span), isSource: true)
    }

    private func resolvingKamelets(
        _ address: EndpointAddress, isSource: Bool
    ) throws -> EndpointAddress {
        guard address.scheme == "kamelet", address.path != "source", address.path != "sink" else {
            return try assembly.replaced(address)
        }
        let replaced = try assembly.replaced(address)
        guard replaced.scheme == "kamelet" else { return replaced }
        let channel = try project.kamelet(address, chain: kameletChain, isSource: isSource)
        return try EndpointAddress(channel, at: address.span)
    }

    func dynamicProducers(cacheSize: Int) -> any DynamicProducing {
        let producers = DynamicProducers(
            route, assembly, cacheSize: cacheSize,
            surroundings: state.withLock { $0.surroundings })
        manage(producers)
        return producers
    }

    // MARK: - Expressions and beans

    func expression(
        _ source: String, language: String, options: YAMLNode?, at span: SourceSpan?
    ) throws -> Expression {
        let compiled = try found(language, at: span).compile(
            source, options: options, at: span, in: scope)
        if source.contains("originalBody") { needsOriginalMessage() }
        return Expression(language: language, source: source, compiled: compiled)
    }

    func predicate(
        _ source: String, language: String, options: YAMLNode?, at span: SourceSpan?
    ) throws -> Predicate {
        let compiled = try found(language, at: span).compilePredicate(
            source, options: options, at: span, in: scope)
        if source.contains("originalBody") { needsOriginalMessage() }
        return Predicate(Expression(language: language, source: source, compiled: compiled))
    }

    private func found(_ name: String, at span: SourceSpan?) throws -> any Language {
        guard let language = assembly.catalog.language(name) else {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownLanguage, "'\(name)' is no expression language here", at: span,
                    help: ForeignLanguage.advice[name]
                        ?? Suggestion.help(for: name, in: languageNames)))
        }
        return language
    }

    func bean<Bean>(_ reference: String, as type: Bean.Type, at span: SourceSpan?) throws -> Bean {
        let made = try bean(reference, at: span)
        guard let bean = made as? Bean else {
            throw DiagnosticsError(
                Diagnostic(
                    .javaClass, "'\(reference)' cannot be used here: it is something else", at: span
                ))
        }
        return bean
    }

    private func bean(_ reference: String, at span: SourceSpan?) throws -> any Sendable {
        if reference.hasPrefix("#class:") {
            return try instance(ofClass: String(reference.dropFirst(7)), nil, at: span)
        }
        var name = reference
        for prefix in ["#bean:", "#type:", "#"] where name.hasPrefix(prefix) {
            name.removeFirst(prefix.count)
            break
        }
        guard let definition = beans.first(where: { $0.name == name }) else {
            if assembly.catalog.bean(ofClass: name) != nil {
                return try instance(ofClass: name, nil, at: span)
            }
            throw DiagnosticsError(
                Diagnostic(
                    .javaClass, "no bean is named '\(name)'", at: span,
                    help: Suggestion.help(
                        for: name, in: beans.map(\.name) + assembly.catalog.beanClasses)
                        ?? "declare it under 'beans:'"))
        }
        return try project.bean("\(definition.node.span.file):\(name)") {
            var type = definition.node["type"]?.text ?? ""
            if type.hasPrefix("#class:") { type.removeFirst(7) }
            return try instance(
                ofClass: type, definition.node["properties"] ?? definition.node["constructors"],
                at: definition.node["type"]?.span ?? definition.node.span)
        }
    }

    private func instance(
        ofClass name: String, _ properties: YAMLNode?, at span: SourceSpan?
    ) throws -> any Sendable {
        // `package.Class(argument)` names a constructor; the argument is the first option.
        let plain = String(name.prefix { $0 != "(" })
        guard let type = assembly.catalog.bean(ofClass: plain) else {
            throw DiagnosticsError(
                Diagnostic(
                    .javaClass, "the class '\(plain)' has no counterpart here", at: span,
                    help: Suggestion.nearest(to: plain, in: assembly.catalog.beanClasses)
                        .map { "did you mean \($0)?" }
                        ?? "there are \(assembly.catalog.beanClasses.joined(separator: ", "))"))
        }
        return try make(bean: type, properties, at: span)
    }

    private func make<Bean: NamedBean>(
        bean type: Bean.Type, _ properties: YAMLNode?, at span: SourceSpan?
    ) throws -> any Sendable {
        let members = (properties?.mapping ?? []).map { member in
            YAMLMember(
                key: HyphenatedKeys.camelCased(member.key) ?? member.key, keySpan: member.keySpan,
                value: member.value)
        }
        return try Bean(
            try Bean.Options.decode(
                SettingMembers(members, at: properties?.span ?? span, environment: self)), self)
    }

    // MARK: - Steps

    func pipeline(_ steps: YAMLNode) throws -> Pipeline {
        pipeline(steps, state.withLock { $0.unguarded > 0 ? nil : $0.surroundings })
    }

    func unguardedPipeline(_ steps: YAMLNode) throws -> Pipeline {
        state.withLock { $0.unguarded += 1 }
        defer { state.withLock { $0.unguarded -= 1 } }
        return pipeline(steps, nil)
    }

    /// Every step that cannot be built is a finding; the others are built all the same, so that one
    /// run shows all that is wrong.
    private func pipeline(_ node: YAMLNode, _ surroundings: RouteSurroundings?) -> Pipeline {
        guard let nodes = node.sequence else {
            if !node.isNull {
                note([
                    Diagnostic(
                        .routeShape, "a list of steps is expected, not \(node.kindDescription)",
                        at: node.span)
                ])
            }
            return Pipeline([])
        }
        var steps: [Pipeline.Step] = []
        for (position, step) in nodes.enumerated() {
            do {
                let rest = Array(nodes.dropFirst(position + 1))
                let (built, takesRest) = try built(step, rest: rest, surroundings)
                steps += built
                if takesRest { break }
            } catch {
                note(RouteProject.findings(of: error, at: step.span))
            }
        }
        return Pipeline(steps, observers: assembly.stepObservers)
    }

    private func built(
        _ node: YAMLNode, rest: [YAMLNode], _ surroundings: RouteSurroundings?
    ) throws -> (steps: [Pipeline.Step], takesRest: Bool) {
        let written = try WrittenStep(node)
        if written.isDisabled { return ([], false) }
        guard let type = assembly.catalog.processor(written.name) else { throw unknown(written) }
        let takesRest = type.takesFollowingSteps && written.takes(rest)
        let id = written.id ?? nextID(written.name)
        let members = written.members(
            shorthand: type.shorthand, following: takesRest ? rest : [], environment: self)
        let processor = try make(type, members)
        if let managed = processor as? any ManagedProcessor { manage(managed) }
        let step = Pipeline.Step(
            processor, guarding: guarding(of: processor, type, surroundings), id: nodePrefix + id)
        guard let before = surroundings?.before else { return ([step], takesRest) }
        return ([before, step], takesRest)
    }

    private func guarding(
        of processor: any Processor, _ type: any NamedProcessor.Type,
        _ surroundings: RouteSurroundings?
    ) -> (any StepGuard)? {
        guard type is any CompositeProcessor.Type else { return surroundings?.guarding }
        guard let boundary = processor as? any FailureBoundary, boundary.isBoundary else {
            return nil
        }
        return surroundings?.guarding?.ofBoundary
    }

    private func make<Step: NamedProcessor>(
        _ type: Step.Type, _ members: SettingMembers
    ) throws -> any Processor {
        try Step(Step.Options.decode(members), self)
    }

    private func nextID(_ name: String) -> String {
        state.withLock { state in
            state.stepCount += 1
            return "\(name)\(state.stepCount)"
        }
    }

    private func unknown(_ step: WrittenStep) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                .unknownStep, "there is no step '\(step.name)'", at: step.nameSpan,
                help: ForeignStep.advice[step.name]
                    ?? Suggestion.help(for: step.name, in: assembly.catalog.processorNames)
                    ?? "`crossdock list processors` shows all steps"))
    }
}

/// A bean as a value, for expressions that name it.
private enum BeanText {
    static func body(of name: String, in beans: [BeanDefinition]) -> Body? {
        guard let bean = beans.first(where: { $0.name == name }) else { return nil }
        guard let properties = bean.node["properties"] else { return .empty }
        return .value(properties.value)
    }
}

extension Diagnostic {
    func at(_ span: SourceSpan) -> Diagnostic {
        var copy = self
        copy.span = span
        return copy
    }
}

/// Steps of Camel that are not offered, and what to use in their place.
enum ForeignStep {
    static let advice: [String: String] = [
        "bean": "Java beans cannot run here; use a mapping, jsonata or a step",
        "process": "Java processors cannot run here; use a mapping, jsonata or a step",
        "serviceCall": "use the address itself, or a placeholder",
        "policy": "policies made in Java cannot run here; use 'transacted' or a routePolicy",
        "tokenizer": "use 'split' with 'tokenize'",
    ]
}
