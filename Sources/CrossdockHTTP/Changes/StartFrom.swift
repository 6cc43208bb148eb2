public import CrossdockCore
public import CrossdockSettings

/// Where a consumer starts that has read nothing yet.
public enum StartFrom: SettingValue, Equatable {
    case beginning
    case now
    case instant(Instant)

    public static var typeName: String { "beginning, now or a point in time" }

    public var settingText: String? {
        switch self {
        case .beginning: "beginning"
        case .now: "now"
        case .instant(let instant): Timestamp.text(instant)
        }
    }

    public init(setting input: SettingInput) throws {
        if input.text == "beginning" {
            self = .beginning
        } else if input.text == "now" {
            self = .now
        } else if let instant = input.text.flatMap(Timestamp.instant) {
            self = .instant(instant)
        } else {
            throw SettingProblem(
                "beginning, now or a time such as 2026-01-01T00:00:00Z is expected, not "
                    + "\(input.shown)")
        }
    }
}
