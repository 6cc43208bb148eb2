internal import CrossdockBus
public import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockProcessors
internal import CrossdockRouting
internal import CrossdockSettings
internal import Logging

/// A project of which routes are built and nothing is opened: for `lint`, `list` and `test`.
public struct UnopenedProject: Sendable {
    public let folder: ProjectFolder
    public let configuration: HubConfiguration

    public init(_ configuration: HubConfiguration, in folder: ProjectFolder = ProjectFolder()) {
        self.configuration = configuration
        self.folder = folder
    }

    /// Everything that the project's routes may name.
    ///
    /// - Throws: What keeps the connections of the configuration from being read.
    public func catalog() throws -> Catalog {
        try HubServices.unopened(configuration, in: folder).catalog
    }

    /// The components that reach beyond the process, new ones for each call.
    ///
    /// - Throws: As ``catalog()``.
    public func components() throws -> [any Component] {
        let catalog = try catalog()
        let own = Set(InProcessComponents.all().map { type(of: $0).scheme })
        return catalog.schemes.compactMap { scheme in
            guard let component = catalog.component(scheme) else { return nil }
            let type = type(of: component)
            return type.scheme == scheme && !own.contains(scheme) ? component : nil
        }
    }

    /// Per route id, patterns of addresses that message data may choose.
    ///
    /// - Throws: ``DiagnosticsError``.
    public func dynamicAddresses() throws -> [String: [String]] {
        try configuration.security.patterns()
    }

    /// Builds routes and throws them away.
    ///
    /// - Returns: What was found, topics that nobody consumes included.
    func findings(in files: [RouteFile]) throws -> [Diagnostic] {
        let services = try HubServices.unopened(configuration, in: folder)
        let topics = TopicWatch()
        let assembly = RouteAssembly(
            catalog: services.catalog.with(WatchedBus(services.bus, topics)),
            placeholders: configuration.placeholders, logger: Logger(label: "crossdock"),
            dynamicAddresses: try dynamicAddresses(),
            kamelets: folder.kamelets(configuration.placeholders))
        let findings = assembly.build(files).findings
        return findings + topics.unheard { services.bus.hasConsumer($0) }
    }
}
