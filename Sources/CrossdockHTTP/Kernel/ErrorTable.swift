internal import CrossdockDiagnostics

/// What a remote system says has gone wrong, for a call or for one record of it.
public struct RemoteProblem: Sendable {
    public var status: Int
    public var code: String?
    public var message: String
    public var fields: [String]

    public init(status: Int, code: String? = nil, message: String, fields: [String] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
    }
}

/// Turns what a remote system says into an error that routes understand.
public struct ErrorTable: Sendable {
    private let rules: [ErrorRule]

    public init(_ rules: [ErrorRule]) { self.rules = rules }

    public func meaning(of problem: RemoteProblem) -> ErrorRule.Meaning {
        rules.first { $0.fits(problem) }?.meaning ?? Self.usualMeaning(of: problem.status)
    }

    /// - Parameters:
    ///   - what: What was tried, for the message.
    ///   - retryAfter: How long the system asks us to wait.
    ///   - repetition: Of the call. A server error may come after the work was done.
    public func error(
        _ what: String, _ problem: RemoteProblem, retryAfter: Duration? = nil,
        repetition: HTTPRequest.Repetition = .allowed
    ) -> ConnectorError {
        let meaning = meaning(of: problem)
        var disposition = Self.disposition(of: meaning, retryAfter)
        if meaning == .unavailable, problem.status >= 500, repetition != .allowed {
            disposition = .unknownOutcome
        }
        let code = problem.code.map { " \($0)" } ?? ""
        let shown = Excerpt.text(of: Array(problem.message.utf8))
        return ConnectorError(
            Self.code(of: meaning), "\(what): HTTP \(problem.status)\(code): \(shown)", disposition,
            status: problem.status, remoteCode: problem.code, fields: problem.fields)
    }

    private static func usualMeaning(of status: Int) -> ErrorRule.Meaning {
        switch status {
        case 401: .login
        case 403: .forbidden
        case 404, 410: .missing
        case 409, 412, 428: .conflict
        case 408, 420, 425, 429: .slowDown
        case 400, 422: .record
        case 500...: .unavailable
        default: .configuration
        }
    }

    private static func code(of meaning: ErrorRule.Meaning) -> DiagnosticCode {
        switch meaning {
        case .unavailable: .remoteUnavailable
        case .slowDown, .exhausted: .rateLimited
        case .login: .loginRefused
        case .locked: .recordLocked
        case .record: .recordRefused
        case .missing: .recordNotFound
        case .ambiguous: .recordAmbiguous
        case .conflict: .recordConflict
        case .configuration: .remoteRefused
        case .forbidden: .accessDenied
        }
    }

    private static func disposition(
        of meaning: ErrorRule.Meaning, _ retryAfter: Duration?
    ) -> Disposition {
        switch meaning {
        case .unavailable, .slowDown, .locked: .transient(retryAfter: retryAfter)
        case .exhausted: .transient(retryAfter: retryAfter ?? .seconds(3600))
        // Nothing is wrong with the record: it waits until somebody has corrected the log-in.
        case .login: .transient(retryAfter: .seconds(300))
        case .record, .missing, .ambiguous, .conflict, .configuration, .forbidden:
            .permanent
        }
    }
}
