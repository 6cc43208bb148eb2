/// Takes messages out: the exchange's message goes to the endpoint, a reply becomes the message.
///
/// Producers that gather exchanges into bulk calls do so behind `process`; each exchange gets its own
/// result or error.
public protocol Producer: ManagedProcessor {}
