internal import Synchronization

/// The models at hand for scoring: loaded once, swapped when an alias moves.
///
/// Resolving a reference costs a dictionary look-up. Whether another process has moved an alias is
/// looked up at most once a second. A version that an alias has just left stays loaded, so rolling back
/// reads nothing from disk.
///
/// - Threads: from any thread. A model is loaded outside the lock; scoring goes on meanwhile.
public final class ModelShelf: Sendable {
    private struct Alias {
        var version: Int
        var stamp: [Int]?
        var checked: ContinuousClock.Instant
    }

    private struct Loaded {
        var model: LoadedModel
        var lastUse: UInt64
    }

    private struct State {
        var aliases: [ModelReference: Alias] = [:]
        var models: [ModelReference: Loaded] = [:]
        var uses: UInt64 = 0
    }

    private let registry: ModelRegistry
    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: Versions kept loaded; the longest unused goes first.
    public init(_ registry: ModelRegistry, capacity: Int = 100) {
        self.registry = registry
        self.capacity = max(2, capacity)
    }

    /// The version that a reference means now, loaded.
    ///
    /// A version that cannot be loaded does not replace one that can: when an alias moves to such a
    /// version, the error is thrown once a second and the old one is still there by its number.
    public func model(_ reference: ModelReference) throws(ModelError) -> LoadedModel {
        let exact = ModelReference(
            name: reference.name, selector: .version(try version(reference)))
        if let model = take(exact) { return model }
        let model = try registry.load(exact)
        keep(model, exact)
        return model
    }

    private func version(_ reference: ModelReference) throws(ModelError) -> Int {
        if case .version(let version) = reference.selector { return version }
        let now = ContinuousClock.now
        let known = state.withLock { $0.aliases[reference] }
        if let known, now - known.checked < .seconds(1) { return known.version }
        let stamp = registry.aliasStamp(reference.name)
        let isUnmoved = known != nil && known?.stamp == stamp
        let version = isUnmoved ? known?.version : nil
        let found: Int
        if let version { found = version } else { found = try registry.resolve(reference) }
        state.withLock {
            $0.aliases[reference] = Alias(version: found, stamp: stamp, checked: now)
        }
        return found
    }

    private func take(_ reference: ModelReference) -> LoadedModel? {
        state.withLock { state in
            state.uses += 1
            state.models[reference]?.lastUse = state.uses
            return state.models[reference]?.model
        }
    }

    private func keep(_ model: LoadedModel, _ reference: ModelReference) {
        state.withLock { state in
            state.uses += 1
            state.models[reference] = Loaded(model: model, lastUse: state.uses)
            while state.models.count > capacity {
                guard let oldest = state.models.min(by: { $0.value.lastUse < $1.value.lastUse })
                else { return }
                state.models.removeValue(forKey: oldest.key)
            }
        }
    }

    /// Forgets what is known of a model's aliases, after they were moved in this process.
    public func refresh(_ name: String) {
        state.withLock { state in
            state.aliases = state.aliases.filter { $0.key.name != name }
        }
    }
}
