internal import CrossdockCore
internal import CrossdockCrypto
internal import CrossdockData
internal import CrossdockSettings

/// Remembers the successors of a refresh token, so that a restart does not present a used one.
///
/// The successor is durable before the access token that came with it is used.
struct TokenRotation: Sendable {
    static let kind = "refreshToken"

    let connection: String
    let configured: Secret
    let documents: any Documents

    private struct Remembered {
        var token: Secret
        var revision: Int64
    }

    func purchase(
        _ grant: TokenGrant, _ request: TokenRequest, _ clock: any HubClock
    ) async throws -> AccessGrant {
        let remembered = try await remembered()
        do {
            return try await use(remembered, grant, request, clock)
        } catch let refusal as TokenRefusal {
            // Another node may have been first: then the store holds a younger token.
            let again = try await self.remembered()
            guard again.revision != remembered.revision else { throw refusal }
            return try await use(again, grant, request, clock)
        }
    }

    private func use(
        _ remembered: Remembered, _ grant: TokenGrant, _ request: TokenRequest,
        _ clock: any HubClock
    ) async throws -> AccessGrant {
        let access = try await request.send(grant, refreshToken: remembered.token, now: clock.now)
        if let successor = access.refreshToken {
            _ = try await documents.put(
                kind: Self.kind, key: connection, content: encoded(successor), ifRevision: nil)
        }
        return access
    }

    /// A token that the operator has configured anew takes precedence over what came of the old one.
    private func remembered() async throws -> Remembered {
        let document = try await documents.document(kind: Self.kind, key: connection)
        if let document, let json = try? JSONDocument(document.content).root,
            json["ancestor"]?.string == ancestor, let token = json["token"]?.string
        {
            return Remembered(token: Secret(token), revision: document.revision)
        }
        return Remembered(token: configured, revision: document?.revision ?? 0)
    }

    private func encoded(_ token: Secret) -> [UInt8] {
        let value: Value = ["ancestor": .string(ancestor), "token": .string(token.revealed)]
        return value.json
    }

    private var ancestor: String { SHA256.hex(Array(configured.revealed.utf8)) }
}
