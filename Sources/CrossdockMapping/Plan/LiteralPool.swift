internal import CrossdockData

/// The texts that plans write as they are, in memory that stays where it is.
///
/// - Threads: filled while a mapping is compiled, by one thread; read-only from then on.
/// - Ownership: everything it hands out lives as long as the pool.
final class LiteralPool: @unchecked Sendable {
    private var blocks: [UnsafeMutablePointer<UInt8>] = []

    deinit { for block in blocks { block.deallocate() } }

    func bytes(_ content: [UInt8]) -> Bytes {
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: max(content.count, 1))
        for (at, byte) in content.enumerated() { block[at] = byte }
        blocks.append(block)
        return Bytes(start: block, count: content.count)
    }

    func bytes(_ text: String) -> Bytes { bytes(Array(text.utf8)) }

    /// A value of a mapping file, encoded once.
    func piece(_ value: Value) -> Piece {
        switch value {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .number(let number): return Piece(.number, bytes(number.text))
        case .string(let text):
            var quoted: [UInt8] = []
            JSONEscapes.write(text.utf8, to: &quoted)
            let inner = Array(quoted.dropFirst().dropLast())
            let isEscaped = inner.contains(UInt8(ascii: "\\"))
            return Piece(isEscaped ? .escaped : .string, bytes(inner))
        case .array, .object: return Piece(.json, bytes(value.json))
        }
    }
}
