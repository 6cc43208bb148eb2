internal import Glibc

/// Where benchmarks work: a folder of this run's own, and what the options say.
struct Surroundings {
    let folder: String
    let fixtures: String
    private let isQuick: Bool

    init(_ options: Options) throws {
        fixtures = options.fixtures
        isQuick = options.isQuick
        let base = Self.environment("CROSSDOCK_BENCH_DIR") ?? "/tmp"
        var template = Array("\(base)/crossdock-bench.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble("no folder can be made in \(base)") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func remove() { Child.run(["/bin/rm", "-rf", folder]) }

    /// How often something is measured.
    func repetitions(_ usual: Int) -> Int { isQuick ? 1 : usual }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

enum Output {
    static func print(_ text: String) { write(text, to: 1) }
    static func complain(_ text: String) { write("bench: \(text)\n", to: 2) }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw Trouble("\(path) cannot be written") }
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else {
            throw Trouble("\(path) cannot be written")
        }
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Trouble("\(path) cannot be read") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }
}
