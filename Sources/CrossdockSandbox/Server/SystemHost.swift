internal import CrossdockData
internal import CrossdockDiagnostics
internal import Synchronization

/// One system on its origin: numbers its requests, lets faults happen, keeps its journal.
///
/// Knows nothing of sockets: a listener asks it to ``admit(_:)`` a request and, after the wait it
/// was told, to ``execute(_:)`` it.
final class SystemHost: Sendable {
    /// A request that was entered into the journal and may have met a fault.
    struct Admission: Sendable {
        var request: SandboxRequest
        let fault: Fault?
        /// How long to wait before execution.
        var delayMillis: Int64 { SystemHost.wait(fault, .before) }
    }

    /// What the client gets, after a wait.
    enum Delivery: Sendable {
        case answer(SandboxResponse, afterMillis: Int64)
        /// The head says how long the body is, and half of it comes.
        case half(SandboxResponse, afterMillis: Int64)
        /// The connection ends without an answer.
        case cut(afterMillis: Int64)
    }

    let name: String
    let hosts: [String]
    let rules: [ProtocolRule]
    let clock: SandboxClock
    let journal: Journal
    let audit: Audit
    let faults = FaultList()
    private let system: Mutex<Guarded>

    /// - Threads: used under the lock around it only.
    private struct Guarded: @unchecked Sendable {
        let system: any SandboxSystem
        let store: RecordStore
    }

    /// - Parameters:
    ///   - home: A folder for files that clients need.
    ///   - data: Where records are kept; nil for memory alone.
    init(_ type: any SandboxSystem.Type, home: String, data: String?) throws {
        name = type.name
        hosts = type.hosts
        rules = type.rules
        clock = SandboxClock()
        journal = Journal(clock: clock)
        audit = Audit(clock: clock)
        let store = try RecordStore(
            name: type.name, folder: data, journal: journal, clock: clock)
        let system = try type.init(
            SandboxServices(clock: clock, store: store, audit: audit, home: home))
        self.system = Mutex(Guarded(system: system, store: store))
    }

    /// Runs `body` on the system while nobody else does.
    func withSystem<Result: Sendable>(
        _ body: (any SandboxSystem) throws -> Result
    ) rethrows -> Result {
        try system.withLock { try body($0.system) }
    }

    func admit(_ request: SandboxRequest) -> Admission {
        var request = request
        let path = request.rawPath
        let fault = faults.next(method: request.method, path: path, query: request.rawQuery)
        request.sequence = journal.begin(
            method: request.method, path: path, query: request.rawQuery)
        if let fault, !Self.isFramework(fault.kind) { request.fault = fault }
        return Admission(request: request, fault: fault)
    }

    func execute(_ admission: Admission) -> Delivery {
        let fault = admission.fault
        let wait = Self.wait(fault, .after)
        let delivery: Delivery
        switch fault?.kind {
        case "status":
            if fault?.moment == .after { _ = respond(to: admission.request) }
            delivery = .answer(refusal(fault, of: admission.request), afterMillis: wait)
        case "cut":
            if fault?.moment == .after { _ = respond(to: admission.request) }
            delivery = .cut(afterMillis: wait)
        case "truncate": delivery = .half(respond(to: admission.request), afterMillis: wait)
        default: delivery = .answer(respond(to: admission.request), afterMillis: wait)
        }
        switch delivery {
        case .answer(let response, _), .half(let response, _):
            journal.end(
                admission.request.sequence, status: response.status, user: response.user)
        case .cut: journal.end(admission.request.sequence, status: nil, user: nil)
        }
        return delivery
    }

    private func respond(to request: SandboxRequest) -> SandboxResponse {
        system.withLock { guarded in
            var request = request
            request.time = clock.now
            return guarded.system.respond(to: request)
        }
    }

    private func refusal(_ fault: Fault?, of request: SandboxRequest) -> SandboxResponse {
        guard let fault else { return SandboxResponse(status: 500) }
        var response = system.withLock { $0.system.refusal(status: fault.status, of: request) }
        response.status = fault.status
        if let body = fault.body { response.body = body }
        for (name, value) in fault.headers { response.headers[name] = value }
        return response
    }

    /// What a system's own fault does with `delayMillis` is the system's to say.
    private static func wait(_ fault: Fault?, _ moment: Fault.Moment) -> Int64 {
        guard let fault, isFramework(fault.kind), fault.moment == moment else { return 0 }
        return fault.delayMillis
    }

    private static func isFramework(_ kind: String) -> Bool {
        ["status", "delay", "cut", "truncate"].contains(kind)
    }

    /// Moves the clock; a sandbox with a data folder remembers by how much.
    func setClock(_ move: (SandboxClock) -> Void) throws {
        try system.withLock { guarded in
            move(clock)
            try guarded.store.setNote("clock", .integer(Int(clock.lead)))
        }
    }
}
