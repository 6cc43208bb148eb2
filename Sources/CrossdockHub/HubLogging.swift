internal import CrossdockObservability
public import Logging

/// How a process logs: JSON lines, or text on a terminal.
public struct LogChoice: Sendable {
    public var level: Logger.Level
    public var json: Bool

    public init(level: Logger.Level, json: Bool) {
        self.level = level
        self.json = json
    }

    /// Text on a terminal, JSON elsewhere, from `info` on.
    public static var standard: LogChoice {
        LogChoice(LogSettings())
    }

    public init(_ settings: LogSettings) {
        level = Logger.Level(rawValue: settings.level.rawValue) ?? .info
        json =
            switch settings.format {
            case .json: true
            case .text: false
            case .auto: !StandardError.isTerminal
            }
    }
}

public enum HubLogging {
    public static func logger(_ label: String, _ choice: LogChoice) -> Logger {
        Logger(label: label) { label in
            LineLogHandler(
                label: label, format: choice.json ? .json : .text, level: choice.level)
        }
    }
}
