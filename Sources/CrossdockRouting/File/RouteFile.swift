public import CrossdockDiagnostics
public import CrossdockSettings

/// What one file of routes says, taken apart but not built.
public struct RouteFile: Sendable {
    public let file: String
    public internal(set) var routes: [RouteDefinition] = []
    public internal(set) var configurations: [RouteConfiguration] = []
    /// What stands at the top of the file: it holds for the file's routes.
    public internal(set) var handling = RouteHandling()
    public internal(set) var beans: [BeanDefinition] = []
    public internal(set) var templates: [RouteTemplate] = []
    public internal(set) var templatedRoutes: [TemplatedRoute] = []
    public internal(set) var rests: [YAMLNode] = []
    public internal(set) var restConfigurations: [YAMLNode] = []
    /// What is wrong with it; a file with errors is not run.
    public internal(set) var findings: [Diagnostic] = []

    init(file: String) { self.file = file }
}

/// One route as written.
public struct RouteDefinition: Sendable {
    /// Nil for a route that is named when it is built.
    public var id: String?
    public let span: SourceSpan
    public var uri: String
    public let uriSpan: SourceSpan
    public var parameters: YAMLNode?
    /// A variable that takes the body instead of the message.
    public let variableReceive: String?
    public var steps: YAMLNode
    public let options: RouteOptions
    public var handling: RouteHandling
    /// Beans that only this route sees: those of the template it was made from.
    public var beans: [BeanDefinition] = []
}

/// Handlers and configurations that several routes share.
public struct RouteConfiguration: Sendable {
    /// Nil means all routes of the file that name no configuration.
    public let id: String?
    public let precondition: YAMLNode?
    public let handling: RouteHandling
}

/// What is done around the steps of a route, as one scope says.
public struct RouteHandling: Sendable {
    public var errorHandler: YAMLNode?
    public var onExceptions: [YAMLNode] = []
    public var onCompletions: [YAMLNode] = []
    public var intercepts: [YAMLNode] = []
    public var interceptFroms: [YAMLNode] = []
    public var interceptSends: [YAMLNode] = []
}

/// A named object of `beans`.
public struct BeanDefinition: Sendable {
    public let name: String
    public let node: YAMLNode
}

/// A route, or a Kamelet, with parameters; read again for each use.
public struct RouteTemplate: Sendable {
    public struct Parameter: Sendable {
        public let name: String
        public let defaultValue: String?
        public let isRequired: Bool
    }

    public let id: String
    public let parameters: [Parameter]
    public let beans: YAMLNode?
    /// The value of `route`, or a map whose `from` is the source.
    public let route: YAMLNode
    public let span: SourceSpan
}

/// One use of a template.
public struct TemplatedRoute: Sendable {
    public let template: String
    public let routeID: String?
    public let prefixID: String?
    public let parameters: [String: String]
    public let beans: YAMLNode?
    public let span: SourceSpan
}

/// The keys of a `route` beside `from` and its handlers.
public struct RouteOptions: Settings {
    @Setting("Names the route.")
    public var id: String?
    @Setting("Says what the route is for.")
    public var description: String?
    @Setting("A remark.")
    public var note: String?
    @Setting("A group that the route belongs to.")
    public var group: String?
    @Setting("Whether the route starts with the hub.")
    public var autoStartup = true
    @Setting("Lower numbers start first and stop last.")
    public var startupOrder: Int?
    @Setting("The configurations that hold for the route.")
    public var routeConfigurationId: String?
    @Setting("Whether the route exists at all; a simple predicate.")
    public var precondition: YAMLNode?
    @Setting("Policies that start and stop the route.")
    public var routePolicy: String?
    @Setting("Policies that start and stop the route.")
    public var routePolicyRef: String?
    @Setting("Milliseconds to wait before each message.")
    public var delayer: YAMLNode?
    @Setting("Whether the route stops with the others or after them.")
    public var shutdownRoute = ShutdownRoute.Default
    @Setting("Whether the tasks of a batch that are still to come are finished before a stop.")
    public var shutdownRunningTask: String?
    @Setting("Accepted for Camel's sake: bodies can always be read again.")
    public var streamCache: String?
    @Setting("Whether the way of each message is noted in it.")
    public var messageHistory: String?
    @Setting("Accepted for Camel's sake.")
    public var trace: String?
    @Setting("Whether values that look secret are masked in log lines; they always are.")
    public var logMask: String?
    @Setting("A prefix for the ids of steps.")
    public var nodePrefixId: String?
    @Setting("The type of what comes in; converted where that is possible.")
    public var inputType: YAMLNode?
    @Setting("The type of what goes out; converted where that is possible.")
    public var outputType: YAMLNode?

    public init() {}
}

/// When a route stops.
public enum ShutdownRoute: String, SettingChoice {
    case Default
    case Defer
}

extension RouteFile {
    /// Reads a file of routes; what is wrong with it is in ``findings``.
    ///
    /// - Parameter placeholders: What `{{…}}` stands for.
    public static func read(_ text: String, file: String, placeholders: Placeholders) -> RouteFile {
        RouteFileReader.read(text, file: file, placeholders: placeholders)
    }

    /// Reads entries that stand in another file, such as a test.
    public static func read(
        _ root: YAMLNode, file: String, placeholders: Placeholders
    ) -> RouteFile {
        RouteFileReader.read(root, file: file, placeholders: placeholders)
    }
}
