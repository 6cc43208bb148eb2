internal import CrossdockCrypto
internal import CrossdockData

/// `POST /services/oauth2/token`: the flows by which programs log in.
///
/// Errors here are objects, unlike everywhere else in the API.
struct TokenEndpoint {
    let identity: SalesforceIdentity
    let request: SandboxRequest
    /// Unit: milliseconds since 1970, by the sandbox clock.
    let now: Int64

    /// A log-in that was refused.
    struct Refusal: Error {
        var status = 400
        let error: String
        let description: String

        var response: SandboxResponse {
            .json(
                status,
                ["error": .string(error), "error_description": .string(description)])
        }
    }

    enum Grant {
        case session
        /// The refresh token was used and may have to be replaced.
        case refreshed
    }

    /// Checks the log-in.
    func grant() throws(Refusal) -> Grant {
        let form = request.form
        func field(_ name: String) -> String? { form.first { $0.name == name }?.value }
        switch field("grant_type") {
        case "client_credentials":
            let host = request.headers["Host"] ?? ""
            guard !host.hasPrefix("login.salesforce."), !host.hasPrefix("test.salesforce.") else {
                throw Refusal(
                    error: "invalid_grant", description: "request not supported on this domain")
            }
            let basic = basicCredentials
            try checkClient(
                basic?.id ?? field("client_id"), secret: basic?.secret ?? field("client_secret"))
            return .session
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            try checkAssertion(field("assertion") ?? "")
            return .session
        case "refresh_token":
            let basic = basicCredentials
            let secret = basic?.secret ?? field("client_secret")
            try checkClient(
                basic?.id ?? field("client_id"), secret: secret, isSecretNeeded: secret != nil)
            guard constantTimeEqual(field("refresh_token") ?? "", identity.refreshToken) else {
                throw Refusal(
                    error: "invalid_grant", description: "expired access/refresh token")
            }
            return .refreshed
        case "password":
            try checkClient(field("client_id"), secret: field("client_secret"))
            guard field("username") == identity.username,
                constantTimeEqual(
                    field("password") ?? "", identity.password + identity.securityToken)
            else {
                throw Refusal(error: "invalid_grant", description: "authentication failure")
            }
            return .session
        case nil, "":
            throw Refusal(error: "invalid_request", description: "must provide grant_type")
        default:
            throw Refusal(
                error: "unsupported_grant_type", description: "grant type not supported")
        }
    }

    private var basicCredentials: (id: String, secret: String)? {
        guard let header = request.headers["Authorization"], header.hasPrefix("Basic "),
            let bytes = try? Base64.decode(String(header.dropFirst(6)))
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":") else { return nil }
        // Both halves may be form-encoded (RFC 6749 §2.3.1); ours need no decoding either way.
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    private func checkClient(
        _ id: String?, secret: String?, isSecretNeeded: Bool = true
    ) throws(Refusal) {
        guard let id, constantTimeEqual(id, identity.clientId) else {
            throw Refusal(error: "invalid_client_id", description: "client identifier invalid")
        }
        guard !isSecretNeeded || constantTimeEqual(secret ?? "", identity.clientSecret) else {
            throw Refusal(error: "invalid_client", description: "invalid client credentials")
        }
    }

    private func checkAssertion(_ assertion: String) throws(Refusal) {
        func refuse(_ description: String) -> Refusal {
            Refusal(error: "invalid_grant", description: description)
        }
        guard
            let content = try? JSONWebToken.verify(
                assertion, with: identity.publicKey, using: .rs256),
            let header = try? Value(json: content.header), header["alg"]?.string == "RS256",
            let claims = try? Value(json: content.claims)
        else { throw refuse("invalid assertion") }
        guard claims["iss"]?.string == identity.clientId else {
            throw Refusal(error: "invalid_client_id", description: "client identifier invalid")
        }
        guard isAudience(claims["aud"]) else { throw refuse("audience is invalid") }
        // Real clients send the time as a number and as a text.
        guard let expires = claims["exp"]?.scalarText.flatMap({ Double($0) }), isNear(expires)
        else { throw refuse("assertion expired") }
        guard (claims["sub"] ?? claims["prn"])?.string == identity.username else {
            throw refuse("user hasn't approved this consumer")
        }
    }

    private func isAudience(_ audience: Value?) -> Bool {
        let host = request.headers["Host"] ?? ""
        let allowed = [
            "https://login.salesforce.com", "https://test.salesforce.com", "http://\(host)",
            "https://\(host)",
        ]
        let given = audience?.array?.compactMap(\.string) ?? [audience?.string ?? ""]
        return given.contains { text in
            allowed.contains(text.hasSuffix("/") ? String(text.dropLast()) : text)
        }
    }

    /// An assertion lives for minutes. Clients know only the machine's clock, tests may have moved
    /// the sandbox's: either may agree.
    private func isNear(_ expires: Double) -> Bool {
        [now, SandboxClock.machineTime].contains { now in
            let seconds = Double(now) / 1_000
            return expires > seconds - 30 && expires <= seconds + 330
        }
    }
}
