internal import CrossdockCore
internal import CrossdockMapping
internal import Synchronization

/// The partners that one application of a mapping has asked for.
///
/// A mapping asks on the spot and cannot wait. A key that is not known yet counts as missing and is
/// noted; once it has been looked up, the mapping is applied again.
final class KnownPartners: CrossdockMapping.CrossReferences {
    private struct Key: Hashable {
        let table: String
        let side: MappingSide
        let id: String
    }

    private struct State {
        var partners: [Key: String?] = [:]
        var unknown: [Key] = []
    }

    private let state = Mutex(State())

    func counterpart(of id: String, on side: MappingSide, in table: String) -> String? {
        let key = Key(table: table, side: side, id: id)
        return state.withLock { state in
            if let partner = state.partners[key] { return partner }
            if !state.unknown.contains(key) { state.unknown.append(key) }
            return nil
        }
    }

    /// Looks up what was asked for and not known.
    ///
    /// - Returns: Whether there was anything.
    func learn(from store: any CrossdockCore.CrossReferences) async throws -> Bool {
        let unknown = state.withLock { state in
            defer { state.unknown = [] }
            return state.unknown
        }
        guard !unknown.isEmpty else { return false }
        var rest = unknown[...]
        while let first = rest.first {
            let together = rest.filter { $0.table == first.table && $0.side == first.side }
            rest.removeAll { $0.table == first.table && $0.side == first.side }
            let found = try await store.partners(
                table: first.table, of: first.side == .left ? .left : .right,
                keys: together.map(\.id))
            state.withLock { state in
                for (key, partner) in zip(together, found) { state.partners[key] = partner }
                // An answer that is too short must not be asked for without end.
                for key in together where state.partners[key] == nil {
                    state.partners[key] = .some(nil)
                }
            }
        }
        return true
    }
}
