public import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockExpressions
public import CrossdockSettings

/// Reads the files of a folder and writes files.
public struct FileComponent: Component {
    public static let scheme = "file"
    public static let summary = "Reads the files of a folder and writes files."
    public static let syntax = "file:directoryName"
    public static var options: [SettingDeclaration] { FileOptions.declarations }

    private let work = BlockingWork(label: "crossdock.file")

    public init() {}

    /// - Parameter address: `file:<folder>?move=done`; a path that begins with `/` is absolute.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        guard !address.directory.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(.badAddress, "'file:' needs a folder", at: address.span))
        }
        return FileEndpoint(
            folder: Folder(address.directory), options: try address.inProcessOptions(),
            span: address.span, work: work)
    }
}

struct FileEndpoint: ConsumingEndpoint, ProducingEndpoint {
    let folder: Folder
    let options: FileOptions
    let span: SourceSpan?
    let work: BlockingWork

    func makeConsumer(for route: RouteContext) throws -> any Consumer {
        FileConsumer(
            folder: folder, options: options, plan: try FilePlan(options, expressions(route)),
            route: route, work: work)
    }

    func makeProducer(for route: RouteContext) throws -> any Producer {
        let expressions = expressions(route)
        return FileProducer(
            folder: folder, options: options, name: try expressions.expression(options.fileName),
            existing: try expressions.expression(options.moveExisting),
            done: try expressions.expression(options.doneFileName),
            charset: try options.charset.map { try Charset($0) }, work: work)
    }

    private func expressions(_ route: RouteContext) -> SimpleTexts {
        SimpleTexts(routeID: route.routeID, clock: route.clock, span: span)
    }
}

/// Compiles options that are simple expressions.
struct SimpleTexts {
    private let scope: ExpressionScope
    private let span: SourceSpan?

    init(routeID: String, clock: any HubClock, span: SourceSpan?) {
        scope = ExpressionScope(
            routeID: routeID, clock: clock,
            languages: { name in ExpressionLanguages.all.first { type(of: $0).name == name } })
        self.span = span
    }

    func expression(_ text: String?) throws -> Expression? {
        try text.map { text in
            Expression(
                language: "simple", source: text,
                compiled: try SimpleLanguage().compile(text, options: nil, at: span, in: scope))
        }
    }
}
