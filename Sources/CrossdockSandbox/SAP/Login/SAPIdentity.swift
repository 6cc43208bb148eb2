internal import CrossdockCrypto
internal import CrossdockData

/// The communication user that clients log in as.
///
/// Its password is made at random when the system is new; a system with a data folder keeps it.
struct SAPIdentity {
    let username = "CROSSDOCK"
    let password: String
    /// The user that loads data.
    static let seedUser = "SEED"

    init(store: RecordStore) throws {
        if let kept = store.note("identity")?["password"]?.string {
            password = kept
        } else {
            password = try RandomBytes.token(bits: 120)
            try store.setNote("identity", ["password": .string(password)])
        }
    }

    /// The user's name when `header` is right.
    ///
    /// - Source: RFC 7617. SAP takes user names without regard to case.
    func user(authorization header: String?) -> String? {
        guard let header, header.prefix(6).lowercased() == "basic ",
            let decoded = try? Base64.decode(String(header.dropFirst(6)))
        else { return nil }
        guard let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = String(decoding: decoded[..<colon], as: UTF8.self)
        let isRight = constantTimeEqual(Array(decoded[(colon + 1)...]), Array(password.utf8))
        return isRight && name.uppercased() == username ? username : nil
    }
}
