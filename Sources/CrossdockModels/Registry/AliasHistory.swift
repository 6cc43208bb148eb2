public import CrossdockData

/// One move of an alias: which version it meant from then on, who moved it, and why.
public struct AliasChange: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case promote, rollback
    }

    public let alias: String
    public let kind: Kind
    public let version: Int
    public let previous: Int?
    /// RFC 3339, UTC.
    public let at: String
    public let by: String
    public let reason: String
    /// What the gate said; nil where none was asked.
    public let gate: Value?

    public var value: Value {
        var object = ValueObject()
        object["alias"] = .string(alias)
        object["kind"] = .string(kind.rawValue)
        object["version"] = .integer(version)
        object["previous"] = previous.map { .integer($0) } ?? .null
        object["at"] = .string(at)
        object["by"] = .string(by)
        object["reason"] = .string(reason)
        if let gate { object["gate"] = gate }
        return .object(object)
    }
}

/// All moves of a model's aliases, oldest first: a file that is only ever appended to.
struct AliasHistory: Sendable {
    private(set) var changes: [AliasChange] = []

    /// Lines that a crash cut off are no moves: they were never confirmed.
    init(_ bytes: [UInt8]) {
        for line in bytes.split(separator: 0x0A) {
            guard let value = try? Value(json: Array(line)), let change = Self.change(value) else {
                continue
            }
            changes.append(change)
        }
    }

    private static func change(_ value: Value) -> AliasChange? {
        guard let alias = value["alias"]?.string, let version = value["version"]?.number?.int,
            let kind = value["kind"]?.string.flatMap({ AliasChange.Kind(rawValue: $0) })
        else { return nil }
        return AliasChange(
            alias: alias, kind: kind, version: version, previous: value["previous"]?.number?.int,
            at: value["at"]?.string ?? "", by: value["by"]?.string ?? "",
            reason: value["reason"]?.string ?? "", gate: value["gate"])
    }

    /// The version an alias means now.
    func current(_ alias: String) -> Int? { changes.last { $0.alias == alias }?.version }

    var aliases: [(alias: String, version: Int)] {
        var names: [String] = []
        for change in changes where !names.contains(change.alias) { names.append(change.alias) }
        return names.compactMap { name in current(name).map { (name, $0) } }
    }

    /// The version that rolling back leads to. Rolling back twice goes two versions back, not there
    /// and back again.
    func previous(_ alias: String) -> Int? {
        var stack: [Int] = []
        for change in changes where change.alias == alias {
            switch change.kind {
            case .promote:
                if stack.last != change.version { stack.append(change.version) }
            case .rollback:
                while let top = stack.last, top != change.version { _ = top; stack.removeLast() }
                if stack.isEmpty { stack.append(change.version) }
            }
        }
        return stack.count > 1 ? stack[stack.count - 2] : nil
    }
}
