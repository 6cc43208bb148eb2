/// Where a setting's value came from; later ones win.
public enum ConfigurationSource: Sendable, CustomStringConvertible {
    case builtIn
    case file(String, line: Int)
    case environment(String)
    case flag(String)

    public var description: String {
        switch self {
        case .builtIn: "the default"
        case .file(let name, let line): "\(name):\(line)"
        case .environment(let name): "the environment variable \(name)"
        case .flag(let name): "the flag \(name)"
        }
    }
}

/// Turns `bus.prefetchCount` into `CROSSDOCK_BUS_PREFETCH_COUNT`.
enum EnvironmentName {
    static func of(_ key: String) -> String {
        var name = "CROSSDOCK_"
        for scalar in key.unicodeScalars {
            switch scalar {
            case ".", "-": name += "_"
            case "A"..."Z": name += "_" + String(scalar)
            default: name += String(scalar).uppercased()
            }
        }
        return name
    }
}

extension HubConfiguration {
    /// The variable that overrides a key: `CROSSDOCK_BUS_PREFETCH_COUNT` for `bus.prefetchCount`.
    public static func environmentName(of key: String) -> String { EnvironmentName.of(key) }
}
