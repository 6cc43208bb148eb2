internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Synchronization

/// Builds the steps of one route: what steps ask for while they are made.
final class RouteBuilder: RouteBuilding {
    private struct State {
        var findings: [Diagnostic] = []
        var managed: [any ManagedProcessor] = []
        var keepsOriginal = false
        var stepCount = 0
        var guarding: (any StepGuard)?
    }

    let route: RouteContext
    let scope: ExpressionScope
    private let assembly: RouteAssembly
    private let state = Mutex(State())

    var variables: VariableStore { scope.variables }
    var languageNames: [String] { assembly.catalog.languageNames }

    init(_ route: RouteContext, group: String?, _ assembly: RouteAssembly) {
        self.route = route
        self.assembly = assembly
        scope = ExpressionScope(
            routeID: route.routeID, routeGroup: group, clock: route.clock,
            variables: assembly.variables, placeholders: assembly.placeholders,
            languages: { assembly.catalog.language($0) })
    }

    /// The error handler of the route; set once it is built, before the route's own steps are.
    func guardSteps(with guarding: any StepGuard) { state.withLock { $0.guarding = guarding } }

    var findings: [Diagnostic] { state.withLock { $0.findings } }
    /// What must be made ready before and closed after.
    var managed: [any ManagedProcessor] { state.withLock { $0.managed } }
    var keepsOriginal: Bool { state.withLock { $0.keepsOriginal } }

    func note(_ diagnostics: [Diagnostic]) { state.withLock { $0.findings += diagnostics } }
    func warn(_ diagnostic: Diagnostic) { note([diagnostic]) }
    func needsOriginalMessage() { state.withLock { $0.keepsOriginal = true } }

    // MARK: Endpoints

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
        let producer = try producing.makeProducer(for: route)
        state.withLock { $0.managed.append(producer) }
        return producer
    }

    func address(
        uri: String, parameters: YAMLNode?, at span: SourceSpan?
    ) throws -> EndpointAddress {
        try assembly.address(uri: uri, parameters: parameters, at: span)
    }

    func dynamicProducers(cacheSize: Int) -> any DynamicProducing {
        let producers = DynamicProducers(route, assembly, cacheSize: cacheSize)
        state.withLock { $0.managed.append(producers) }
        return producers
    }

    // MARK: Expressions and beans

    func expression(
        _ source: String, language: String, options: YAMLNode?, at span: SourceSpan?
    ) throws -> Expression {
        Expression(
            language: language, source: source,
            compiled: try found(language, at: span).compile(
                source, options: options, at: span, in: scope))
    }

    func predicate(
        _ source: String, language: String, options: YAMLNode?, at span: SourceSpan?
    ) throws -> Predicate {
        Predicate(
            Expression(
                language: language, source: source,
                compiled: try found(language, at: span).compilePredicate(
                    source, options: options, at: span, in: scope)))
    }

    private func found(_ name: String, at span: SourceSpan?) throws -> any Language {
        guard let language = assembly.catalog.language(name) else {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownLanguage, "'\(name)' is no expression language here", at: span,
                    help: Suggestion.help(for: name, in: languageNames)))
        }
        return language
    }

    func bean<Bean>(_ reference: String, as type: Bean.Type, at span: SourceSpan?) throws -> Bean {
        throw DiagnosticsError(
            Diagnostic(
                .javaClass, "'\(reference)' names an object that has no counterpart here", at: span,
                help: "remove it, or use the options of the step"))
    }

    // MARK: Steps

    func pipeline(_ steps: YAMLNode) throws -> Pipeline {
        pipeline(steps, guarding: state.withLock { $0.guarding })
    }

    func unguardedPipeline(_ steps: YAMLNode) throws -> Pipeline { pipeline(steps, guarding: nil) }

    /// Every step that cannot be built is a finding; the others are built all the same, so that one
    /// run shows all that is wrong.
    private func pipeline(_ node: YAMLNode, guarding: (any StepGuard)?) -> Pipeline {
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
                let written = try WrittenStep(step)
                if written.isDisabled { continue }
                guard let type = assembly.catalog.processor(written.name) else {
                    throw unknown(written)
                }
                let rest = Array(nodes.dropFirst(position + 1))
                let takesRest = type.takesFollowingSteps && written.takes(rest)
                let members = written.members(
                    shorthand: type.shorthand, following: takesRest ? rest : [],
                    environment: self)
                let processor = try make(type, members)
                let isComposite = type is any CompositeProcessor.Type
                steps.append(
                    Pipeline.Step(
                        processor, guarding: isComposite ? nil : guarding,
                        id: written.id ?? nextID(written.name)))
                if let managed = processor as? any ManagedProcessor {
                    state.withLock { $0.managed.append(managed) }
                }
                if takesRest { break }
            } catch let error as DiagnosticsError {
                note(error.diagnostics.map { $0.span == nil ? $0.at(step.span) : $0 })
            } catch let error as any Classified {
                note([Diagnostic(error.code, error.message, at: step.span)])
            } catch let problem as SettingProblem {
                note([Diagnostic(.badSetting, problem.message, at: step.span)])
            } catch {
                note([Diagnostic(.routeShape, "\(error)", at: step.span)])
            }
        }
        return Pipeline(steps, observers: assembly.stepObservers)
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
    ]
}
