public import CrossdockDiagnostics

extension DiagnosticCode {
    /// A PEM text holds no key or certificate that can be used.
    public static let unreadableKey = DiagnosticCode(
        "CD7130", "a key or certificate cannot be read",
        """
        The text is not PEM, is cut, is encrypted with a pass phrase, or holds a kind of key that \
        the operation cannot use (RS256 and PS256 need RSA, ES256 needs the curve P-256). Private \
        keys begin with `-----BEGIN PRIVATE KEY-----` or `-----BEGIN RSA PRIVATE KEY-----`.
        """)

    /// A signature or a token does not hold.
    public static let badSignature = DiagnosticCode(
        "CD7131", "a signature is not valid",
        """
        The token or message was changed on the way, was signed with another key, or is not a token \
        at all. Check that both sides hold the two halves of the same key pair.
        """)

    /// OpenSSL refused an operation that should work.
    public static let cryptoLibrary = DiagnosticCode(
        "CD7132", "the cryptography library failed",
        """
        OpenSSL reported an error in an operation whose input was fine: no memory, no random numbers, \
        or a policy of this machine (FIPS mode, disabled algorithms) that forbids it. The message \
        holds OpenSSL's own words.
        """)

    /// Text that should be base64 is not.
    public static let notBase64 = DiagnosticCode(
        "CD7133", "text is not base64",
        """
        The text holds characters outside the alphabet, has a length that no encoder writes, or ends \
        in bits that are not zero.
        """)
}

/// The codes of this module, for `crossdock explain`.
public enum CryptoCodes {
    public static let all: [DiagnosticCode] = [
        .unreadableKey, .badSignature, .cryptoLibrary, .notBase64,
    ]
}
