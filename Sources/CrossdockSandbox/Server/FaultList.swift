internal import CrossdockData
internal import Synchronization

/// The faults in force on one origin.
final class FaultList: Sendable {
    private let faults = Mutex<[Fault]>([])

    func replace(with list: [Fault]) { faults.withLock { $0 = list } }

    /// Takes the first fault that matches, has uses left and is lucky.
    func next(method: String, path: String, query: String) -> Fault? {
        faults.withLock { faults in
            for at in faults.indices where faults[at].times != 0 {
                guard faults[at].matches(method: method, path: path, query: query) else { continue }
                let chance = faults[at].probability
                guard chance >= 1 || Double.random(in: 0..<1) < chance else { continue }
                faults[at].times = faults[at].times.map { $0 - 1 }
                faults[at].hits += 1
                return faults[at]
            }
            return nil
        }
    }

    /// The list as it was given, with `hits`.
    var value: Value {
        let current = faults.withLock { $0 }
        return .array(
            current.map { fault in
                var object = fault.source
                object["hits"] = .integer(fault.hits)
                return .object(object)
            })
    }
}
