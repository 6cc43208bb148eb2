public import CrossdockHTTP
public import CrossdockSettings

/// The hub's configuration: crossdock.yaml, overridden by `CROSSDOCK_…` variables, then by flags.
public struct HubConfiguration: Sendable {
    public var bus = BusSettings()
    public var state = StateSettings()
    public var management = ListenerSettings(port: 9_876)
    public var api = ListenerSettings(port: 8_180)
    public var log = LogSettings()
    public var security = SecuritySettings()
    public var shutdown = ShutdownSettings()
    public var connections = Connections([:])
    public var placeholders = Placeholders()
    /// What to run when no path is given.
    public var routes = ["routes"]
    /// Every key that is set somewhere, with its text (secrets masked) and the source that won.
    public var origins: [String: (value: String, source: ConfigurationSource)] = [:]

    public init() {}
}

extension HubConfiguration {
    /// One section of the file: its name, its settings, where it goes.
    struct Section: Sendable {
        let name: String
        let declarations: [SettingDeclaration]
        let assign: @Sendable (inout HubConfiguration, SettingMembers) throws -> Void

        init<S: Settings>(
            _ name: String, _ path: any WritableKeyPath<HubConfiguration, S> & Sendable
        ) {
            self.name = name
            declarations = S.declarations
            assign = { $0[keyPath: path] = try S.decode($1) }
        }
    }

    static let sections: [Section] = [
        Section("bus", \.bus), Section("state", \.state), Section("management", \.management),
        Section("api", \.api), Section("log", \.log), Section("security", \.security),
        Section("shutdown", \.shutdown),
    ]

    /// Every known key with its declaration, for `config explain`; connections as
    /// `connections.<name>.…`.
    public static var declarations: [(key: String, declaration: SettingDeclaration)] {
        sections.flatMap { section in
            section.declarations.map { ("\(section.name).\($0.name)", $0) }
        } + ConnectionSettings.declarations.map { ("connections.<name>.\($0.name)", $0) }
            + AuthSettings.declarations.map { ("connections.<name>.auth.\($0.name)", $0) }
            + TLSSettings.declarations.map { ("connections.<name>.tls.\($0.name)", $0) }
    }
}
