internal import CSimdjson

/// What a JSON value is.
public enum JSONKind: UInt8, Sendable {
    case object, array, string, number, `true`, `false`, null
}

/// A document's source bytes and tape as raw memory, for tight loops.
///
/// Entries are numbered from 0 in document order. A member of an object is two entries: its key, then
/// its value.
///
/// - Ownership: borrowed from a ``JSONDocument``; valid only inside ``JSONDocument/withView(_:)``.
public struct JSONView {
    public let source: UnsafePointer<UInt8>
    @usableFromInline let entries: UnsafeRawPointer
    public let count: Int

    @usableFromInline
    init(source: UnsafePointer<UInt8>, entries: UnsafeRawPointer, count: Int) {
        self.source = source
        self.entries = entries
        self.count = count
    }

    // Entries are 16 bytes: offset, length, next (UInt32 each), kind, flags (UInt8), count (UInt16).
    @inlinable public func kind(_ index: Int) -> JSONKind {
        JSONKind(rawValue: entries.load(fromByteOffset: index &* 16 &+ 12, as: UInt8.self)) ?? .null
    }

    /// Where the value's source text starts; for strings, after the quote.
    @inlinable public func offset(_ index: Int) -> Int {
        Int(entries.load(fromByteOffset: index &* 16, as: UInt32.self))
    }

    /// How many bytes the source text has; for strings, without the quotes.
    @inlinable public func length(_ index: Int) -> Int {
        Int(entries.load(fromByteOffset: index &* 16 &+ 4, as: UInt32.self))
    }

    /// The entry after this value and all it contains. Not for keys: theirs is ``keyHash(_:)``.
    @inlinable public func next(_ index: Int) -> Int {
        Int(entries.load(fromByteOffset: index &* 16 &+ 8, as: UInt32.self))
    }

    /// A hash of a key's source bytes, equal to ``JSONView/hash(of:)`` of the same bytes.
    @inlinable public func keyHash(_ index: Int) -> UInt32 {
        entries.load(fromByteOffset: index &* 16 &+ 8, as: UInt32.self)
    }

    @inlinable func flags(_ index: Int) -> UInt8 {
        entries.load(fromByteOffset: index &* 16 &+ 13, as: UInt8.self)
    }

    /// Whether a string or key holds a backslash escape, so that its source is not its text.
    @inlinable public func isEscaped(_ index: Int) -> Bool { flags(index) & 1 != 0 }

    /// Whether a number has a fraction or an exponent.
    @inlinable public func hasFraction(_ index: Int) -> Bool { flags(index) & 4 != 0 }

    /// Members of an object or elements of a list; 65,535 stands for "at least".
    @inlinable public func members(_ index: Int) -> Int {
        Int(entries.load(fromByteOffset: index &* 16 &+ 14, as: UInt16.self))
    }

    @inlinable public func text(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: source + offset(index), count: length(index))
    }

    /// The hash that keys carry, of any bytes.
    public static func hash(of bytes: some Sequence<UInt8>) -> UInt32 {
        let array = Array(bytes)
        return array.withUnsafeBufferPointer { crossdock_json_key_hash($0.baseAddress, $0.count) }
    }
}
