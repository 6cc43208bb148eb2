internal import CrossdockCore
internal import CrossdockCrypto
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// Asks a token endpoint once.
struct TokenRequest {
    let client: HTTPClient
    let endpoint: HTTPURL
    let partition: String

    /// - Parameters:
    ///   - refreshToken: In place of the one in `grant`, which may be long used up.
    ///   - now: For what has to be dated.
    /// - Throws: ``TokenRefusal``, ``ConnectorError``, ``HTTPError``.
    func send(
        _ grant: TokenGrant, refreshToken: Secret? = nil, now: Instant
    ) async throws -> AccessGrant {
        let fields = try form(grant, refreshToken, now)
        var request = HTTPRequest(
            .post, endpoint,
            headers: [
                "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
            ], body: .text(PercentEncoding.form(fields)))
        // A refresh token may be worth one use: never let the library use it twice.
        request.repetition = .onceOnFreshConnection
        request.partition = partition + "/login"
        let response = try await client.send(request)
        guard response.isSuccess else { throw refusal(response) }
        guard let document = try? JSONDocument(response.body),
            let access = AccessGrant(document.root, now: now)
        else {
            throw ConnectorError.unexpectedAnswer("log-in at \(endpoint.origin)", response)
        }
        return access
    }

    private func form(
        _ grant: TokenGrant, _ refreshToken: Secret?, _ now: Instant
    ) throws -> [(name: String, value: String)] {
        switch grant {
        case .clientCredentials(let id, let secret, let scope):
            return [
                ("grant_type", "client_credentials"), ("client_id", id),
                ("client_secret", secret.revealed),
            ] + (scope.map { [("scope", $0)] } ?? [])
        case .refreshToken(let id, let secret, let configured):
            return [
                ("grant_type", "refresh_token"), ("client_id", id),
                ("client_secret", secret.revealed),
                ("refresh_token", (refreshToken ?? configured).revealed),
            ]
        case .jwtBearer(let id, let username, let key, let audience):
            return [
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", try assertion(id, username, key, audience, now)),
            ]
        case .samlBearer(let id, let secret, let assertion, let scope):
            return [
                ("grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer"),
                ("client_id", id), ("assertion", assertion.revealed),
            ] + (secret.map { [("client_secret", $0.revealed)] } ?? [])
                + (scope.map { [("scope", $0)] } ?? [])
        }
    }

    /// - Source: RFC 7523 §3; Salesforce accepts at most five minutes of life.
    private func assertion(
        _ clientID: String, _ username: String, _ key: Secret, _ audience: String, _ now: Instant
    ) throws -> String {
        let claims: Value = [
            "iss": .string(clientID), "sub": .string(username), "aud": .string(audience),
            "exp": .integer(Int(now.millisecondsSince1970 / 1000) + 180),
        ]
        return try JSONWebToken.sign(
            claims: claims.json, with: PrivateKey(pem: key.revealed), using: .rs256)
    }

    private func refusal(_ response: HTTPResponse) -> any Error {
        let json = try? JSONDocument(response.body)
        let code = json?.root["error"]?.string
        let text = json?.root["error_description"]?.string ?? Excerpt.text(of: response.body)
        let what = "log-in at \(endpoint.origin): HTTP \(response.status)"
        guard let code, (400..<500).contains(response.status), response.status != 429 else {
            return ConnectorError(
                .remoteUnavailable, "\(what): \(text)", .transient(retryAfter: nil),
                status: response.status)
        }
        return TokenRefusal(
            code: code, message: "\(what): \(code): \(Excerpt.text(of: Array(text.utf8)))",
            serverTime: response.headers["Date"].flatMap(HTTPDate.instant))
    }
}

/// A token endpoint understood us and said no.
struct TokenRefusal: Error {
    /// Such as `invalid_grant`.
    let code: String
    let message: String
    let serverTime: Instant?

    var asConnectorError: ConnectorError {
        // The record on its way is not at fault: it must not be parked for a wrong password.
        ConnectorError(
            .loginRefused, message, .transient(retryAfter: .seconds(300)), remoteCode: code)
    }
}
