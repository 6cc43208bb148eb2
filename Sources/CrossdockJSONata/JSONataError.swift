public import CrossdockData
public import CrossdockDiagnostics

/// An expression was refused or failed.
///
/// Match on ``jsonataCode``, the code JSONata's other implementations use too (`S0201`, `T2001`,
/// `D3030` …); ``code`` is the class of problem in our own numbering.
public struct JSONataError: Classified {
    public enum Stage: Sendable, Hashable {
        /// The text is not an expression.
        case compilation
        /// The expression failed on its input, or reached a limit.
        case evaluation
    }

    // One reference, so that a throwing call passes a word.
    private final class Storage: Sendable {
        let jsonataCode: String
        let stage: Stage
        let position: Int?
        let start: Int?
        let token: String?
        let details: JSONataDetails

        init(
            _ jsonataCode: String, _ stage: Stage, position: Int?, start: Int?, token: String?,
            details: JSONataDetails
        ) {
            self.jsonataCode = jsonataCode
            self.stage = stage
            self.position = position
            self.start = start
            self.token = token
            self.details = details
        }
    }

    private let storage: Storage

    init(
        _ jsonataCode: String, stage: Stage = .evaluation, at position: Int? = nil,
        from start: Int? = nil, token: String? = nil, details: JSONataDetails = JSONataDetails()
    ) {
        storage = Storage(
            jsonataCode, stage, position: position, start: start, token: token, details: details)
    }

    /// JSONata's own code: a letter and four digits.
    public var jsonataCode: String { storage.jsonataCode }
    public var stage: Stage { storage.stage }
    /// Where the token at fault ends. Unit: UTF-16 code units from the start of the expression.
    public var position: Int? { storage.position }
    /// Where the token at fault starts, where known. Unit: as ``position``.
    public var start: Int? { storage.start }
    /// The operator, function or token at fault.
    public var token: String? { storage.token }

    public var code: DiagnosticCode { stage == .compilation ? .jsonataRefused : .jsonataFailed }

    /// What happened, in a sentence, without code and position.
    public var reason: String {
        storage.details.sentence(for: jsonataCode, token: token)
    }

    public var message: String {
        "\(jsonataCode)\(position.map { " at \($0)" } ?? ""): \(reason)"
    }

    /// `{"error":{"code":…,"position":…,"token":…}}`, what is not known left out.
    public var report: Value {
        var error = ValueObject()
        error["code"] = .string(jsonataCode)
        error["position"] = position.map { .integer($0) }
        error["token"] = token.map { .string($0) }
        return .object(ValueObject([("error", .object(error))]))
    }

    /// Says where the error happened, keeping what is known already.
    func completed(position: Int?, token: String?) -> JSONataError {
        JSONataError(
            jsonataCode, stage: stage, at: self.position ?? position, from: start,
            token: self.token ?? token, details: storage.details)
    }

    /// Says which call the error came out of. The outermost call gives the position.
    func leaving(callAt position: Int?, token: String?) -> JSONataError {
        JSONataError(
            jsonataCode, stage: stage, at: position ?? self.position,
            from: position == nil ? start : nil,
            token: self.token ?? token, details: storage.details)
    }
}

/// What an error's sentence mentions.
struct JSONataDetails: Sendable {
    var value: String?
    var other: String?
    /// Which argument, counted from 1.
    var index: Int?
    /// Replaces the sentence: text the expression itself supplied.
    var text: String?

    init(value: String? = nil, other: String? = nil, index: Int? = nil, text: String? = nil) {
        self.value = value
        self.other = other
        self.index = index
        self.text = text
    }
}
