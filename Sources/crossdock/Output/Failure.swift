internal import CrossdockDiagnostics
internal import Glibc

/// Tells a person what went wrong, and the shell by the exit code.
///
/// - Source: sysexits(3), and what `lint`, `test` and `map` promise.
enum Failure {
    static let findings: Int32 = 1
    static let badData: Int32 = 65
    static let unavailable: Int32 = 69
    static let bug: Int32 = 70
    static let temporary: Int32 = 75
    static let notAllowed: Int32 = 77
    static let configuration: Int32 = 78

    static func exitCode(for code: DiagnosticCode) -> Int32 {
        switch code.id {
        // Files and rows that cannot be read.
        case "CD0111", "CD2100", "CD2143", "CD3192", "CD3194": badData
        case let id where id.hasPrefix("CD512") || id.hasPrefix("CD513"): badData
        case let id where id.hasPrefix("CD216"): badData
        // Log-in refused, rights missing.
        case "CD3103", "CD3114": notAllowed
        // Settings of a connection or sandbox.
        case "CD3105", "CD3115", "CD3137", "CD3142", "CD3190", "CD3191", "CD3193": configuration
        case "CD6110", "CD6115", "CD6126", "CD6127": configuration
        case let id where id.hasPrefix("CD31"): unavailable
        case let id where id.hasPrefix("CD41") || id.hasPrefix("CD61"): temporary
        default: configuration
        }
    }

    static func report(_ error: any Classified) {
        let diagnostics =
            (error as? DiagnosticsError)?.diagnostics
            ?? [Diagnostic(error.code, error.message, help: error.cause.map { "cause: \($0)" })]
        for diagnostic in diagnostics { report(diagnostic) }
    }

    static func report(_ diagnostic: Diagnostic) { Terminal.error(text(of: diagnostic)) }

    /// A finding with the line it is about, and where to read on.
    static func text(of diagnostic: Diagnostic) -> String {
        let source = diagnostic.span.flatMap { SourceCache.text(of: $0.file) }
        return diagnostic.rendered(source: source)
            + "\n    see: crossdock explain \(diagnostic.code.id)"
    }
}

/// Text of files that findings point into.
private enum SourceCache {
    static func text(of file: String) -> String? {
        guard let handle = fopen(file, "re") else { return nil }
        defer { fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: 8 << 20)
        let count = fread(&bytes, 1, bytes.count, handle)
        return String(validating: bytes[..<count], as: UTF8.self)
    }
}

func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
