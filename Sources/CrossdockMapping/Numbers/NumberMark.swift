/// One character that separates the parts of a number, as UTF-8.
struct NumberMark: BitwiseCopyable {
    private(set) var bytes: UInt32 = 0
    private(set) var count: UInt8 = 0

    static let none = NumberMark()
    static let point = NumberMark(".")

    init() {}

    init(_ text: String) {
        for byte in text.utf8.prefix(4) {
            bytes |= UInt32(byte) << (8 * UInt32(count))
            count += 1
        }
    }

    /// Bytes of the mark when it stands at `at`; 0 when it does not.
    @inline(__always)
    func width(in text: Bytes, at: Int) -> Int {
        guard count > 0, at + Int(count) <= text.count else { return 0 }
        for offset in 0..<Int(count) where text[at + offset] != byte(offset) { return 0 }
        return Int(count)
    }

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { UInt8(truncatingIfNeeded: bytes >> (8 * UInt32(offset))) }
}

/// The marks that one side uses, resolved.
struct NumberReading: BitwiseCopyable {
    var decimal = NumberMark.point
    var group = NumberMark.none
}
