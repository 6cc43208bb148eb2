internal import CPlatform
internal import Glibc

/// The memory of this process.
///
/// - Source: proc(5), `/proc/self/status`.
public enum ProcessMemory {
    /// Tells the allocator that this process is one of many on its machine. Call it first of all.
    public static func keepSmall() { platform_keep_memory_small() }

    /// Gives back what a phase that is over has used.
    static func release() { platform_release_memory() }

    /// Unit: bytes.
    static var resident: Int? { value(of: "VmRSS:") }
    /// The most there ever was. Unit: bytes.
    static var peak: Int? { value(of: "VmHWM:") }

    private static func value(of key: String) -> Int? {
        guard let file = fopen("/proc/self/status", "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix(key) {
            let number = line.dropFirst(key.count).split(whereSeparator: { !$0.isNumber }).first
            return number.flatMap { Int($0) }.map { $0 * 1_024 }
        }
        return nil
    }
}
