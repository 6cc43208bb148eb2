/// The header fields of a request or a response, in their order.
///
/// Names are compared without regard to ASCII case. A name may occur more than once.
///
/// - Trust: those of a response are untrusted input. Those of a request are checked before it is
///   sent: nothing in a value can end the line it stands on.
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    public struct Field: Sendable, Hashable {
        public let name: String
        public let value: String
    }

    public private(set) var fields: [Field] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The first value of a name. Setting replaces all of them; nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { $0.name.equalsIgnoringASCIICase(name) }?.value }
        set {
            fields.removeAll { $0.name.equalsIgnoringASCIICase(name) }
            if let newValue { add(name, newValue) }
        }
    }

    public func values(of name: String) -> [String] {
        fields.filter { $0.name.equalsIgnoringASCIICase(name) }.map(\.value)
    }

    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Takes over each field of `other`, in place of fields of the same name.
    public mutating func replace(with other: HTTPHeaders) {
        for field in other.fields { self[field.name] = nil }
        fields += other.fields
    }
}

extension HTTPHeaders {
    /// What frames a message or steers a connection is the door's own business.
    private static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer",
        "upgrade", "expect", "accept-encoding", "proxy-connection", "proxy-authorization",
    ]

    /// What may go along when a redirect leads to another origin: nothing that tells who we are.
    private static let harmless: Set<String> = ["accept", "accept-language", "user-agent", "range"]

    /// Refuses what must not be sent.
    ///
    /// - Throws: ``HTTPError`` with ``DiagnosticCode/invalidRequest``.
    func validateForSending() throws(HTTPError) {
        for field in fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte) else {
                throw .invalidRequest("a header name is not a token (RFC 9110 §5.6.2)")
            }
            guard !Self.reserved.contains(field.name.lowercased()) else {
                throw .invalidRequest("the header '\(field.name)' is set by the HTTP client itself")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .invalidRequest(
                    "the value of header '\(field.name)' contains a control character")
            }
        }
    }

    func withoutCredentials() -> HTTPHeaders {
        var kept = HTTPHeaders()
        kept.fields = fields.filter { Self.harmless.contains($0.name.lowercased()) }
        return kept
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension String {
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension UInt8 {
    var asciiLowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }
}
