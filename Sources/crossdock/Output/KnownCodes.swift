internal import CrossdockCatalog
internal import CrossdockDiagnostics
internal import CrossdockHub

/// Every code that this program can print.
enum KnownCodes {
    /// In the order of their numbers.
    static let all = (DiagnosticCodes.all + ConfigurationCodes.all).sorted { $0.id < $1.id }
}
