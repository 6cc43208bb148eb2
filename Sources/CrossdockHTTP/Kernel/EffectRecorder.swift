public import CrossdockCore
public import CrossdockData
internal import CrossdockDiagnostics

/// Writes intents before and results after the writes of one producer, for exchanges that stand for a
/// record of a source.
public struct EffectRecorder: Sendable {
    private let journal: any EffectJournal
    private let route: String
    private let target: String

    /// - Parameter target: Names what is written, in this route unmistakably: the endpoint's address
    ///   with the options that tell it from others.
    public init(journal: any EffectJournal, route: String, target: String) {
        self.journal = journal
        self.route = route
        self.target = target
    }

    /// The intent of an exchange's write; nil for an exchange that is no record.
    ///
    /// Parts of a record, made by `split` or `loop`, are effects of their own.
    public func intent(for exchange: Exchange) -> EffectIntent? {
        guard let record = exchange.record else { return nil }
        let part = ["CamelSplitIndex", "CamelLoopIndex", "CamelMulticastIndex"].compactMap { name in
            exchange.properties[name]?.scalarText.map { "#\(name)=\($0)" }
        }
        return EffectIntent(route: route, target: target + part.joined(), record: record)
    }

    /// Makes intents durable and says what is known of each; nil stands for no record.
    public func begin(_ intents: [EffectIntent?]) async throws -> [EffectState] {
        let states = try await journal.begin(intents.compactMap { $0 })
        var rest = states[...]
        return intents.map { $0 == nil ? .new : rest.popFirst() ?? .new }
    }

    /// Makes results durable, before any of them is told to anybody.
    ///
    /// A refusal withdraws its intent; an unknown outcome leaves it in doubt.
    public func finish(_ outcomes: [(intent: EffectIntent?, result: Result<Value, any Error>)])
        async throws
    {
        let results = outcomes.compactMap { outcome -> EffectResult? in
            guard let id = outcome.intent?.id else { return nil }
            switch outcome.result {
            case .success(let value): return EffectResult(id: id, ending: .done(result: value.json))
            case .failure(let error):
                return Self.isCertain(error) ? EffectResult(id: id, ending: .refused) : nil
            }
        }
        if !results.isEmpty { try await journal.finish(results) }
    }

    /// Whether an error says that nothing was written.
    static func isCertain(_ error: any Error) -> Bool {
        guard let classified = error as? any Classified else { return false }
        return classified.disposition != .unknownOutcome
    }
}
