/// Text that must not be seen: printing it gives `•••`.
public struct Secret: Sendable, Hashable, SettingValue, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    private let text: String

    public init(_ text: String) { self.text = text }

    /// The text itself. Never log it, never put it in an error.
    public var revealed: String { text }

    public var isEmpty: Bool { text.isEmpty }
    public var description: String { "•••" }
    public var debugDescription: String { "•••" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    public static var typeName: String { "secret" }
    public static var isSecret: Bool { true }
    public var settingText: String? { nil }
    public init(setting input: SettingInput) throws {
        guard let text = input.text else { throw SettingProblem("text is expected") }
        self.text = text
    }
}
