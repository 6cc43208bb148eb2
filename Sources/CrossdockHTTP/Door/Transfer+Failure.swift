internal import CCurl
internal import CrossdockDiagnostics

extension Transfer {
    /// What an error after the start means: a call that may not be repeated is in doubt.
    private func disposition(otherwise known: Disposition) -> Disposition {
        isStarted && repetition != .allowed ? .unknownOutcome : known
    }

    private var call: String { "\(request.method) \(request.url.shown)" }

    func failure(_ result: CURLcode, _ text: String) -> any Error {
        if let problem { return failure(problem) }
        let reason = text.isEmpty ? String(cString: curl_easy_strerror(result)) : text
        let transient = disposition(otherwise: .transient(retryAfter: nil))
        func error(_ code: DiagnosticCode, _ disposition: Disposition) -> HTTPError {
            HTTPError(code, "\(call): \(reason)", disposition)
        }
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: return error(.nameNotResolved, transient)
        case CURLE_COULDNT_CONNECT: return error(.connectFailed, transient)
        case CURLE_OPERATION_TIMEDOUT: return error(.callTimedOut, transient)
        case CURLE_SSL_CONNECT_ERROR: return error(.tlsFailed, transient)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            return error(.tlsFailed, disposition(otherwise: .permanent))
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_NOTFOUND:
            return error(.tlsSettings, disposition(otherwise: .permanent))
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return error(.protocolViolation, disposition(otherwise: .permanent))
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
            return error(.clientClosed, transient)
        default:
            return error(isStarted ? .connectionCut : .connectFailed, transient)
        }
    }

    private func failure(_ problem: Problem) -> any Error {
        let permanent = disposition(otherwise: .permanent)
        switch problem {
        case .cancelled:
            return CancellationError()
        case .refusedAddress(let address):
            return HTTPError(
                .addressRefused,
                "\(call): \(address) is not allowed; set allowPrivate on the connection if it is "
                    + "meant", permanent)
        case .wouldRepeat:
            return HTTPError(
                .connectionCut, "\(call): the kept connection ended without an answer",
                .unknownOutcome)
        case .tooLarge(let what):
            return HTTPError(.answerTooLarge, "\(call): \(what)", permanent)
        case .malformedHead:
            return HTTPError(.protocolViolation, "\(call): the header is malformed", permanent)
        case .badEncoding(let what):
            return HTTPError(.protocolViolation, "\(call): \(what)", permanent)
        case .bodySource(let cause):
            if cause is CancellationError { return cause }
            return HTTPError(
                .requestBodyFailed, "\(call): the body failed while it was sent", permanent,
                cause: cause)
        case .closed:
            return HTTPError(
                .clientClosed, "\(call): the client was shut down",
                disposition(otherwise: .transient(retryAfter: nil)))
        }
    }
}
