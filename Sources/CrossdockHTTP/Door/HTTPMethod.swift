/// The method of a call.
public struct HTTPMethod: Hashable, Sendable, CustomStringConvertible {
    /// Upper-case letters only.
    public let name: String

    public static let get = HTTPMethod(known: "GET")
    public static let head = HTTPMethod(known: "HEAD")
    public static let options = HTTPMethod(known: "OPTIONS")
    public static let post = HTTPMethod(known: "POST")
    public static let put = HTTPMethod(known: "PUT")
    public static let patch = HTTPMethod(known: "PATCH")
    public static let delete = HTTPMethod(known: "DELETE")
    /// Partial update in OData V2.
    public static let merge = HTTPMethod(known: "MERGE")

    /// Returns nil when `name` is not one to twenty letters.
    public init?(_ name: String) {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let upper = name.uppercased()
        guard !upper.isEmpty, upper.utf8.count <= 20, upper.utf8.allSatisfy(letters.contains) else {
            return nil
        }
        self.name = upper
    }

    private init(known name: String) { self.name = name }

    /// Whether a call only reads, so that any number of repetitions does no harm.
    ///
    /// - Source: RFC 9110 §9.2.1.
    public var isSafe: Bool { self == .get || self == .head || self == .options }

    public var description: String { name }
}
