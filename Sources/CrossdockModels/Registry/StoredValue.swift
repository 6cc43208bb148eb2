internal import CrossdockData

/// Reads the JSON that versions are stored as; whatever is not as written is damage.
extension Value {
    static func damaged(_ what: String) -> ModelError {
        ModelError(.registryDamaged, "a stored model is damaged: \(what)")
    }

    func stored(_ key: String) throws(ModelError) -> Value {
        guard let value = self[key] else { throw Self.damaged("'\(key)' is missing") }
        return value
    }

    func storedText(_ key: String) throws(ModelError) -> String {
        guard let text = try stored(key).string else { throw Self.damaged("'\(key)' is no text") }
        return text
    }

    func storedInteger(_ key: String, in range: ClosedRange<Int>) throws(ModelError) -> Int {
        guard let value = try stored(key).number?.int, range.contains(value) else {
            throw Self.damaged("'\(key)' is no number in range")
        }
        return value
    }

    func storedNumber(_ key: String) throws(ModelError) -> Double {
        guard let value = try stored(key).number?.double, value.isFinite else {
            throw Self.damaged("'\(key)' is no number")
        }
        return value
    }

    func storedNumbers(_ key: String) throws(ModelError) -> [Double] {
        let values = (try stored(key).array ?? []).map { $0.number?.double ?? .nan }
        guard values.allSatisfy(\.isFinite) else {
            throw Self.damaged("'\(key)' is no list of numbers")
        }
        return values
    }

    func storedTexts(_ key: String) throws(ModelError) -> [String] {
        guard let values = try stored(key).array else { throw Self.damaged("'\(key)' is no list") }
        let texts = values.compactMap(\.string)
        guard texts.count == values.count else {
            throw Self.damaged("'\(key)' is no list of texts")
        }
        return texts
    }

    func storedFlag(_ key: String) -> Bool { self[key]?.bool ?? false }

    static func numbers(_ values: some Sequence<Double>) -> Value {
        .array(values.map { .double($0) })
    }

    static func texts(_ values: some Sequence<String>) -> Value {
        .array(values.map { .string($0) })
    }

    /// A text, or null for none.
    static func text(_ text: String?) -> Value { text.map { .string($0) } ?? .null }

    /// A number, or null for none.
    static func number(_ number: Double?) -> Value { number.map { .double($0) } ?? .null }
}
