/// UUIDs that follow from names, so that the same data have the same ids.
enum StableUUID {
    /// The same for the same name, unlike for different ones; marked as version 8 (RFC 9562 §5.8).
    static func make(from name: String) -> String {
        var (high, low): (UInt64, UInt64) = (0xCBF2_9CE4_8422_2325, 0x8422_2325_CBF2_9CE4)
        for byte in name.utf8 {
            high = (high ^ UInt64(byte)) &* 0x100_0000_01B3
            low = (low ^ high) &* 0x9E37_79B9_7F4A_7C15
        }
        high = high & ~0xF000 | 0x8000
        low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Array((hex(high) + hex(low)).utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return [part(0..<8), part(8..<12), part(12..<16), part(16..<20), part(20..<32)]
            .joined(separator: "-")
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
