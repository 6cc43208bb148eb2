internal import Glibc

/// A small file's content, for text that an expression keeps outside of its route.
enum FileBytes {
    private static let maximumSize = 4 << 20

    /// - Returns: Nil for what cannot be read or is too large.
    static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            content += chunk[..<count]
            guard content.count <= maximumSize else { return nil }
            if count < chunk.count { return ferror(file) == 0 ? content : nil }
        }
    }
}
