public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockExpressions
public import CrossdockSettings

/// Finds, ties and unties the records of two systems that are the same thing.
public struct CrossReferenceComponent: Component {
    public static let scheme = "xref"
    public static let summary = "Keeps which record of one system is which of another."
    public static let syntax = "xref:table"
    public static var options: [SettingDeclaration] { CrossReferenceOptions.declarations }

    private let references: any CrossReferences

    public init(_ references: any CrossReferences) { self.references = references }

    /// - Parameter address: `xref:<table>?operation=get&side=left&key=${body[Id]}`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        guard !address.path.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(.badAddress, "'xref:' needs a table", at: address.span))
        }
        return CrossReferenceEndpoint(
            table: address.path, options: try address.inProcessOptions(), span: address.span,
            references: references)
    }
}

struct CrossReferenceOptions: Settings {
    enum Operation: String, SettingChoice { case get, put, remove }
    enum Side: String, SettingChoice { case left, right }

    @Setting("What to do.")
    var operation = Operation.get
    @Setting("Which side the key is of.")
    var side = Side.left
    @Setting("The key, simple allowed; without it the body is the key.")
    var key: String?
    @Setting("For put: the key of the left side, simple allowed.")
    var left: String?
    @Setting("For put: the key of the right side, simple allowed.")
    var right: String?
    @Setting("For get: the variable that takes the partner's key.")
    var resultVariable = "xref"

    init() {}

    func validate() throws {
        if operation == .put, left == nil || right == nil {
            throw SettingProblem("'put' needs 'left' and 'right'")
        }
        if operation != .put, left != nil || right != nil {
            throw SettingProblem("'left' and 'right' are for 'put'; here it is 'key' and 'side'")
        }
    }
}

struct CrossReferenceEndpoint: ProducingEndpoint {
    let table: String
    let options: CrossReferenceOptions
    let span: SourceSpan?
    let references: any CrossReferences

    func makeProducer(for route: RouteContext) throws -> any Producer {
        let scope = ExpressionScope(
            routeID: route.routeID, clock: route.clock,
            languages: { name in ExpressionLanguages.all.first { type(of: $0).name == name } })
        func expression(_ text: String?) throws -> Expression? {
            try text.map { text in
                Expression(
                    language: "simple", source: text,
                    compiled: try SimpleLanguage().compile(
                        text, options: nil, at: span, in: scope))
            }
        }
        return CrossReferenceProducer(
            table: table, options: options, key: try expression(options.key),
            left: try expression(options.left), right: try expression(options.right),
            references: references)
    }
}

struct CrossReferenceProducer: Producer {
    let table: String
    let options: CrossReferenceOptions
    let key: Expression?
    let left: Expression?
    let right: Expression?
    let references: any CrossReferences

    func process(_ exchange: inout Exchange) async throws {
        let side: CrossReferenceSide = options.side == .left ? .left : .right
        switch options.operation {
        case .get:
            let key = try text(key, "key", &exchange)
            let found = try await references.partners(table: table, of: side, keys: [key])
            exchange.variables[options.resultVariable] = found.first?.map { .text($0) }
        case .put:
            let pair = (
                left: try text(left, "left", &exchange), right: try text(right, "right", &exchange)
            )
            try await references.tie(table: table, [pair])
        case .remove:
            try await references.untie(
                table: table, of: side, key: try text(key, "key", &exchange))
        }
    }

    /// An empty key would tie everything that has none.
    private func text(
        _ expression: Expression?, _ name: String, _ exchange: inout Exchange
    ) throws -> String {
        let text = try expression.map { try $0.text(in: &exchange) } ?? exchange.message.body.text
        guard let text, !text.isEmpty else {
            throw RouteError(
                "'xref:\(table)' got no \(name)",
                exceptionClass: "java.lang.IllegalArgumentException")
        }
        return text
    }
}
