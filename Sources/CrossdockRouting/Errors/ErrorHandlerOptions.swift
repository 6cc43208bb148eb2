public import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// What an `errorHandler` entry chooses.
enum ErrorHandlerChoice: Sendable {
    /// Failures go to the caller as they are, and it is the caller's handler that deals with them.
    case none
    case standard(RedeliveryPolicy)
    case deadLetter(DeadLetterChannel, RedeliveryPolicy)

    private static let kinds = [
        "deadLetterChannel", "defaultErrorHandler", "noErrorHandler", "refErrorHandler",
        "springTransactionErrorHandler", "jtaTransactionErrorHandler",
    ]

    /// - Parameter node: The value of `errorHandler`.
    init(_ node: YAMLNode, _ builder: any RouteBuilding) throws {
        let members = (node.mapping ?? []).filter { $0.key != "id" && $0.key != "description" }
        guard let member = members.first, members.count == 1 else {
            throw DiagnosticsError(
                Diagnostic(
                    .routeShape,
                    "exactly one error handler is expected, \(members.count) are valid here",
                    at: node.span,
                    help: "choose one of \(Self.kinds.prefix(3).joined(separator: ", "))"))
        }
        switch member.key {
        case "noErrorHandler": self = .none
        case "defaultErrorHandler", "springTransactionErrorHandler", "jtaTransactionErrorHandler":
            self = .standard(
                try DefaultHandlerOptions.decode(Self.members(member, builder)).policy(
                    member.value, builder))
        case "deadLetterChannel":
            var members = Self.members(member, builder)
            let common = try DefaultHandlerOptions.decode(from: &members)
            let own = try DeadLetterOptions.decode(from: &members)
            let known = DefaultHandlerOptions.declarations + DeadLetterOptions.declarations
            try members.refuseRest(known: known.map(\.name))
            self = .deadLetter(
                try DeadLetterChannel(own, common, member, builder),
                try common.policy(member.value, builder))
        case "refErrorHandler":
            throw DiagnosticsError(
                Diagnostic(
                    .javaClass, "an error handler made in Java cannot be used here",
                    at: member.keySpan,
                    help: "write it out as deadLetterChannel or defaultErrorHandler"))
        default:
            throw DiagnosticsError(
                Diagnostic(
                    .unknownSetting, "'\(member.key)' is no error handler here", at: member.keySpan,
                    help: Suggestion.help(for: member.key, in: Self.kinds)
                        ?? "offered are \(Self.kinds.prefix(3).joined(separator: ", "))"))
        }
    }

    private static func members(
        _ member: YAMLMember, _ builder: any RouteBuilding
    ) -> SettingMembers {
        SettingMembers(
            member.value.mapping ?? [], at: member.value.span, environment: builder)
    }
}

/// What both handlers can be told.
struct DefaultHandlerOptions: Settings {
    @Setting("How a failed step is repeated first.")
    var redeliveryPolicy: YAMLNode?
    @Setting("A bean with the policy.")
    var redeliveryPolicyRef: String?
    @Setting("The level at which failures are logged.")
    var level: LogLevel?
    @Setting("The logger's name.")
    var logName: String?
    @Setting("Whether the handler's steps get the message as it entered the hub.")
    var useOriginalMessage = false
    @Setting("Whether the handler's steps get the body as it entered the hub.")
    var useOriginalBody = false
    @Setting("A logger made in Java; accepted for Camel's sake.")
    var loggerRef: String?
    @Setting("An executor made in Java; accepted for Camel's sake.")
    var executorServiceRef: String?
    @Setting("A processor made in Java; not offered.")
    var onRedeliveryRef: String?
    @Setting("A processor made in Java; not offered.")
    var onExceptionOccurredRef: String?
    @Setting("A processor made in Java; not offered.")
    var onPrepareFailureRef: String?
    @Setting("A predicate made in Java; not offered.")
    var retryWhileRef: String?

    init() {}

    func policy(_ node: YAMLNode, _ builder: any RouteBuilding) throws -> RedeliveryPolicy {
        var policy = try RedeliveryPolicy.layered(
            redeliveryPolicy, ref: redeliveryPolicyRef, over: nil, builder)
        if let level { policy.retriesExhaustedLogLevel = level }
        try JavaReference.refuse(
            [onRedeliveryRef, onExceptionOccurredRef, onPrepareFailureRef, retryWhileRef],
            at: node.span)
        return policy
    }
}

/// What a dead letter channel can be told besides.
struct DeadLetterOptions: Settings {
    @Setting("Where failed messages go.")
    var deadLetterUri: String
    @Setting("Whether a failure while dead-lettering is swallowed.")
    var deadLetterHandleNewException = true

    init() {}
}

/// Options that name objects made in Java.
enum JavaReference {
    static func refuse(_ names: [String?], at span: SourceSpan) throws(DiagnosticsError) {
        guard let name = names.compactMap(\.self).first else { return }
        throw DiagnosticsError(
            Diagnostic(
                .javaClass, "'\(name)' names an object made in Java, which has no counterpart here",
                at: span, help: "use the steps of an onException instead"))
    }
}

/// Where failed messages go.
struct DeadLetterChannel: Sendable {
    let pipeline: Pipeline
    /// The address without options.
    let name: String
    let useOriginalMessage: Bool
    let useOriginalBody: Bool
    let handlesNewException: Bool

    init(
        _ options: DeadLetterOptions, _ common: DefaultHandlerOptions, _ member: YAMLMember,
        _ builder: any RouteBuilding
    ) throws {
        let span = member.value["deadLetterUri"]?.span ?? member.keySpan
        let address = try builder.address(uri: options.deadLetterUri, parameters: nil, at: span)
        pipeline = Pipeline([Pipeline.Step(try builder.producer(at: address))])
        name = address.name
        useOriginalMessage = common.useOriginalMessage
        useOriginalBody = common.useOriginalBody
        handlesNewException = options.deadLetterHandleNewException
        if useOriginalMessage || useOriginalBody { builder.needsOriginalMessage() }
    }
}

extension RedeliveryPolicy {
    /// Reads a policy over another one: what it does not say stays as it was.
    static func layered(
        _ node: YAMLNode?, ref: String?, over parent: RedeliveryPolicy?,
        _ builder: any RouteBuilding
    ) throws -> RedeliveryPolicy {
        if let ref {
            return try builder.bean(ref, as: RedeliveryPolicyBean.self, at: node?.span).policy
        }
        guard let node, let members = node.mapping else { return parent ?? RedeliveryPolicy() }
        var policy = try RedeliveryPolicy.decode(
            SettingMembers(members, at: node.span, environment: builder))
        guard let parent else { return policy }
        func keep<Value>(_ name: String, _ path: WritableKeyPath<RedeliveryPolicy, Value>) {
            if node[name] == nil { policy[keyPath: path] = parent[keyPath: path] }
        }
        keep("maximumRedeliveries", \.maximumRedeliveries)
        keep("redeliveryDelay", \.redeliveryDelay)
        keep("maximumRedeliveryDelay", \.maximumRedeliveryDelay)
        keep("useExponentialBackOff", \.useExponentialBackOff)
        keep("backOffMultiplier", \.backOffMultiplier)
        keep("useCollisionAvoidance", \.useCollisionAvoidance)
        keep("collisionAvoidanceFactor", \.collisionAvoidanceFactor)
        keep("delayPattern", \.delayPattern)
        keep("disableRedelivery", \.disableRedelivery)
        keep("allowRedeliveryWhileStopping", \.allowRedeliveryWhileStopping)
        keep("retriesExhaustedLogLevel", \.retriesExhaustedLogLevel)
        keep("retryAttemptedLogLevel", \.retryAttemptedLogLevel)
        keep("retryAttemptedLogInterval", \.retryAttemptedLogInterval)
        keep("logRetryAttempted", \.logRetryAttempted)
        keep("logStackTrace", \.logStackTrace)
        keep("logRetryStackTrace", \.logRetryStackTrace)
        keep("logHandled", \.logHandled)
        keep("logContinued", \.logContinued)
        keep("logExhausted", \.logExhausted)
        keep("logNewException", \.logNewException)
        return policy
    }
}

/// The beans that this module reads.
public enum RoutingBeans {
    public static let all: [any NamedBean.Type] = [RedeliveryPolicyBean.self]
}

/// A redelivery policy as a bean.
public struct RedeliveryPolicyBean: NamedBean {
    public static let classNames = ["org.apache.camel.processor.errorhandler.RedeliveryPolicy"]
    public static let summary = "How often and how soon a failed step is repeated."

    let policy: RedeliveryPolicy

    public init(_ options: RedeliveryPolicy, _ builder: any RouteBuilding) { policy = options }
}
