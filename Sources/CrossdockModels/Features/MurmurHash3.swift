/// The 32-bit hash that scikit-learn's feature hashing uses.
///
/// - Source: Austin Appleby, MurmurHash3_x86_32 (public domain).
enum MurmurHash3 {
    static func hash(_ bytes: some Collection<UInt8>, seed: UInt32 = 0) -> UInt32 {
        var hash = seed
        var block: UInt32 = 0
        var filled: UInt32 = 0
        for byte in bytes {
            block |= UInt32(byte) << (8 * filled)
            filled += 1
            guard filled == 4 else { continue }
            hash ^= scramble(block)
            hash = hash << 13 | hash >> 19
            hash = hash &* 5 &+ 0xE654_6B64
            block = 0
            filled = 0
        }
        if filled > 0 { hash ^= scramble(block) }
        hash ^= UInt32(truncatingIfNeeded: bytes.count)
        hash = (hash ^ (hash >> 16)) &* 0x85EB_CA6B
        hash = (hash ^ (hash >> 13)) &* 0xC2B2_AE35
        return hash ^ (hash >> 16)
    }

    private static func scramble(_ block: UInt32) -> UInt32 {
        let mixed = block &* 0xCC9E_2D51
        return (mixed << 15 | mixed >> 17) &* 0x1B87_3593
    }

    /// The column of a hashed feature among `columns`, and the sign that evens out collisions.
    static func column(_ hash: UInt32, of columns: Int) -> (index: Int, sign: Double) {
        let signed = Int32(bitPattern: hash)
        return (Int(signed.magnitude) % max(1, columns), signed >= 0 ? 1 : -1)
    }
}
