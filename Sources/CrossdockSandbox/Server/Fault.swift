internal import CrossdockData
internal import CrossdockDiagnostics

/// Something that goes wrong on purpose.
struct Fault: Sendable {
    /// The kinds that every system knows; others are names of protocol rules.
    static let commonKinds = ["status", "delay", "cut", "truncate", "lock", "expireToken"]

    enum Moment: String, Sendable { case before, after }

    /// Glob; nil for every method.
    var method: String?
    /// Glob over path and query.
    var path: String
    var kind: String
    var status: Int
    var headers: HeaderFields
    /// The answer of a `status` fault in place of the vendor's own.
    var body: [UInt8]?
    var delayMillis: Int64
    /// How often it still applies; nil for always.
    var times: Int?
    var probability: Double
    var moment: Moment
    /// Of a request with many rows, every n-th is hit, counted from the first.
    var every: Int
    /// The object it was read from, for `GET`.
    var source: ValueObject
    var hits = 0

    func matches(method: String, path: String, query: String) -> Bool {
        if let wanted = self.method, !Glob.matches(wanted.uppercased(), method) { return false }
        return Glob.matches(self.path, query.isEmpty ? path : "\(path)?\(query)")
            || Glob.matches(self.path, path)
    }

    /// Whether the row at that place, counted from 0, is hit.
    func hits(row: Int) -> Bool { row % every == 0 }
}

extension Fault {
    private static let keys = [
        "method", "path", "fault", "status", "headers", "body", "delayMillis", "times",
        "probability", "when", "every",
    ]

    /// Reads a list of faults.
    ///
    /// - Parameter rules: The protocol rules that may be named.
    /// - Throws: ``SandboxError`` that says which fault and why.
    static func list(_ json: [UInt8], rules: [String]) throws(SandboxError) -> [Fault] {
        let value: Value
        do { value = try Value(json: json) } catch {
            throw SandboxError(.sandboxFaults, "the faults are not JSON", cause: error)
        }
        guard let elements = value.array else {
            throw SandboxError(.sandboxFaults, "the faults are not a JSON array")
        }
        var faults: [Fault] = []
        for (number, element) in elements.enumerated() {
            guard let object = element.object else {
                throw SandboxError(.sandboxFaults, "fault \(number + 1) is not an object")
            }
            faults.append(try Fault(object, number: number + 1, rules: rules))
        }
        return faults
    }

    private init(_ object: ValueObject, number: Int, rules: [String]) throws(SandboxError) {
        func refuse(_ what: String) -> SandboxError {
            SandboxError(.sandboxFaults, "fault \(number): \(what)")
        }
        func whole(_ key: String, _ range: ClosedRange<Int>, default initial: Int?)
            throws(SandboxError) -> Int?
        {
            guard let value = object[key], !value.isNull else { return initial }
            guard let whole = value.number?.int, range.contains(whole) else {
                throw refuse("`\(key)` is not a whole number in \(range.lowerBound)...")
            }
            return whole
        }
        for key in object.keys where !Self.keys.contains(key) {
            let help = Suggestion.help(for: key, in: Self.keys).map { "; \($0)" } ?? ""
            throw refuse("unknown key '\(key)'\(help)")
        }
        guard let kind = object["fault"]?.string else { throw refuse("`fault` is missing") }
        let kinds = Self.commonKinds + rules
        guard kinds.contains(kind) else {
            let help = Suggestion.help(for: kind, in: kinds).map { "; \($0)" } ?? ""
            throw refuse("unknown fault '\(kind)'\(help)")
        }
        let moment = Moment(rawValue: object["when"]?.string ?? "before")
        guard let moment else { throw refuse("`when` is neither before nor after") }
        let chance = object["probability"].map { $0.number?.double ?? .nan } ?? 1
        guard chance >= 0, chance <= 1 else { throw refuse("`probability` is not in 0...1") }

        self.kind = kind
        self.moment = moment
        probability = chance
        method = object["method"]?.string
        path = object["path"]?.string ?? "*"
        status = try whole("status", 100...599, default: 503) ?? 503
        delayMillis = Int64(try whole("delayMillis", 0...3_600_000, default: 0) ?? 0)
        times = try whole("times", 0...Int(Int32.max), default: nil)
        every = try whole("every", 1...1_000_000, default: 1) ?? 1
        headers = try Self.headers(object["headers"], refuse)
        body = object["body"].map { $0.string.map { Array($0.utf8) } ?? $0.json }
        source = object
    }

    private static func headers(
        _ value: Value?, _ refuse: (String) -> SandboxError
    ) throws(SandboxError) -> HeaderFields {
        var fields = HeaderFields()
        guard let value, !value.isNull else { return fields }
        guard let object = value.object else { throw refuse("`headers` is not an object") }
        for (name, value) in object {
            guard let text = value.scalarText, !text.utf8.contains(where: { $0 < 0x20 }),
                !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3A })
            else { throw refuse("header '\(name)' cannot be sent") }
            fields.add(name, text)
        }
        return fields
    }
}

/// Patterns in which `*` stands for any text and `?` for one character.
enum Glob {
    /// - Complexity: O(pattern × text) at worst.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern.utf8)
        let text = Array(text.utf8)
        var (p, t) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] || pattern[p] == UInt8(ascii: "?") {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
