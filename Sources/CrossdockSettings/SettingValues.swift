extension String: SettingValue {
    public static var typeName: String { "text" }
    public var settingText: String? { self }
    public init(setting input: SettingInput) throws {
        guard let text = input.text else {
            throw SettingProblem("text is expected, not \(input.shown)")
        }
        self = text
    }
}

extension Bool: SettingValue {
    public static var typeName: String { "switch" }
    public var settingText: String? { self ? "true" : "false" }
    public init(setting input: SettingInput) throws {
        switch input.text {
        case "true": self = true
        case "false": self = false
        default: throw SettingProblem("true or false is expected, not \(input.shown)")
        }
    }
}

extension Int: SettingValue {
    public static var typeName: String { "number" }
    public var settingText: String? { String(self) }
    public init(setting input: SettingInput) throws {
        guard let text = input.text, let number = Int(text) else {
            throw SettingProblem("a whole number is expected, not \(input.shown)")
        }
        self = number
    }
}

extension Double: SettingValue {
    public static var typeName: String { "number" }
    public var settingText: String? { "\(self)" }
    public init(setting input: SettingInput) throws {
        guard let text = input.text, let number = Double(text), number.isFinite else {
            throw SettingProblem("a number is expected, not \(input.shown)")
        }
        self = number
    }
}

extension Duration: SettingValue {
    public static var typeName: String { "duration" }

    public var settingText: String? {
        let (seconds, attoseconds) = components
        let millis = attoseconds / 1_000_000_000_000_000
        if millis == 0 {
            return seconds % 3_600 == 0 && seconds != 0
                ? "\(seconds / 3_600)h"
                : seconds % 60 == 0 && seconds != 0
                    ? "\(seconds / 60)m" : "\(seconds)s"
        }
        return "\(seconds &* 1_000 &+ millis)"
    }

    public init(setting input: SettingInput) throws {
        guard let text = input.text, let parsed = Duration(settingText: text) else {
            throw SettingProblem(
                "a duration is expected, such as 500 (milliseconds), 30s, 5m or 1h30m, "
                    + "not \(input.shown)")
        }
        self = parsed
    }

    /// Reads `500` (milliseconds), `250ms`, `30s`, `1h30m`, `2d`.
    ///
    /// - Source: Camel manual, "Human friendly syntax for configuring time periods".
    public init?(settingText text: String) {
        if let millis = Int64(text) {
            guard millis >= 0 else { return nil }
            self = .milliseconds(millis)
            return
        }
        var total: Int64 = 0
        var digits = ""
        var rest = Substring(text)
        while let first = rest.first {
            if first.isASCII, first.isWholeNumber {
                digits.append(rest.removeFirst())
                continue
            }
            let unit = rest.prefix { $0.isLetter }
            guard !unit.isEmpty, let count = Int64(digits),
                let scale = Self.unitMillis[String(unit)]
            else { return nil }
            let (part, overflow) = count.multipliedReportingOverflow(by: scale)
            let (sum, carried) = total.addingReportingOverflow(part)
            guard !overflow, !carried else { return nil }
            total = sum
            digits = ""
            rest.removeFirst(unit.count)
        }
        guard digits.isEmpty, !text.isEmpty else { return nil }
        self = .milliseconds(total)
    }

    private static let unitMillis: [String: Int64] = [
        "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]

    /// Unit: milliseconds, rounded down; saturated.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        return overflow ? .max : whole &+ attoseconds / 1_000_000_000_000_000
    }
}

extension Optional: SettingValue where Wrapped: SettingValue {
    public static var typeName: String { Wrapped.typeName }
    public static var isSecret: Bool { Wrapped.isSecret }
    public static var choices: [String] { Wrapped.choices }
    public var settingText: String? { flatMap(\.settingText) }
    public init(setting input: SettingInput) throws { self = try Wrapped(setting: input) }
    public static func take(
        _ name: String, from members: inout SettingMembers
    ) throws -> SettingInput? {
        try Wrapped.take(name, from: &members)
    }
}

extension Optional: OptionalSetting where Wrapped: SettingValue {
    static var absent: Self { .none }
}

/// A list: a YAML list, or text separated by commas.
extension Array: SettingValue where Element: SettingValue {
    public static var typeName: String { "list of \(Element.typeName)" }
    public static var choices: [String] { Element.choices }
    public var settingText: String? { map { $0.settingText ?? "" }.joined(separator: ",") }
    public init(setting input: SettingInput) throws {
        if case .node(let node) = input.content, let nodes = node.sequence {
            self = try nodes.map {
                try Element(
                    setting: SettingInput(.node($0), at: $0.span, environment: input.environment))
            }
        } else if let text = input.text {
            self = try text.split(separator: ",").map { part in
                let trimmed = String(part.trimmingSpaces())
                return try Element(
                    setting: SettingInput(
                        .text(trimmed), at: input.span, environment: input.environment))
            }
        } else {
            self = [try Element(setting: input)]
        }
    }
}

/// A YAML node as it stands, for settings whose shape is somebody else's.
extension YAMLNode: SettingValue {
    public static var typeName: String { "map" }
    public var settingText: String? { nil }
    public init(setting input: SettingInput) throws {
        guard let node = input.node else {
            throw SettingProblem("this can only be written as YAML, not in an address")
        }
        self = node
    }
}

/// One of a few words.
public protocol SettingChoice: SettingValue, RawRepresentable, CaseIterable
where RawValue == String {}

extension SettingChoice {
    public static var typeName: String { "choice" }
    public static var choices: [String] { allCases.map(\.rawValue) }
    public var settingText: String? { rawValue }
    public init(setting input: SettingInput) throws {
        guard let text = input.text, let choice = Self(rawValue: text) else {
            throw SettingProblem(
                "one of \(Self.choices.joined(separator: ", ")) is expected, not \(input.shown)")
        }
        self = choice
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
