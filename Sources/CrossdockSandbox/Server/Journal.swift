internal import CrossdockData
internal import Synchronization

/// What a sandbox was asked and what it did, in one sequence of numbers.
///
/// The ledger of effects is complete. Of the requests the latest are kept: all effects matter to a
/// test that counts writes, and none of them is lost to a chatty reader.
///
/// - Complexity: at most ``requestLimit`` requests and ``textLimit`` bytes of their texts in memory.
final class Journal: Sendable {
    /// One write that a request executed.
    struct Effect: Sendable, Equatable {
        enum Operation: String, Sendable { case create, update, delete }

        var sequence: Int
        var time: Int64
        var operation: Operation
        var object: String
        var id: String
        var externalId: String?
        /// The number of the request that did it.
        var request: Int
    }

    private struct Request {
        let sequence: Int
        let time: Int64
        let method: String
        let path: String
        let query: String
        /// nil while it is under way, and for good when the connection was cut.
        var status: Int?
        var user: String?

        var textCount: Int { path.utf8.count + query.utf8.count + 100 }
    }

    private struct State {
        var last = 0
        var requests: ArraySlice<Request> = []
        var texts = 0
        var effects: [Effect] = []
    }

    static let requestLimit = 10_000
    static let textLimit = 4_000_000
    /// Longer paths and queries are kept up to here.
    private static let lineLimit = 8_192

    private let clock: SandboxClock
    private let state = Mutex(State())

    init(clock: SandboxClock) { self.clock = clock }

    /// Goes on where an earlier run ended.
    func restore(_ effects: [Effect], last: Int) {
        state.withLock {
            $0.effects = effects
            $0.last = max(last, effects.last?.sequence ?? 0)
        }
    }

    /// Enters a request and gives it its number.
    func begin(method: String, path: String, query: String) -> Int {
        let path = Self.cut(path)
        let query = Self.cut(query)
        let time = clock.now
        return state.withLock { state in
            state.last += 1
            let request = Request(
                sequence: state.last, time: time, method: method, path: path, query: query)
            state.requests.append(request)
            state.texts += request.textCount
            while state.requests.count > Self.requestLimit || state.texts > Self.textLimit {
                guard let oldest = state.requests.popFirst() else { break }
                state.texts -= oldest.textCount
            }
            return state.last
        }
    }

    /// Completes the entry of a request, if it is still there.
    func end(_ sequence: Int, status: Int?, user: String?) {
        state.withLock { state in
            guard let at = state.requests.lastIndex(where: { $0.sequence <= sequence }),
                state.requests[at].sequence == sequence
            else { return }
            state.requests[at].status = status
            state.requests[at].user = user
        }
    }

    /// Numbers of effects to come, for a log that is written before them.
    func reserve(_ count: Int) -> Int {
        state.withLock { state in
            defer { state.last += count }
            return state.last + 1
        }
    }

    /// Enters effects whose numbers were reserved.
    func append(_ effects: [Effect]) {
        state.withLock { $0.effects += effects }
    }

    var effects: [Effect] { state.withLock { $0.effects } }

    /// The entries after a number, as JSON lines in the order of their numbers.
    func lines(after sequence: Int, kind: String? = nil) -> [UInt8] {
        let (requests, effects) = state.withLock { ($0.requests, $0.effects) }
        var output: [UInt8] = []
        var request = kind == "effect" ? [] : requests.drop { $0.sequence <= sequence }
        let firstEffect = effects.partitionPoint { $0.sequence > sequence }
        var effect = kind == "request" ? [] : effects[firstEffect...]
        while let next = request.first, let other = effect.first {
            if next.sequence < other.sequence {
                Self.write(next, to: &output)
                request.removeFirst()
            } else {
                Self.write(other, to: &output)
                effect.removeFirst()
            }
        }
        for rest in request { Self.write(rest, to: &output) }
        for rest in effect { Self.write(rest, to: &output) }
        return output
    }

    private static func write(_ request: Request, to output: inout [UInt8]) {
        var line = JSONLine()
        line.add("seq", request.sequence)
        line.add("time", Timestamp.text(request.time))
        line.add("kind", "request")
        line.add("method", request.method)
        line.add("path", request.path)
        line.add("query", request.query)
        line.add("status", request.status)
        line.add("user", request.user)
        output += line.object()
        output.append(0x0A)
    }

    private static func write(_ effect: Effect, to output: inout [UInt8]) {
        var line = JSONLine()
        line.add("seq", effect.sequence)
        line.add("time", Timestamp.text(effect.time))
        line.add("kind", "effect")
        line.add("op", effect.operation.rawValue)
        line.add("object", effect.object)
        line.add("id", effect.id)
        line.add("externalId", effect.externalId)
        line.add("request", effect.request)
        output += line.object()
        output.append(0x0A)
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= lineLimit ? text : String(text.unicodeScalars.prefix(lineLimit / 4))
    }
}
