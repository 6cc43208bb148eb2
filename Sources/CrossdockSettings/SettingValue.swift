public import CrossdockDiagnostics

/// A type that a setting may have.
public protocol SettingValue: Sendable {
    /// In the words of a reference page: `text`, `duration`, `one of a, b`.
    static var typeName: String { get }
    static var isSecret: Bool { get }
    /// The values of a choice; empty for others.
    static var choices: [String] { get }

    /// - Throws: ``SettingProblem`` when the text or node cannot be used, or a ``DiagnosticsError``
    ///   of its own.
    init(setting input: SettingInput) throws

    /// The value as an operator would write it; nil where that is not possible or a secret.
    var settingText: String? { get }

    /// Finds the input of the setting `name` among the keys of its group. Types that are written
    /// under several keys, as an expression is, look for them here.
    static func take(_ name: String, from members: inout SettingMembers) throws -> SettingInput?
}

extension SettingValue {
    public static var isSecret: Bool { false }
    public static var choices: [String] { [] }

    public static func take(
        _ name: String, from members: inout SettingMembers
    ) throws -> SettingInput? {
        members.take(name)
    }
}

/// What is wrong with a value, without its place.
public struct SettingProblem: Error {
    public let message: String
    public init(_ message: String) { self.message = message }
}

/// A value on its way into a setting: text of an address or a node of a file.
public struct SettingInput: Sendable {
    public enum Content: Sendable {
        case text(String)
        case node(YAMLNode)
    }

    public let content: Content
    public let span: SourceSpan?
    public let environment: (any Sendable)?

    public init(_ content: Content, at span: SourceSpan?, environment: (any Sendable)? = nil) {
        self.content = content
        self.span = span
        self.environment = environment
    }

    /// The scalar text; nil for null, lists and maps.
    public var text: String? {
        switch content {
        case .text(let text): text
        case .node(let node): node.text
        }
    }

    public var node: YAMLNode? { if case .node(let node) = content { node } else { nil } }

    /// The value in a message.
    public var shown: String {
        switch content {
        case .text(let text): "'\(text.prefix(60))'"
        case .node(let node): node.kindDescription
        }
    }

    func refused(_ name: String, _ problem: SettingProblem) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(.badSetting, "'\(name)' cannot be used: \(problem.message)", at: span))
    }
}

/// A setting's type that may be absent.
protocol OptionalSetting {
    static var absent: Self { get }
}
