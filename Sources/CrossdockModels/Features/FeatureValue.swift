internal import CrossdockData

/// One feature of one row, as its type says: nothing, a number or a text.
///
/// Dates are numbers: seconds since 1970 in UTC.
///
/// - Ownership: a text is borrowed from the row it was read from.
struct FeatureValue {
    enum Kind: UInt8 {
        case absent, null, number, text
        /// A value that the type does not admit.
        case wrong
    }

    var kind: Kind
    var number = 0.0
    var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

    var isMissing: Bool { kind == .absent || kind == .null }

    static var absent: FeatureValue { FeatureValue(kind: .absent) }
    static var null: FeatureValue { FeatureValue(kind: .null) }
    static var wrong: FeatureValue { FeatureValue(kind: .wrong) }

    @inline(__always)
    static func number(_ value: Double) -> FeatureValue {
        // What has no finite value is missing, not an input.
        value.isFinite ? FeatureValue(kind: .number, number: value) : .null
    }

    static func text(_ text: UnsafeBufferPointer<UInt8>) -> FeatureValue {
        FeatureValue(kind: .text, text: text)
    }
}

/// How one feature's values are read: its type, and whether its encoding wants numbers or texts.
struct ValueReader: Sendable {
    let type: FeatureType
    /// Categories are texts, also those of booleans and integers.
    let wantsText: Bool
    /// For date-times without an offset.
    let zone: String?

    private static let yes: StaticString = "true"
    private static let no: StaticString = "false"

    private static func buffer(_ text: StaticString) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private func boolean(_ flag: Bool) -> FeatureValue {
        wantsText ? .text(Self.buffer(flag ? Self.yes : Self.no)) : .number(flag ? 1 : 0)
    }

    /// Reads a value of a JSON document. Strings with escapes are decoded into `scratch`.
    func read(_ view: JSONView, _ index: Int, _ scratch: inout TextScratch) -> FeatureValue {
        switch view.kind(index) {
        case .null: return .null
        case .object, .array: return .wrong
        case .true, .false:
            let flag = view.kind(index) == .true
            switch type {
            case .boolean, .category, .integer, .number: return boolean(flag)
            case .text, .date, .dateTime: return .wrong
            }
        case .number: return number(view.text(index))
        case .string:
            let text =
                view.isEscaped(index)
                ? scratch.keep(JSONEscapes.decode(view.text(index))) : view.text(index)
            switch type {
            case .category, .text: return .text(text)
            case .date, .dateTime: return time(text)
            case .number, .integer, .boolean: return .wrong
            }
        }
    }

    /// A JSON number.
    private func number(_ source: UnsafeBufferPointer<UInt8>) -> FeatureValue {
        switch type {
        case .category: return .text(source)
        case .text, .date, .dateTime: return .wrong
        case .number, .integer, .boolean: break
        }
        guard let value = NumberText.double(source) else { return .wrong }
        switch type {
        case .boolean: return value == 0 || value == 1 ? boolean(value == 1) : .wrong
        case .integer:
            guard value == value.rounded() else { return .wrong }
            return wantsText ? Self.integerText(source) : .number(value)
        default: return .number(value)
        }
    }

    /// `3.0` and `3e0` are the integer that `3` is, but as a category only its spelling counts.
    private static func integerText(_ text: UnsafeBufferPointer<UInt8>) -> FeatureValue {
        let isPlain = text.allSatisfy { $0 == UInt8(ascii: "-") || ($0 >= 0x30 && $0 <= 0x39) }
        return isPlain ? .text(text) : .wrong
    }

    private func time(_ text: UnsafeBufferPointer<UInt8>) -> FeatureValue {
        guard !text.isEmpty else { return .null }
        guard let stamp = Timestamp(text) else { return .wrong }
        if type == .date {
            // A day stays the day that is written, wherever it is read.
            return .number((stamp.seconds / 86_400).rounded(.down) * 86_400)
        }
        return .number(stamp.instant(in: zone.flatMap { TimeZones.find($0) }))
    }

    /// Reads a CSV cell, whose text has no type of its own; an empty one is absent.
    func read(cell text: UnsafeBufferPointer<UInt8>) -> FeatureValue {
        let trimmed = Self.trim(text)
        guard !trimmed.isEmpty else { return .absent }
        switch type {
        case .category, .text: return .text(trimmed)
        case .date, .dateTime: return time(trimmed)
        case .boolean:
            switch String(decoding: trimmed, as: UTF8.self).lowercased() {
            case "true", "yes", "1": return boolean(true)
            case "false", "no", "0": return boolean(false)
            default: return .wrong
            }
        case .number, .integer:
            guard let value = NumberText.double(trimmed) else { return .wrong }
            guard type == .integer else { return .number(value) }
            guard value == value.rounded() else { return .wrong }
            return wantsText ? Self.integerText(trimmed) : .number(value)
        }
    }

    static func trim(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = text.count
        while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
        while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
        return UnsafeBufferPointer(rebasing: text[start..<end])
    }
}

/// Memory for the few texts of a row that cannot be read in place.
///
/// - Ownership: frees what it keeps when it goes.
struct TextScratch: ~Copyable {
    private var kept: [UnsafeMutableBufferPointer<UInt8>] = []

    init() {}

    deinit { for buffer in kept { buffer.deallocate() } }

    mutating func keep(_ text: [UInt8]) -> UnsafeBufferPointer<UInt8> {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
        _ = buffer.initialize(from: text)
        kept.append(buffer)
        return UnsafeBufferPointer(buffer)
    }
}
