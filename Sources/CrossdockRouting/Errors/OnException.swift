internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// What happens after errors of certain kinds.
///
/// - Source: Camel manual, "Exception clause".
struct OnException: Sendable {
    struct Options: Settings {
        @Setting("Names of exceptions.", example: "[java.io.IOException]")
        var exception: [String]
        @Setting("What must hold besides.")
        var onWhen: Predicate?
        @Setting("Repeats as long as it holds, whatever the policy says.")
        var retryWhile: Predicate?
        @Setting("Whether the failure ends here.")
        var handled: Predicate?
        @Setting("Whether the route goes on after the failed step.")
        var continued: Predicate?
        @Setting("How the failed step is repeated first.")
        var redeliveryPolicy: YAMLNode?
        @Setting("A bean with the policy.")
        var redeliveryPolicyRef: String?
        @Setting("Whether the steps get the message as it entered the hub.")
        var useOriginalMessage = false
        @Setting("Whether the steps get the body as it entered the hub.")
        var useOriginalBody = false
        @Setting("What is done about it.")
        var steps = UnguardedPipeline(Pipeline([]))
        @Setting("Names the clause.")
        var id: String?
        @Setting("Says what the clause is for.")
        var description: String?
        @Setting("A remark.")
        var note: String?
        @Setting("Leaves the clause out.")
        var disabled = false
        @Setting("A processor made in Java; not offered.")
        var onRedeliveryRef: String?
        @Setting("A processor made in Java; not offered.")
        var onExceptionOccurredRef: String?

        init() {}

        func validate() throws {
            if handled != nil, continued != nil {
                throw SettingProblem("only one of 'handled' and 'continued' can be set")
            }
            guard !exception.isEmpty else {
                throw SettingProblem("at least one exception is needed")
            }
        }
    }

    /// Resolved class names.
    let classes: [String]
    /// Nil: the error handler's policy holds.
    let policy: RedeliveryPolicy?
    let steps: Pipeline
    let onWhen: Predicate?
    let retryWhile: Predicate?
    let handled: Predicate?
    let continued: Predicate?
    let useOriginalMessage: Bool
    let useOriginalBody: Bool

    var hasSteps: Bool { !steps.steps.isEmpty }

    /// Nil for a clause that is left out.
    ///
    /// - Parameter parent: The policy of the error handler, which the clause's own changes.
    init?(_ node: YAMLNode, over parent: RedeliveryPolicy, _ builder: any RouteBuilding) throws {
        guard let members = node.mapping else {
            throw DiagnosticsError(Diagnostic(.routeShape, "onException is a map", at: node.span))
        }
        let options = try Options.decode(
            SettingMembers(members, at: node.span, environment: builder))
        if options.disabled { return nil }
        try JavaReference.refuse(
            [options.onRedeliveryRef, options.onExceptionOccurredRef], at: node.span)
        let exceptions = node["exception"]
        classes = options.exception.enumerated().map { position, name in
            let span =
                exceptions?.sequence?[safely: position]?.span ?? exceptions?.span ?? node.span
            return ExceptionNames.resolved(name, at: span, builder)
        }
        steps = options.steps.pipeline
        if options.redeliveryPolicy != nil || options.redeliveryPolicyRef != nil {
            policy = try RedeliveryPolicy.layered(
                options.redeliveryPolicy, ref: options.redeliveryPolicyRef, over: parent, builder)
        } else if !steps.steps.isEmpty {
            // A clause that does something does not inherit repetitions it never asked for.
            var none = parent
            none.maximumRedeliveries = 0
            policy = none
        } else {
            policy = nil
        }
        onWhen = options.onWhen
        retryWhile = options.retryWhile
        handled = options.handled
        continued = options.continued
        useOriginalMessage = options.useOriginalMessage
        useOriginalBody = options.useOriginalBody
        if useOriginalMessage || useOriginalBody { builder.needsOriginalMessage() }
    }
}

/// The clauses of a route: its own and those of wider scopes.
struct ExceptionClauses: Sendable {
    let ofRoute: [OnException]
    let wider: [OnException]

    var mayRepeat: Bool {
        (ofRoute + wider).contains { $0.policy?.repeats == true || $0.retryWhile != nil }
    }

    private struct Candidate {
        let clause: OnException
        let distance: Int
    }

    /// The clause for an error.
    ///
    /// The chain of causes is walked from the innermost up, the route's clauses before the others. The
    /// smallest distance between a class and an error's class wins, whichever came first on equal
    /// distance; an exact match ends the search.
    ///
    /// - Source: Camel's `DefaultExceptionPolicyStrategy`.
    func clause(for error: any Error, _ exchange: inout Exchange) throws -> OnException? {
        guard !(ofRoute.isEmpty && wider.isEmpty) else { return nil }
        let names = ExceptionName.chain(error).map { ExceptionName.of($0) }
        var best: Candidate?
        for scope in [ofRoute, wider] {
            for name in names {
                guard let found = try Self.nearest(name, in: scope, &exchange) else { continue }
                if found.distance < best?.distance ?? .max { best = found }
                if found.distance == 0 { return best?.clause }
            }
        }
        return best?.clause
    }

    private static func nearest(
        _ name: String, in scope: [OnException], _ exchange: inout Exchange
    ) throws -> Candidate? {
        var best: Candidate?
        for clause in scope {
            for wanted in clause.classes {
                guard let distance = ExceptionName.distance(from: name, to: wanted),
                    distance < best?.distance ?? .max,
                    try clause.onWhen?.matches(&exchange) ?? true
                else { continue }
                best = Candidate(clause: clause, distance: distance)
                if distance == 0 { return best }
            }
        }
        return best
    }
}

/// Names of exceptions as routes write them.
enum ExceptionNames {
    /// The full name; one that nobody knows is a warning.
    static func resolved(
        _ name: String, at span: SourceSpan?, _ builder: any RouteBuilding
    ) -> String {
        if let known = ExceptionName.resolve(name) { return known }
        builder.warn(
            Diagnostic(
                .javaClass,
                "the exception '\(name)' is not known; it counts as a direct child of "
                    + "java.lang.Exception",
                at: span, severity: .warning,
                help: Suggestion.help(for: name, in: ExceptionName.known)))
        return name
    }
}

extension Array {
    subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
