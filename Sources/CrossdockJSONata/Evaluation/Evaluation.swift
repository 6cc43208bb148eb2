internal import CrossdockData

/// One evaluation: what it has used of its limits, its clock and its dice.
///
/// - Threads: belongs to the thread that evaluates.
final class Evaluation {
    let options: JSONataOptions
    /// What `$$` gives, unless a variable of that name is bound.
    let root: Datum
    private var steps = 0
    /// The step at which limits are looked at next.
    private var nextCheck: Int
    private var depth = 0
    /// Calls within calls. A function of the library that calls back nests without evaluating.
    private var calls = 0
    private let depthLimit: Int
    private let elementLimit: Int
    private var size = 0
    private let sizeLimit: Int
    private var deadline: ContinuousClock.Instant?
    private var stack = StackGuard()
    private var generator: SeededGenerator?
    // What may be part of a cycle once the expression has run.
    private var frames: [Frame] = []
    private var records: [Record] = []

    private static let checkInterval = 1_024

    init(_ root: Datum, _ options: JSONataOptions) {
        self.root = root
        self.options = options
        depthLimit = options.limits.depth ?? .max
        elementLimit = options.limits.elements ?? .max
        sizeLimit = options.limits.size ?? .max
        nextCheck = min(Self.checkInterval, options.limits.steps ?? .max)
        if let seed = options.seed { generator = SeededGenerator(seed: seed) }
    }

    /// The moment `$now` and `$millis` give. Unit: milliseconds since 1970-01-01T00:00:00Z.
    lazy var now: Double = {
        if let now = options.now {
            let (seconds, attoseconds) = now.components
            return Double(seconds) * 1_000 + Double(attoseconds / 1_000_000_000_000_000)
        }
        return SystemTime.milliseconds
    }()

    /// A number from 0 up to, not including, 1.
    func random() -> Double {
        generator?.next() ?? Double.random(in: 0..<1)
    }

    /// Evaluates a part of the expression.
    func evaluate(
        _ node: Node, _ input: Datum, _ frame: Frame
    ) throws(JSONataError) -> Datum {
        depth &+= 1
        steps &+= 1
        if depth > depthLimit { throw failure("U1001") }
        if steps >= nextCheck || depth & 3 == 0 { try check() }
        var result = try node.compute(input, frame, self)
        if node.isQualified { result = try qualify(node, result, frame) }
        depth &-= 1
        return result.unwrapped
    }

    /// Applies what follows a node that is no path: filters, grouping, `[]`.
    private func qualify(
        _ node: Node, _ result: Datum, _ frame: Frame
    ) throws(JSONataError) -> Datum {
        var result = result
        for predicate in node.predicates {
            result = try filter(result, by: predicate, frame)
        }
        if let group = node.group, !(node is PathNode) {
            result = try self.group(result, by: group, frame)
        }
        if node.keepsArray { result = result.keepingSingleton }
        return result
    }

    /// Counts a call from its start to ``endCall()``.
    func beginCall() throws(JSONataError) {
        calls &+= 1
        if calls > depthLimit || calls & 3 == 0 && calls > 8 && !stack.hasRoom {
            throw failure("U1001")
        }
    }

    func endCall() { calls &-= 1 }

    // MARK: Limits

    /// Counts work done outside of ``evaluate(_:_:_:)``: elements visited, regex moves.
    func charge(steps count: Int) throws(JSONataError) {
        steps &+= count
        if steps >= nextCheck { try check() }
    }

    /// Counts memory for texts and lists. Unit: bytes.
    func charge(size bytes: Int) throws(JSONataError) {
        size += max(0, bytes)
        if size > sizeLimit { throw failure("U1001") }
    }

    private func check() throws(JSONataError) {
        if depth > 32, !stack.hasRoom { throw failure("U1001") }
        guard steps >= nextCheck else { return }
        if let limit = options.limits.steps, steps >= limit { throw failure("U1001") }
        nextCheck = min(steps + Self.checkInterval, options.limits.steps ?? .max)
        guard let time = options.limits.time else { return }
        // The clock starts at the first check: most evaluations end before it.
        let now = ContinuousClock.now
        if let deadline {
            if now >= deadline { throw failure("U1001") }
        } else {
            deadline = now + time
        }
    }

    // MARK: Making values

    func list(_ items: [Datum]) -> Datum {
        var traits = Traits.list
        traits.include(items)
        return .array(items, traits)
    }

    func sequence(_ items: [Datum]) throws(JSONataError) -> Datum {
        if items.count > elementLimit {
            throw failure("D2015", value: .integer(elementLimit))
        }
        try charge(size: items.count * MemoryLayout<Datum>.stride)
        var traits = Traits.sequence
        traits.include(items)
        if traits.nesting > Traits.maximumNesting { throw failure("U1001") }
        return .array(items, traits)
    }

    /// A list that counts against the limits.
    func chargedList(_ items: [Datum]) throws(JSONataError) -> Datum {
        guard case .array(_, var traits) = try sequence(items) else { return .undefined }
        let nesting = traits.nesting
        let hasFunction = traits.hasFunction
        traits = .list
        traits.nesting = nesting
        traits.hasFunction = hasFunction
        return .array(items, traits)
    }

    func record(_ record: Record) throws(JSONataError) -> Datum {
        try charge(size: 96 + record.names.count * 2 * MemoryLayout<Datum>.stride)
        if record.traits.nesting > Traits.maximumNesting { throw failure("U1001") }
        return .record(record)
    }

    func text(_ text: String) throws(JSONataError) -> Datum {
        // Shorter ones take no memory of their own.
        if text.utf8.count > 15 { try charge(size: text.utf8.count + 32) }
        return .string(text)
    }

    /// The elements of a list; nil for other values. What was not in memory yet is counted.
    func items(of list: Datum) throws(JSONataError) -> [Datum]? {
        if case .array(let items, _) = list { return items }
        guard let count = list.count else { return nil }
        try charge(size: count * MemoryLayout<Datum>.stride)
        return list.items
    }

    func function(_ kind: Function.Kind) throws(JSONataError) -> Datum {
        let function = Function(kind)
        try charge(size: 64)
        if function.nesting > Traits.maximumNesting { throw failure("U1001") }
        return .function(function)
    }

    // MARK: Cycles

    /// Binds a variable. A function bound in the frame it was made in holds the frame that holds it.
    func bind(_ name: String, _ value: Datum, in frame: Frame) throws(JSONataError) {
        guard frame.bind(name, value) else { return }
        try charge(size: 128)
        frames.append(frame)
    }

    /// Sets a member of an object that variables may know already.
    func set(_ name: String, _ value: Datum, in record: Record) {
        record[name] = value
        if record.traits.hasFunction { records.append(record) }
    }

    /// Frees what holds itself. Only once the result is out.
    func breakCycles() {
        for frame in frames { frame.clear() }
        for record in records { record.clear() }
    }

    // MARK: Errors

    /// An error of this evaluation, with excerpts of the values it is about.
    func failure(
        _ code: String, at position: Int? = nil, token: String? = nil, value: Datum? = nil,
        other: Datum? = nil, index: Int? = nil
    ) -> JSONataError {
        JSONataError(
            code, at: position, token: token,
            details: JSONataDetails(
                value: value.map(excerpt), other: other.map(excerpt), index: index,
                text: code == "U1001" ? limitSentence : nil))
    }

    func failure(
        _ code: String, value: Datum, other: String, index: Int
    ) -> JSONataError {
        JSONataError(
            code, details: JSONataDetails(value: excerpt(value), other: other, index: index))
    }

    private var limitSentence: String {
        if size > sizeLimit { return "the texts and lists made on the way grew too large" }
        if depth > depthLimit || calls > depthLimit {
            return "evaluation nests too deeply: does a function end?"
        }
        if let limit = options.limits.steps, steps >= limit {
            return "evaluation took too many steps: does a function end?"
        }
        if let deadline, ContinuousClock.now >= deadline { return "evaluation took too long" }
        return "evaluation or values nest too deeply"
    }

    /// Whether a number can be computed with.
    ///
    /// - Throws: `D1001` for infinities.
    func isNumeric(_ number: Double) throws(JSONataError) -> Bool {
        if number.isInfinite { throw failure("D1001") }
        return !number.isNaN
    }
}

extension Datum {
    /// A sequence that stays a list when it has one element.
    var keepingSingleton: Datum {
        switch self {
        case .array(let items, var traits) where traits.isSequence:
            traits.keepsSingleton = true
            return .array(items, traits)
        case .range(let range, var traits) where traits.isSequence:
            traits.keepsSingleton = true
            return .range(range, traits)
        default: return self
        }
    }
}
