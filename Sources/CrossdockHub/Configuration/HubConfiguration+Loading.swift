internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockSettings
internal import Glibc

extension HubConfiguration {
    /// Loads the configuration.
    ///
    /// - Parameters:
    ///   - file: The file named by a flag, which must exist; nil for `crossdock.yaml` if there is one.
    ///   - flags: Keys set by flags, with the flag's name.
    ///   - environment: Stands in for the process's environment in tests.
    /// - Throws: ``DiagnosticsError`` with every finding.
    public static func load(
        file: String?, flags: [(key: String, value: String, flag: String)] = [],
        environment: [String: String]? = nil
    ) throws -> HubConfiguration {
        var loader = ConfigurationLoader(environment: environment, flags: flags)
        return try loader.load(file)
    }
}

private struct ConfigurationLoader {
    let environment: @Sendable (String) -> String?
    let flags: [(key: String, value: String, flag: String)]
    var configuration = HubConfiguration()
    var findings: [Diagnostic] = []

    init(
        environment: [String: String]?, flags: [(key: String, value: String, flag: String)]
    ) {
        if let environment {
            self.environment = { environment[$0] }
        } else {
            self.environment = { name in getenv(name).map { String(cString: $0) } }
        }
        self.flags = flags
    }

    mutating func load(_ file: String?) throws -> HubConfiguration {
        let root = try readRoot(file)
        configuration.placeholders = Placeholders(
            properties: try properties(root["properties"]), environment: environment)
        for section in HubConfiguration.sections {
            attempt { loader in
                let members = try loader.members(of: section, in: root[section.name])
                try section.assign(&loader.configuration, members)
            }
        }
        attempt { try $0.loadConnections(root["connections"]) }
        attempt { try $0.loadRoutes(root["routes"]) }
        refuseUnknownSections(root)
        attempt { try $0.refuseExposedSecret() }
        guard findings.isEmpty else { throw DiagnosticsError(findings) }
        return configuration
    }

    /// Collects findings instead of stopping at the first.
    private mutating func attempt(_ body: (inout Self) throws -> Void) {
        do { try body(&self) } catch let error as DiagnosticsError {
            findings += error.diagnostics
        } catch {
            findings.append(Diagnostic(.badSetting, "\(error)"))
        }
    }

    private func readRoot(_ file: String?) throws -> YAMLNode {
        let name = file ?? "crossdock.yaml"
        let empty = YAMLNode(.mapping([]), at: SourceSpan(file: name, line: 1, column: 1))
        if file == nil, access(name, F_OK) != 0 { return empty }
        let text = try TextFile.read(name)
        if text.allSatisfy(\.isWhitespace) { return empty }
        let root = try YAMLNode.parse(text, file: name)
        if root.isNull { return empty }
        guard root.mapping != nil else {
            throw DiagnosticsError(
                Diagnostic(.badSetting, "the configuration must be a map", at: root.span))
        }
        return root
    }

    /// Nested maps become dotted names.
    private func properties(_ node: YAMLNode?) throws -> [String: String] {
        var result: [String: String] = [:]
        func walk(_ node: YAMLNode, _ prefix: String) {
            for member in node.mapping ?? [] {
                let key = prefix + member.key
                if let text = environment(EnvironmentName.of("properties.\(key)"))
                    ?? member.value.text
                {
                    result[key] = text
                }
                walk(member.value, prefix + member.key + ".")
            }
        }
        if let node { walk(node, "") }
        return result
    }

    private mutating func members(
        of section: HubConfiguration.Section, in node: YAMLNode?
    ) throws -> SettingMembers {
        try members(
            section.declarations.map(\.name), prefix: section.name, node,
            secrets: Set(section.declarations.filter(\.isSecret).map(\.name)))
    }

    /// The members of one map with placeholders resolved and overrides laid on top.
    private mutating func members(
        _ names: [String], prefix: String, _ node: YAMLNode?, secrets: Set<String>
    ) throws -> SettingMembers {
        let written = try (node?.mapping ?? []).map { member in
            YAMLMember(
                key: member.key, keySpan: member.keySpan, value: try resolved(member.value))
        }
        var members = SettingMembers(written, at: node?.span)
        for member in written {
            note(
                "\(prefix).\(member.key)", member.value.text ?? member.value.kindDescription,
                .file(member.keySpan.file, line: member.keySpan.line),
                isSecret: secrets.contains(member.key))
        }
        for name in names {
            let key = "\(prefix).\(name)"
            if let text = environment(EnvironmentName.of(key)) {
                members.set(name, to: SettingInput(.text(text), at: nil))
                note(
                    key, text, .environment(EnvironmentName.of(key)),
                    isSecret: secrets.contains(name))
            }
            for flag in flags where flag.key == key {
                members.set(name, to: SettingInput(.text(flag.value), at: nil))
                note(key, flag.value, .flag(flag.flag), isSecret: secrets.contains(name))
            }
        }
        return members
    }

    private mutating func note(
        _ key: String, _ value: String, _ source: ConfigurationSource, isSecret: Bool
    ) {
        configuration.origins[key] = (isSecret ? "•••" : URLText.withoutPassword(value), source)
    }

    private func resolved(_ node: YAMLNode) throws -> YAMLNode {
        switch node.content {
        case .scalar(let scalar):
            let text: String
            do { text = try configuration.placeholders.resolve(scalar.text) } catch {
                throw DiagnosticsError(Diagnostic(error.code, error.message, at: node.span))
            }
            // A placeholder that gives nothing gives empty text: the key is set all the same.
            let isPlain = text == scalar.text ? scalar.isPlain : !text.isEmpty
            return YAMLNode(.scalar(YAMLScalar(text: text, isPlain: isPlain)), at: node.span)
        case .sequence(let nodes):
            return YAMLNode(.sequence(try nodes.map(resolved)), at: node.span)
        case .mapping(let members):
            return YAMLNode(
                .mapping(
                    try members.map {
                        YAMLMember(key: $0.key, keySpan: $0.keySpan, value: try resolved($0.value))
                    }), at: node.span)
        }
    }

    private mutating func loadConnections(_ node: YAMLNode?) throws {
        var connections: [String: ConnectionSettings] = [:]
        for member in node?.mapping ?? [] {
            attempt { loader in
                connections[member.key] = try loader.connection(member.key, member.value)
            }
        }
        configuration.connections = Connections(connections)
    }

    private mutating func connection(
        _ name: String, _ node: YAMLNode
    ) throws -> ConnectionSettings {
        let prefix = "connections.\(name)"
        var outer = try members(
            ConnectionSettings.declarations.map(\.name), prefix: prefix, node, secrets: [])
        for (group, declarations) in [
            ("auth", AuthSettings.declarations), ("tls", TLSSettings.declarations),
        ] {
            guard let inner = node[group] else { continue }
            let members = try members(
                declarations.map(\.name), prefix: "\(prefix).\(group)", inner,
                secrets: Set(declarations.filter(\.isSecret).map(\.name)))
            outer.set(
                group, to: SettingInput(.node(Self.node(members, at: inner.span)), at: inner.span))
        }
        return try ConnectionSettings.decode(outer)
    }

    private static func node(_ members: SettingMembers, at span: SourceSpan) -> YAMLNode {
        YAMLNode(
            .mapping(
                members.inputs.map { key, input in
                    let span = input.span ?? span
                    let scalar = YAMLScalar(text: input.text ?? "", isPlain: false)
                    return YAMLMember(
                        key: key, keySpan: span,
                        value: input.node ?? YAMLNode(.scalar(scalar), at: span))
                }), at: span)
    }

    private mutating func loadRoutes(_ node: YAMLNode?) throws {
        guard let node else { return }
        configuration.routes = try [String](
            setting: SettingInput(.node(try resolved(node)), at: node.span))
    }

    private mutating func refuseUnknownSections(_ root: YAMLNode) {
        let known = HubConfiguration.sections.map(\.name) + ["connections", "properties", "routes"]
        for member in root.mapping ?? [] where !known.contains(member.key) {
            findings.append(
                Diagnostic(
                    .unknownSetting, "'\(member.key)' is no section of the configuration",
                    at: member.keySpan,
                    help: Suggestion.help(for: member.key, in: known)
                        ?? "known are \(known.sorted().joined(separator: ", "))"))
        }
    }

    /// A password in the broker's URL is accepted on loopback only.
    private mutating func refuseExposedSecret() throws {
        let url = configuration.bus.url
        guard URLText.hasPassword(url), !URLText.isLoopback(url) else { return }
        throw DiagnosticsError(
            Diagnostic(
                .exposedSecret, "bus.url holds a password for \(URLText.host(url) ?? "a host")",
                help: "write bus.password: \"{{env:BUS_PASSWORD}}\" and leave it out of the URL"))
    }
}
