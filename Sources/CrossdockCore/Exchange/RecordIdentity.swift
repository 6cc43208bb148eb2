/// Which record of which system a message stands for, and which state of it.
///
/// Set by the consumer that read the record, carried by the bus, and the ground of every promise about
/// duplicates and order: effects are named after it (``EffectID``), and no two exchanges with the same
/// ``orderKey`` are under way at once.
public final class RecordIdentity: Sendable, Hashable {
    public enum Operation: String, Sendable {
        case upsert
        case delete
    }

    /// The source's name: its connection, `salesforce`.
    public let system: String
    /// `Account`, `A_BusinessPartner`.
    public let object: String
    /// The record's key in its system.
    public let key: String
    /// The state of the record. Versions of one record compare as text: later is greater. For
    /// Salesforce the SystemModstamp in RFC 3339 UTC with milliseconds.
    public let version: String
    public let operation: Operation

    public init(
        system: String, object: String, key: String, version: String, operation: Operation = .upsert
    ) {
        self.system = system
        self.object = object
        self.key = key
        self.version = version
        self.operation = operation
    }

    /// Names the record whatever its state.
    public var orderKey: String { "\(system)/\(object)/\(key)" }

    public static func == (one: RecordIdentity, other: RecordIdentity) -> Bool {
        one.key == other.key && one.version == other.version && one.object == other.object
            && one.system == other.system && one.operation == other.operation
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(version)
    }
}
