#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

enum SystemTime {
    /// Unit: whole milliseconds since 1970-01-01T00:00:00Z.
    static var milliseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1e6).rounded(.down)
    }
}

/// Repeatable dice.
///
/// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014), SplitMix64.
struct SeededGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// From 0 up to, not including, 1.
    mutating func next() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) * 0x1p-53
    }
}
