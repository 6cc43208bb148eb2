/// Texts numbered in the order they are met, compared byte by byte.
///
/// Swift's `String` equates canonically equivalent texts; categories, like record keys, must not be
/// merged that way.
struct TextTable: Sendable {
    private var bytes: [UInt8] = []
    /// Where each text ends; it starts where the one before ends.
    private var ends: [Int32] = []
    /// Open addressing; −1 is free.
    private var slots: [Int32] = [Int32](repeating: -1, count: 16)

    var count: Int { ends.count }

    init() {}

    init(_ texts: some Sequence<String>) {
        for text in texts { _ = intern(text) }
    }

    /// Unit: bytes held by all texts together. Beyond this nothing is added.
    static let maximumSize = Int(Int32.max) - 65_536

    subscript(number: Int) -> String {
        String(decoding: bytes[range(number)], as: UTF8.self)
    }

    func range(_ number: Int) -> Range<Int> {
        (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
    }

    var texts: [String] { (0..<count).map { self[$0] } }

    /// Lends a text's bytes.
    func withText<Result>(
        _ number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(number)])) }
    }

    /// The text's number; nil when it was never interned.
    func find(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        var slot = Int(truncatingIfNeeded: Self.hash(text)) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if isEqual(number, text) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The text's number, a new one when it was not met before.
    ///
    /// - Returns: nil when the table is full.
    mutating func intern(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        if let number = find(text) { return number }
        guard bytes.count <= Self.maximumSize - text.count else { return nil }
        let number = ends.count
        bytes.append(contentsOf: text)
        ends.append(Int32(bytes.count))
        if ends.count * 2 > slots.count { grow() } else { place(number) }
        return number
    }

    mutating func intern(_ text: String) -> Int? {
        var text = text
        return text.withUTF8 { intern($0) }
    }

    func find(_ text: String) -> Int? {
        var text = text
        return text.withUTF8 { find($0) }
    }

    private func isEqual(_ number: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        withText(number) { Bytes.areEqual($0, text) }
    }

    private mutating func place(_ number: Int) {
        let hash = withText(number) { Self.hash($0) }
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(number)
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for number in 0..<count { place(number) }
    }

    private static let seed = UInt64.random(in: .min ... .max)

    /// Not stored anywhere: it differs from process to process, so no one can prepare collisions.
    @inline(__always)
    static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: text.count)
        let raw = UnsafeRawBufferPointer(text)
        var at = 0
        while at + 8 <= raw.count {
            hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        var rest: UInt64 = 0
        while at < raw.count {
            rest = rest << 8 | UInt64(raw[at])
            at += 1
        }
        return mix(hash ^ rest)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
