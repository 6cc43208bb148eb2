internal import CrossdockCrypto
internal import CrossdockData

extension SalesforceSystem {
    func token(_ request: SandboxRequest) -> SandboxResponse {
        guard request.method == "POST" else {
            return .json(
                400,
                ["error": "invalid_request", "error_description": "HTTP POST is required"])
        }
        let endpoint = TokenEndpoint(identity: identity, request: request, now: request.time)
        do throws(TokenEndpoint.Refusal) {
            let grant = try endpoint.grant()
            return try answer(grant, request)
        } catch {
            return error.response
        }
    }

    private func answer(
        _ grant: TokenEndpoint.Grant, _ request: SandboxRequest
    ) throws(TokenEndpoint.Refusal) -> SandboxResponse {
        var answer = ValueObject()
        do {
            let token = try openSession(now: request.time)
            let issued = String(request.time)
            let id = "\(request.origin)/id/\(identity.organization)/\(identity.user)"
            let signature = HMACSHA256.authenticate(
                Array((id + issued).utf8), key: Array(identity.clientSecret.utf8))
            answer["access_token"] = .string(token)
            if case .refreshed = grant, request.breaks(SalesforceRules.tokenRotation) {
                try identity.rotateRefreshToken()
                answer["refresh_token"] = .string(identity.refreshToken)
            }
            answer["signature"] = .string(Base64.encode(signature))
            answer["scope"] = "api refresh_token id"
            if !request.breaks(SalesforceRules.tokenInstanceURL) {
                answer["instance_url"] = .string(request.origin)
            }
            answer["id"] = .string(id)
            answer["token_type"] = "Bearer"
            answer["issued_at"] = .string(issued)
        } catch {
            throw TokenEndpoint.Refusal(
                status: 503, error: "server_error", description: "\(error)")
        }
        var response = SandboxResponse.json(200, .object(answer))
        response.headers["Cache-Control"] = "no-cache, no-store"
        response.user = identity.username
        return response
    }

    func openSession(now: Int64) throws(CryptoError) -> String {
        try sessions.open(
            userID: identity.user, username: identity.username,
            organization: identity.organization, now: now)
    }

    func revoke(_ request: SandboxRequest) -> SandboxResponse {
        let fields = request.form + request.query
        if let token = fields.first(where: { $0.name == "token" })?.value { sessions.end(token) }
        return SandboxResponse(status: 200)
    }

    /// Who is logged in: `/services/oauth2/userinfo` and the identity URL of a token answer.
    func userInfo(_ request: SandboxRequest) throws(APIError) -> SandboxResponse {
        let session = try session(of: request)
        let id = "\(request.origin)/id/\(identity.organization)/\(session.userID)"
        let rest = "\(request.origin)/services/data/v{version}/"
        var response = SandboxResponse.json(
            200,
            [
                "sub": .string(id), "id": .string(id), "user_id": .string(session.userID),
                "organization_id": .string(identity.organization),
                "username": .string(session.username),
                "preferred_username": .string(session.username),
                "nickname": "integration", "name": "integration", "email_verified": true,
                "email": "integration@crossdock.example", "zoneinfo": "UTC", "active": true,
                "user_type": "STANDARD", "language": "en_US", "locale": "en_US", "utcOffset": 0,
                "urls": [
                    "rest": .string(rest), "query": .string(rest + "query/"),
                    "sobjects": .string(rest + "sobjects/"),
                    "partner": .string("\(request.origin)/services/Soap/u/{version}"),
                ],
            ])
        response.user = session.username
        return response
    }
}
