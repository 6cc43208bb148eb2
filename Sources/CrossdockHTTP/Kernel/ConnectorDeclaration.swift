public import CrossdockSettings

/// The facts of a remote system's interface, as its `connector.yaml` states them.
///
/// No expressions and no conditions: what needs one is written in Swift.
public struct ConnectorDeclaration: Settings {
    @Setting("The name of the system.")
    public var system: String
    @Setting("The version of the interface that is called unless an endpoint says otherwise.")
    public var apiVersion: String?
    @Setting("Bounds that the interface sets, by name.")
    public var limits: DeclaredLimits = DeclaredLimits()
    @Setting("How answers are judged; the first rule that fits decides.")
    public var errors: [ErrorRule] = []

    public init() {}

    /// Reads a declaration that is part of the program.
    ///
    /// - Throws: ``DiagnosticsError`` with the place of what cannot be used.
    public static func load(_ bytes: [UInt8], file: String) throws -> ConnectorDeclaration {
        let node = try YAMLNode.parse(String(decoding: bytes, as: UTF8.self), file: file)
        return try ConnectorDeclaration(setting: SettingInput(.node(node), at: node.span))
    }
}

/// Names with numbers.
public struct DeclaredLimits: SettingValue {
    private var numbers: [String: Int] = [:]

    public init() {}

    public static var typeName: String { "map of numbers" }
    public var settingText: String? { nil }

    public init(setting input: SettingInput) throws {
        guard let members = input.node?.mapping else {
            throw SettingProblem("a map of numbers is expected, not \(input.shown)")
        }
        for member in members {
            guard let number = member.value.text.flatMap(Int.init) else {
                throw SettingProblem("the limit '\(member.key)' is no number")
            }
            numbers[member.key] = number
        }
    }

    public subscript(name: String, default fallback: Int) -> Int { numbers[name] ?? fallback }
}

/// One line of an error table.
public struct ErrorRule: Settings {
    @Setting("The HTTP status; any when absent.")
    public var status: Int?
    @Setting("The system's own codes; any when absent.")
    public var codes: [String] = []
    @Setting("Text that the message contains.")
    public var says: String?
    @Setting("What it means.", name: "is")
    public var meaning: Meaning

    public init() {}

    /// What an error means for the call, the record and the route.
    public enum Meaning: String, SettingChoice {
        /// The system is busy or down for the moment.
        case unavailable
        /// Too many calls just now.
        case slowDown
        /// The allowance of the day is used up.
        case exhausted
        /// The session has ended: log in again.
        case login
        /// Locked by another transaction.
        case locked
        /// The record is at fault.
        case record
        /// No such record.
        case missing
        /// Several records match.
        case ambiguous
        /// Changed by somebody else.
        case conflict
        /// Endpoint, mapping or permissions are at fault.
        case configuration
        case forbidden
    }

    func fits(_ problem: RemoteProblem) -> Bool {
        if let status, status != problem.status { return false }
        if !codes.isEmpty, !codes.contains(where: { problem.code == $0 }) { return false }
        if let says, !problem.message.lowercased().contains(says.lowercased()) { return false }
        return true
    }
}
