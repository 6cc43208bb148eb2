public import CrossdockDiagnostics
internal import Glibc

/// Where records come from.
public protocol ByteSource {
    /// Reads up to `buffer.count` bytes; 0 at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Where records go.
public protocol ByteSink {
    /// Writes all of the bytes.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws
}

/// An open file, pipe or terminal.
///
/// - Ownership: the descriptor stays the caller's.
public struct FileStream: ByteSource, ByteSink, Sendable {
    private let descriptor: Int32
    private let name: String

    public init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    public static let standardInput = FileStream(descriptor: 0, name: "standard input")
    public static let standardOutput = FileStream(descriptor: 1, name: "standard output")

    public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw StreamFailure("\(name) cannot be read: \(String(cString: strerror(errno)))")
            }
        }
    }

    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw StreamFailure(
                    "\(name) cannot be written: \(String(cString: strerror(errno)))")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}

/// Bytes held in memory, for tests and small inputs.
public struct MemoryStream: ByteSource, ByteSink {
    public private(set) var bytes: [UInt8]
    private var position = 0
    /// The most that one read gives.
    private let pieceSize: Int

    public init(_ bytes: [UInt8] = [], pieceSize: Int = .max) {
        self.bytes = bytes
        self.pieceSize = max(1, pieceSize)
    }

    public init(_ text: String, pieceSize: Int = .max) {
        self.init(Array(text.utf8), pieceSize: pieceSize)
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bytes.count - position, pieceSize)
        buffer.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
    }

    public mutating func write(_ bytes: UnsafeRawBufferPointer) {
        self.bytes.append(contentsOf: bytes)
    }
}

/// Reading or writing failed, or the input is not of its format.
public struct StreamFailure: Classified {
    public let message: String
    public var code: DiagnosticCode { .unreadableInput }

    init(_ message: String) { self.message = message }
}
