internal import Synchronization

/// The models at hand for scoring: loaded once, swapped when an alias moves.
///
/// A swap loads the new version, checks it against its sample, and only then serves it. One that cannot
/// be loaded does not serve: the version before goes on, and ``problem(with:)`` says why. A version
/// that an alias has just left stays loaded, so rolling back reads nothing from disk.
///
/// Resolving a reference costs a dictionary look-up; whether another process has moved an alias is
/// looked up at most once a second.
///
/// - Threads: from any thread. A model is loaded outside the lock; scoring goes on meanwhile.
public final class ModelShelf: Sendable {
    private struct Alias {
        /// The version that serves; nil before the first.
        var serving: Int?
        /// The version the alias means, when that one cannot be loaded.
        var refused: (version: Int, error: ModelError)?
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
    /// - Throws: What ``ModelRegistry/load(_:)`` throws, when there is no version that could go on.
    public func model(_ reference: ModelReference) throws(ModelError) -> LoadedModel {
        if case .version = reference.selector { return try load(reference) }
        let now = ContinuousClock.now
        let known = state.withLock { $0.aliases[reference] }
        if let known, now - known.checked < .seconds(1) {
            if let version = known.serving { return try load(Self.exact(reference, version)) }
            if let refused = known.refused { throw refused.error }
        }
        return try look(up: reference, known, now)
    }

    /// Asks the registry what an alias means.
    private func look(
        up reference: ModelReference, _ known: Alias?, _ now: ContinuousClock.Instant
    ) throws(ModelError) -> LoadedModel {
        let stamp = registry.aliasStamp(reference.name)
        var alias = Alias(
            serving: known?.serving, refused: known?.refused, stamp: stamp, checked: now)
        let isUnmoved = known != nil && known?.stamp == stamp
        if isUnmoved, let version = alias.serving {
            state.withLock { $0.aliases[reference] = alias }
            return try load(Self.exact(reference, version))
        }
        do throws(ModelError) {
            let version = try registry.resolve(reference)
            do throws(ModelError) {
                let model = try load(Self.exact(reference, version))
                alias.serving = version
                alias.refused = nil
                state.withLock { $0.aliases[reference] = alias }
                return model
            } catch {
                alias.refused = (version, error)
                throw error
            }
        } catch {
            state.withLock { $0.aliases[reference] = alias }
            guard let version = alias.serving else { throw error }
            return try load(Self.exact(reference, version))
        }
    }

    /// Why the version that an alias means does not serve; nil when it does.
    public func problem(with reference: ModelReference) -> ModelError? {
        state.withLock { $0.aliases[reference]?.refused?.error }
    }

    private static func exact(_ reference: ModelReference, _ version: Int) -> ModelReference {
        ModelReference(name: reference.name, selector: .version(version))
    }

    private func load(_ reference: ModelReference) throws(ModelError) -> LoadedModel {
        let kept = state.withLock { state -> LoadedModel? in
            state.uses += 1
            state.models[reference]?.lastUse = state.uses
            return state.models[reference]?.model
        }
        if let kept { return kept }
        let model = try registry.load(reference)
        state.withLock { state in
            state.uses += 1
            state.models[reference] = Loaded(model: model, lastUse: state.uses)
            while state.models.count > capacity {
                guard let oldest = state.models.min(by: { $0.value.lastUse < $1.value.lastUse })
                else { return }
                state.models.removeValue(forKey: oldest.key)
            }
        }
        return model
    }

    /// Looks a model's aliases up again at the next call, after they were moved in this process.
    public func refresh(_ name: String) {
        state.withLock { state in
            for reference in state.aliases.keys where reference.name == name {
                state.aliases[reference]?.checked = .now - .seconds(2)
                state.aliases[reference]?.stamp = nil
            }
        }
    }
}
