internal import CrossdockCrypto
internal import CrossdockData
internal import Synchronization

/// The org's id, its users, and what a client logs in with.
///
/// Made at random when the org is new; an org with a data folder keeps them.
struct SalesforceIdentity {
    let organization: String
    /// The user that clients become.
    let user: String
    /// The user that loads data.
    let seedUser: String
    let username = "integration@crossdock.example"
    let clientId: String
    let clientSecret: String
    let password: String
    let securityToken: String
    let privateKeyFile: String
    let publicKey: PublicKey
    /// Works until it is used with rotation on.
    private(set) var refreshToken: String

    private let store: RecordStore

    /// - Parameter home: Where the private key is put for clients.
    init(store: RecordStore, home: String) throws {
        self.store = store
        organization = SalesforceID.make(prefix: "00D", number: 1)
        user = SalesforceID.make(prefix: "005", number: 1)
        seedUser = SalesforceID.make(prefix: "005", number: 2)
        let kept = store.note("identity")
        func secret(_ key: String, _ prefix: String, _ bits: Int) throws -> String {
            try kept?[key]?.string ?? prefix + RandomBytes.token(bits: bits)
        }
        clientId = try secret("clientId", "3MVG9", 384)
        clientSecret = try secret("clientSecret", "", 256)
        password = try secret("password", "", 96)
        securityToken = try secret("securityToken", "", 144)
        refreshToken = try secret("refreshToken", "5Aep", 384)
        privateKeyFile = "\(home)/salesforce-jwt.pem"
        let pem = try kept?["privateKey"]?.string ?? Self.newKey()
        publicKey = try PrivateKey(pem: pem).publicKey()
        try Files.replace(privateKeyFile, with: Array(pem.utf8))
        if kept == nil { try keep(privateKey: pem) }
    }

    /// Making a key takes a good part of a second: new orgs of one process share one.
    private static func newKey() throws -> String {
        try sharedKey.withLock { shared in
            if let shared { return shared }
            let pem = try PrivateKey.rsa().pem()
            shared = pem
            return pem
        }
    }

    private static let sharedKey = Mutex<String?>(nil)

    private func keep(privateKey pem: String) throws(SandboxError) {
        try store.setNote(
            "identity",
            [
                "clientId": .string(clientId), "clientSecret": .string(clientSecret),
                "password": .string(password), "securityToken": .string(securityToken),
                "refreshToken": .string(refreshToken), "privateKey": .string(pem),
            ])
    }

    /// Replaces the refresh token: the one before works no longer.
    mutating func rotateRefreshToken() throws {
        refreshToken = "5Aep" + (try RandomBytes.token(bits: 384))
        guard var kept = store.note("identity")?.object else { return }
        kept["refreshToken"] = .string(refreshToken)
        try store.setNote("identity", .object(kept))
    }

    /// Members of the ready file.
    func access(loginURL: String) -> ValueObject {
        var access = ValueObject()
        access["loginUrl"] = .string(loginURL)
        access["clientId"] = .string(clientId)
        access["clientSecret"] = .string(clientSecret)
        access["refreshToken"] = .string(refreshToken)
        access["username"] = .string(username)
        access["password"] = .string(password)
        access["securityToken"] = .string(securityToken)
        access["privateKeyFile"] = .string(privateKeyFile)
        return access
    }

    /// The users and the organization as records of a new org.
    func records(now: Int64) -> [RecordChange] {
        func record(_ id: String, _ fields: [(String, String)]) -> StoredRecord {
            var map = FieldMap()
            for (name, text) in fields { map.set(name, text: text) }
            return StoredRecord(
                key: id, stamp: now, modified: now, created: now, createdBy: seedUser,
                modifiedBy: seedUser, fields: map.json)
        }
        func person(_ id: String, _ username: String, _ name: String) -> RecordChange {
            .put(
                record(
                    id,
                    [
                        ("Username", username), ("LastName", name), ("Name", name),
                        ("Email", "\(name)@crossdock.example"), ("Alias", String(name.prefix(8))),
                        ("UserType", "Standard"), ("TimeZoneSidKey", "UTC"),
                        ("LocaleSidKey", "en_US"), ("LanguageLocaleKey", "en_US"),
                        ("EmailEncodingKey", "UTF-8"),
                    ]), in: "User")
        }
        return [
            person(seedUser, "seed", "seed"), person(user, username, "integration"),
            .put(
                record(
                    organization,
                    [
                        ("Name", "Crossdock Sandbox"), ("OrganizationType", "Enterprise Edition"),
                        ("InstanceName", "CD0"), ("DefaultLocaleSidKey", "en_US"),
                    ]), in: "Organization"),
        ]
    }
}
