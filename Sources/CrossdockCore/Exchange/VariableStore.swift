internal import Synchronization

/// The variables that outlive an exchange: those of a route and those of the hub.
///
/// - Source: Camel manual, "Variables": `global:name`, `route:routeId:name`; without a prefix a
///   variable belongs to its exchange.
public final class VariableStore: Sendable {
    private let values = Mutex<[String: Body]>([:])

    public init() {}

    /// Whether `name` names a variable that is kept here.
    public static func keeps(_ name: String) -> Bool {
        name.hasPrefix("global:") || name.hasPrefix("route:")
    }

    public subscript(name: String) -> Body? {
        get { values.withLock { $0[name] } }
        set { values.withLock { $0[name] = newValue } }
    }

    public var all: [(name: String, value: Body)] {
        values.withLock { values in
            values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        }
    }
}

/// A variable's name with its scope worked out once.
public struct VariableName: Sendable {
    public let text: String
    private let isShared: Bool

    public init(_ text: String) {
        var text = text
        if text.hasPrefix("exchange:") { text.removeFirst("exchange:".count) }
        self.text = text
        isShared = VariableStore.keeps(text)
    }

    public func value(in exchange: Exchange, _ shared: VariableStore) -> Body? {
        isShared ? shared[text] : exchange.variables[text]
    }

    public func set(_ value: Body?, in exchange: inout Exchange, _ shared: VariableStore) {
        if isShared { shared[text] = value } else { exchange.variables[text] = value }
    }
}
