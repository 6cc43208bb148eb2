internal import CrossdockDiagnostics
public import CrossdockSandbox

/// What the sandboxes tell those who want to use them.
public enum SandboxEnvironment {
    /// `SALESFORCE_URL='http://…'` and so on, one per line; names are system and key.
    ///
    /// - Throws: ``DiagnosticsError`` when the file cannot be written.
    public static func write(_ ready: SandboxReady, to path: String) throws {
        let lines = variables(of: ready).map { name, value in
            "\(name)='\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'\n"
        }
        try ProjectFile.write(Array(lines.joined().utf8), to: path, replacing: true)
    }

    /// - Throws: ``DiagnosticsError`` when the file cannot be written.
    public static func writeReady(_ ready: SandboxReady, to path: String) throws {
        try ProjectFile.write(ready.json, to: path, replacing: true)
    }

    static func variables(of ready: SandboxReady) -> [(name: String, value: String)] {
        ready.systems.flatMap { system -> [(name: String, value: String)] in
            let prefix = system.name.uppercased() + "_"
            let credentials = system.credentials.sorted { $0.key < $1.key }.map { key, value in
                (name: prefix + upperSnake(key), value: value)
            }
            return [(name: prefix + "URL", value: system.http)] + credentials
        }
    }

    private static func upperSnake(_ key: String) -> String {
        key.unicodeScalars.map { scalar in
            ("A"..."Z").contains(scalar) ? "_" + String(scalar) : String(scalar).uppercased()
        }.joined()
    }
}
