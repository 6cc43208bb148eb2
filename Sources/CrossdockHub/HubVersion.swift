/// The version of this program.
public enum HubVersion {
    public static let current = "0.1.0"
}
