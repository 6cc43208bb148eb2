public import CrossdockDiagnostics

/// Something went wrong on the bus.
///
/// Match on ``code``; ``disposition`` says whether the same message may be sent again:
/// `.unknownOutcome` means yes, under the same id.
public struct BusError: Classified, Hashable {
    public let code: DiagnosticCode
    public let message: String
    public let disposition: Disposition

    public init(_ code: DiagnosticCode, _ message: String, _ disposition: Disposition = .permanent)
    {
        self.code = code
        self.message = message
        self.disposition = disposition
    }

    static let closed = BusError(.busClosed, "the bus is closed", .transient(retryAfter: nil))

    static func unheard(_ topic: String) -> BusError {
        BusError(.busTopicUnheard, "no queue receives what is sent to '\(topic)'")
    }

    static func damaged(_ file: String, at position: UInt64, _ what: String) -> BusError {
        BusError(.busDamaged, "\(file), byte \(position): \(what)")
    }
}
