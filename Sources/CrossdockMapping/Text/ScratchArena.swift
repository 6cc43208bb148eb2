internal import Glibc

/// Memory for the intermediate texts of one record: handed out in order, taken back all at once.
///
/// - Ownership: what it hands out stays where it is until ``reset()`` or a ``release(to:)`` of a mark
///   taken before.
struct ScratchArena: ~Copyable {
    /// A place to go back to.
    struct Mark {
        fileprivate let chunk: Int
        fileprivate let used: Int
    }

    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var chunk = 0
    private var used = 0

    /// Unit: bytes of the first chunk; later ones double.
    private static let firstChunk = 16 << 10
    /// What is kept from record to record.
    private static let keptChunk = 1 << 20

    init() { chunks.append(.allocate(byteCount: Self.firstChunk, alignment: 16)) }

    deinit { for chunk in chunks { chunk.deallocate() } }

    var mark: Mark { Mark(chunk: chunk, used: used) }

    @inline(__always)
    mutating func release(to mark: Mark) {
        chunk = mark.chunk
        used = mark.used
    }

    /// Starts a new record.
    mutating func reset() {
        chunk = 0
        used = 0
        guard chunks.count > 1 else { return }
        // One huge record must not pin its memory for the life of the worker.
        while chunks.count > 1, chunks[chunks.count - 1].count > Self.keptChunk {
            chunks.removeLast().deallocate()
        }
    }

    mutating func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        let raw = allocateRaw(count, alignment: 1)
        return raw.bindMemory(to: UInt8.self, capacity: max(count, 1))
    }

    mutating func allocate<T: BitwiseCopyable>(
        _ type: T.Type, count: Int, repeating value: T
    ) -> UnsafeMutablePointer<T> {
        let raw = allocateRaw(
            max(count, 1) * MemoryLayout<T>.stride, alignment: MemoryLayout<T>.alignment)
        let memory = raw.bindMemory(to: T.self, capacity: max(count, 1))
        memory.initialize(repeating: value, count: count)
        return memory
    }

    mutating func copy(_ bytes: Bytes) -> Bytes {
        let memory = allocate(bytes.count)
        if let start = bytes.baseAddress { memcpy(memory, start, bytes.count) }
        return Bytes(start: memory, count: bytes.count)
    }

    mutating func copy(_ bytes: [UInt8]) -> Bytes {
        let memory = allocate(bytes.count)
        bytes.withUnsafeBufferPointer {
            if let start = $0.baseAddress { memcpy(memory, start, $0.count) }
        }
        return Bytes(start: memory, count: bytes.count)
    }

    mutating func copy(_ text: String) -> Bytes {
        var text = text
        let memory = allocate(text.utf8.count)
        let count = text.withUTF8 { bytes in
            if let start = bytes.baseAddress { memcpy(memory, start, bytes.count) }
            return bytes.count
        }
        return Bytes(start: memory, count: count)
    }

    private mutating func allocateRaw(
        _ count: Int, alignment: Int
    ) -> UnsafeMutableRawPointer {
        let start = (used + alignment - 1) & ~(alignment - 1)
        if start + count <= chunks[chunk].count, let base = chunks[chunk].baseAddress {
            used = start + count
            return base + start
        }
        return allocateElsewhere(count)
    }

    @inline(never)
    private mutating func allocateElsewhere(_ count: Int) -> UnsafeMutableRawPointer {
        repeat {
            chunk += 1
            if chunk == chunks.count {
                let size = max(count, chunks[chunk - 1].count * 2)
                chunks.append(.allocate(byteCount: size, alignment: 16))
            }
        } while chunks[chunk].count < count
        used = count
        guard let base = chunks[chunk].baseAddress else { preconditionFailure("an empty chunk") }
        return base
    }
}
