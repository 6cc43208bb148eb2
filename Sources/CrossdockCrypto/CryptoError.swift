public import CrossdockDiagnostics

/// A cryptographic operation could not be carried out, or a signature is not what it should be.
///
/// - Trust: messages never hold key material, and never the text that was signed.
public struct CryptoError: Classified {
    public let code: DiagnosticCode
    public let message: String

    public init(_ code: DiagnosticCode, _ message: String) {
        self.code = code
        self.message = message
    }
}
