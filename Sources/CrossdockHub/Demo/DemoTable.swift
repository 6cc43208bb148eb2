internal import CDemoData
internal import CrossdockDiagnostics
internal import Glibc

/// The telco table as it ships in the binary.
enum DemoTable {
    /// How many customers it has.
    static let rows = 7_043

    /// The table as CSV text.
    ///
    /// - Throws: ``DiagnosticsError`` when memory is short.
    static func csv() throws(DiagnosticsError) -> [UInt8] {
        var length = 0
        guard let bytes = crossdock_demo_customers(&length) else {
            throw DiagnosticsError(
                Diagnostic(.unreadableFile, "the embedded telco table cannot be unpacked"))
        }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: length))
    }
}
