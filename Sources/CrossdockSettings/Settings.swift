public import CrossdockDiagnostics

/// A group of settings: the options of an endpoint or step, a section of crossdock.yaml.
public protocol Settings: SettingValue {
    init()
    /// What no single setting can see: two that exclude each other, one that needs another.
    ///
    /// - Throws: ``SettingProblem``.
    func validate() throws
}

extension Settings {
    public func validate() throws {}

    /// All settings of the group, in the order of their properties.
    public static var declarations: [SettingDeclaration] {
        Self().storedSettings.map { $0.setting.declaration(property: $0.property) }
    }

    /// Reads the group; every key must be known.
    ///
    /// - Throws: ``DiagnosticsError`` with all that is wrong, naming key, place and, for a typo, what
    ///   was probably meant.
    public static func decode(_ members: SettingMembers) throws -> Self {
        var members = members
        let settings: Self
        do { settings = try decode(from: &members) } catch let error as DiagnosticsError {
            // What is missing is often what is misspelt: one finding is enough.
            guard !error.diagnostics.contains(where: { $0.code == .missingSetting }) else {
                throw error
            }
            do { try members.refuseRest(known: declarations.map(\.name)) } catch let rest
                as DiagnosticsError
            {
                throw DiagnosticsError(error.diagnostics + rest.diagnostics)
            }
            throw error
        }
        try members.refuseRest(known: declarations.map(\.name))
        return settings
    }

    /// Reads the group and leaves keys that are not its own in `members`.
    public static func decode(from members: inout SettingMembers) throws -> Self {
        let settings = Self()
        var findings: [Diagnostic] = []
        for (property, setting) in settings.storedSettings {
            do { try setting.take(property: property, from: &members) } catch let error
                as DiagnosticsError
            {
                findings += error.diagnostics
            }
        }
        guard findings.isEmpty else { throw DiagnosticsError(findings) }
        do { try settings.validate() } catch let problem as SettingProblem {
            throw DiagnosticsError(Diagnostic(.badSetting, problem.message, at: members.span))
        }
        return settings
    }

    private var storedSettings: [(property: String, setting: any AnySetting)] {
        Mirror(reflecting: self).children.compactMap { child in
            guard let label = child.label, let setting = child.value as? any AnySetting else {
                return nil
            }
            return (label.hasPrefix("_") ? String(label.dropFirst()) : label, setting)
        }
    }

    // A group nested in a group is a map.
    public static var typeName: String { "map" }
    public var settingText: String? { nil }

    public init(setting input: SettingInput) throws {
        guard case .node(let node) = input.content, let members = node.mapping else {
            throw SettingProblem("a map is expected, not \(input.shown)")
        }
        self = try Self.decode(
            SettingMembers(members, at: node.span, environment: input.environment))
    }
}

/// Keys and values waiting to be read by a ``Settings`` group.
public struct SettingMembers: Sendable {
    public private(set) var inputs: [(key: String, input: SettingInput)]
    /// Where the group stands.
    public let span: SourceSpan?
    /// What nested values need to be built, such as the builder of a route.
    public let environment: (any Sendable)?

    public init(
        _ members: [YAMLMember], at span: SourceSpan?, environment: (any Sendable)? = nil
    ) {
        inputs = members.map {
            ($0.key, SettingInput(.node($0.value), at: $0.keySpan, environment: environment))
        }
        self.span = span
        self.environment = environment
    }

    public init(
        texts: [(String, String)], at span: SourceSpan?, environment: (any Sendable)? = nil
    ) {
        inputs = texts.map {
            ($0.0, SettingInput(.text($0.1), at: span, environment: environment))
        }
        self.span = span
        self.environment = environment
    }

    /// Removes and returns the value of `key`; the last one where a key stands twice.
    public mutating func take(_ key: String) -> SettingInput? {
        let found = inputs.last { $0.key == key }?.input
        if found != nil { inputs.removeAll { $0.key == key } }
        return found
    }

    public mutating func set(_ key: String, to input: SettingInput) {
        inputs.removeAll { $0.key == key }
        inputs.append((key, input))
    }

    public func missing(_ name: String, example: String? = nil) -> DiagnosticsError {
        let near = Suggestion.nearest(to: name, in: inputs.map(\.key))
        return DiagnosticsError(
            Diagnostic(
                .missingSetting, "'\(name)' is required and not set", at: span,
                help: near.map { "did you mean '\(name)' where '\($0)' is written?" }
                    ?? example.map { "for example \(name): \($0)" }))
    }

    /// - Throws: ``DiagnosticsError`` with one finding per key that nobody took.
    public func refuseRest(known: [String]) throws {
        guard !inputs.isEmpty else { return }
        throw DiagnosticsError(
            inputs.map { key, input in
                Diagnostic(
                    .unknownSetting, "'\(key)' is not known here", at: input.span,
                    help: Suggestion.help(for: key, in: known)
                        ?? (known.isEmpty
                            ? "nothing can be set here"
                            : "known are \(known.sorted().joined(separator: ", "))"))
            })
    }
}
