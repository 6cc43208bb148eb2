/// Takes messages out: the exchange's message goes to the endpoint, a reply becomes the message.
///
/// Producers that gather exchanges into bulk calls do so behind `process`; each exchange gets its own
/// result or error.
public protocol Producer: Processor {
    /// Makes ready what must exist before any route starts.
    func prepare() async throws
    /// Called once, after the last `process` has returned.
    func close() async
}

extension Producer {
    public func prepare() async throws {}
    public func close() async {}
}
