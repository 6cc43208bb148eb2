internal import CrossdockData
internal import Glibc

extension Hub {
    /// Writes `{management, api, pid, node}` for whoever waits for the hub to run; renamed into place.
    ///
    /// - Throws: ``DiagnosticsError`` when the file cannot be written.
    public func writeReady(to path: String) throws {
        var object = ValueObject()
        object["management"] = .string("http://127.0.0.1:\(managementPort ?? 0)")
        // The console and its API do not listen yet.
        object["api"] = .null
        object["pid"] = .integer(Int(getpid()))
        var name = [CChar](repeating: 0, count: 256)
        object["node"] =
            gethostname(&name, name.count - 1) == 0
            ? .string(
                String(
                    decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
            : .null
        try ProjectFile.write(Value.object(object).json + [0x0A], to: path, replacing: true)
    }
}
