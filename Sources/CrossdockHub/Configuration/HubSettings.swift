public import CrossdockSettings

/// Where messages of `bus:` topics go.
public struct BusSettings: Settings {
    @Setting(
        "Broker; empty for the embedded bus.", example: "amqps://hub@broker.example/%2F")
    public var url = ""
    @Setting("Password of the broker's user, apart from the URL.", example: "{{env:BUS_PASSWORD}}")
    public var password: Secret?
    @Setting("Deliveries a consumer may hold unsettled.", in: 1...65_535, unit: .messages)
    public var prefetchCount = 1_600
    @Setting("Publishes under way without confirm.", in: 1...10_000, unit: .messages)
    public var confirmWindow = 1_000
    @Setting("The broker's management API, for checking effective queue arguments.")
    public var managementUrl: String?
    @Setting("Certificates to trust for amqps, PEM.")
    public var caFile: String?
    @Setting("Largest size of the embedded bus on disk before publishing waits.")
    public var maxSize = ByteCount.mebibytes(10_240)

    public init() {}
}

/// Where the hub remembers.
public struct StateSettings: Settings {
    @Setting(
        "Shared database; empty for a file in `dir`.", example: "postgres://hub@db.example/hub")
    public var url = ""
    @Setting("Folder of the embedded state and bus.")
    public var dir = ".crossdock"

    public init() {}
}

/// A listener for health and metrics, or for console and API.
public struct ListenerSettings: Settings {
    @Setting("Address to listen on.")
    public var host = "127.0.0.1"
    @Setting("Port; 0 takes a free one.", in: 0...65_535)
    public var port = 0

    public init() {}

    public init(port: Int) { self.port = port }
}

public struct LogSettings: Settings {
    public enum Level: String, SettingChoice { case trace, debug, info, notice, warning, error }
    public enum Format: String, SettingChoice { case auto, json, text }

    @Setting("The least severe level that is written.")
    public var level = Level.info
    @Setting("json, text, or auto: text on a terminal, json elsewhere.")
    public var format = Format.auto

    public init() {}
}

public struct SecuritySettings: Settings {
    @Setting(
        "Per route id, patterns of addresses that message data may choose.",
        example: "{orders: [\"https://*.example/*\"]}")
    public var dynamicUris: YAMLNode?

    public init() {}
}

public struct ShutdownSettings: Settings {
    @Setting("Time for exchanges under way to finish after a stop was asked for.")
    public var timeout: Duration = .seconds(45)

    public init() {}
}
