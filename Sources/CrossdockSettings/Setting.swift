/// One thing an operator or route author may choose, declared once beside the code that obeys it.
///
/// Help, range, unit, example and default live here and nowhere else; reference pages, JSON Schema,
/// the component catalog and `crossdock explain` read them through ``Settings/declarations``. The
/// property's name is the option's name. An initial value makes a setting optional.
///
/// - Threads: written while it is decoded, by one owner; read-only from then on. A write through a
///   copy gets a storage of its own.
@propertyWrapper
public struct Setting<Value: SettingValue>: Sendable {
    private var storage: SettingStorage<Value>

    /// - Parameters:
    ///   - help: One line, a sentence, what it decides.
    ///   - name: The option's name where it differs from the property's.
    ///   - unit: What a bare number counts.
    public init(
        wrappedValue: Value, _ help: String, name: String? = nil,
        in range: ClosedRange<Value>? = nil,
        unit: SettingUnit? = nil, example: String? = nil
    ) where Value: Comparable {
        storage = SettingStorage(
            help: help, name: name, unit: unit, example: example, initial: wrappedValue,
            range: range.map { "\($0.lowerBound)…\($0.upperBound)" },
            admits: { range?.contains($0) ?? true })
    }

    public init(
        wrappedValue: Value, _ help: String, name: String? = nil, unit: SettingUnit? = nil,
        example: String? = nil
    ) {
        storage = SettingStorage(
            help: help, name: name, unit: unit, example: example, initial: wrappedValue, range: nil,
            admits: { _ in true })
    }

    /// A setting without a default: it must be given.
    public init(
        _ help: String, name: String? = nil, unit: SettingUnit? = nil, example: String? = nil
    ) {
        storage = SettingStorage(
            help: help, name: name, unit: unit, example: example,
            initial: (Value.self as? any OptionalSetting.Type)?.absent as? Value, range: nil,
            admits: { _ in true })
    }

    /// Reading a required setting before it was decoded is our bug, not a user's.
    public var wrappedValue: Value {
        get {
            guard let value = storage.value else {
                preconditionFailure("a required setting was read before it was decoded")
            }
            return value
        }
        set {
            if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
            storage.value = newValue
        }
    }
}

/// What a bare number of a setting counts.
public enum SettingUnit: String, Sendable {
    case records, bytes, milliseconds, messages, attempts, connections
}

final class SettingStorage<Value: SettingValue>: @unchecked Sendable {
    let help: String
    let name: String?
    let unit: SettingUnit?
    let example: String?
    let initial: Value?
    let range: String?
    let admits: @Sendable (Value) -> Bool
    var value: Value?

    init(
        help: String, name: String?, unit: SettingUnit?, example: String?, initial: Value?,
        range: String?, admits: @escaping @Sendable (Value) -> Bool
    ) {
        self.help = help
        self.name = name
        self.unit = unit
        self.example = example
        self.initial = initial
        self.range = range
        self.admits = admits
        value = initial
    }

    func copy() -> SettingStorage {
        let copy = SettingStorage(
            help: help, name: name, unit: unit, example: example, initial: initial, range: range,
            admits: admits)
        copy.value = value
        return copy
    }
}

/// What is known of a setting without knowing its type.
public struct SettingDeclaration: Sendable {
    public let name: String
    public let help: String
    /// `text`, `number`, `duration`, `one of a, b` …
    public let type: String
    public let isRequired: Bool
    public let defaultText: String?
    public let range: String?
    public let unit: SettingUnit?
    public let example: String?
    public let isSecret: Bool
    /// The values of a choice.
    public let choices: [String]
}

/// The view of a `Setting` that decoding and documentation need.
protocol AnySetting: Sendable {
    func declaration(property: String) -> SettingDeclaration
    func take(property: String, from members: inout SettingMembers) throws
}

extension Setting: AnySetting {
    func declaration(property: String) -> SettingDeclaration {
        SettingDeclaration(
            name: storage.name ?? property, help: storage.help, type: Value.typeName,
            isRequired: storage.initial == nil,
            defaultText: storage.initial.flatMap(\.settingText), range: storage.range,
            unit: storage.unit, example: storage.example, isSecret: Value.isSecret,
            choices: Value.choices)
    }

    func take(property: String, from members: inout SettingMembers) throws {
        let name = storage.name ?? property
        guard let input = try Value.take(name, from: &members) else {
            if storage.initial == nil { throw members.missing(name, example: storage.example) }
            return
        }
        let value: Value
        do { value = try Value(setting: input) } catch let problem as SettingProblem {
            throw input.refused(name, problem)
        }
        guard storage.admits(value) else {
            let range = storage.range.map { "must lie in \($0)" } ?? "is out of range"
            throw input.refused(name, SettingProblem("\(input.shown) \(range)"))
        }
        storage.value = value
    }
}
