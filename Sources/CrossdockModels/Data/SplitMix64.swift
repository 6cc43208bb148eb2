/// A small generator whose sequence depends on its seed alone, on every machine and in every version.
///
/// - Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// An even number from 0 up to `bound`, without the bias of a remainder.
    mutating func next(below bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Evenly spread in 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

extension Array {
    /// Fisher and Yates' shuffle.
    mutating func shuffle(_ generator: inout SplitMix64) {
        guard count > 1 else { return }
        for at in (1..<count).reversed() { swapAt(at, generator.next(below: at + 1)) }
    }
}
