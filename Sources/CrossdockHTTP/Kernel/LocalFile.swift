internal import Glibc

/// Small files that settings name: certificates, keys, assertions.
public enum LocalFile {
    public static let sizeLimit = 1 << 20

    /// - Returns: Nil when it cannot be read or is larger than ``sizeLimit``.
    public static func bytes(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while content.count <= sizeLimit {
            let count = read(file, &buffer, buffer.count)
            if count == 0 { return content }
            guard count > 0 else { return nil }
            content += buffer.prefix(count)
        }
        return nil
    }
}
