internal import Glibc

/// What a log line may say about where it was written.
enum ThreadIdentity {
    static var number: Int { Int(bitPattern: pthread_self() & 0xFFFF_FFFF) }

    static var name: String {
        let bytes = FileBytes.read("/proc/thread-self/comm") ?? []
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    static let hostName: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}

/// Names that no two messages share.
enum Identifiers {
    /// A random UUID.
    ///
    /// - Source: RFC 9562 §5.4.
    static func uuid() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (at, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(at) { text += "-" }
            let digits = String(byte, radix: 16)
            text += digits.count == 1 ? "0" + digits : digits
        }
        return text
    }
}

/// The variables of this process.
enum ProcessEnvironment {
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
