/// What an evaluation may do and use.
public struct JSONataOptions: Sendable {
    public var limits: JSONataLimits
    /// Whether `$eval` exists. Records must not bring their own programs, so routes and mappings say no.
    public var allowsEval: Bool
    /// What `$now` and `$millis` return; the time of the call where nil.
    ///
    /// Unit: since 1970-01-01T00:00:00Z.
    public var now: Duration?
    /// Makes `$random` and `$shuffle` repeatable.
    public var seed: UInt64?

    public init(
        limits: JSONataLimits = .standard, allowsEval: Bool = false, now: Duration? = nil,
        seed: UInt64? = nil
    ) {
        self.limits = limits
        self.allowsEval = allowsEval
        self.now = now
        self.seed = seed
    }

    /// For routes and mappings: every limit on, `$eval` off.
    public static let standard = JSONataOptions()
    /// For a person at a terminal: the same limits, `$eval` on.
    public static let interactive = JSONataOptions(allowsEval: true)
}

/// How much one evaluation may take. Reaching a limit fails with `U1001`; nil switches a limit off.
public struct JSONataLimits: Sendable, Hashable {
    /// Evaluated parts of the expression, elements visited and moves of a regular expression.
    public var steps: Int?
    /// How deeply evaluations may nest.
    public var depth: Int?
    public var time: Duration?
    /// What all texts and lists made on the way may take together. Unit: bytes.
    public var size: Int?
    /// Elements of one list; more fail with `D2015`.
    public var elements: Int?

    public init(
        steps: Int? = 100_000_000, depth: Int? = 500, time: Duration? = .seconds(5),
        size: Int? = 256 << 20, elements: Int? = nil
    ) {
        self.steps = steps
        self.depth = depth
        self.time = time
        self.size = size
        self.elements = elements
    }

    public static let standard = JSONataLimits()
}
