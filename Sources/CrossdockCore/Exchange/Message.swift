public import CrossdockData

/// Body and headers, as received or to be sent.
public struct Message: Sendable {
    public var body: Body
    /// What the sender said about the body. Untrusted.
    public var headers: Headers
    /// Values whose names begin with `Camel` or `Crossdock`: they direct components, come from
    /// consumers' own knowledge and from the route, and never from the wire.
    public var control: Headers

    public init(_ body: Body = .empty, headers: Headers = Headers(), control: Headers = Headers()) {
        self.body = body
        self.headers = headers
        self.control = control
    }

    /// A header as a route sees it: control names and data names in one name space, read without
    /// regard to case, each kept in its own place.
    public subscript(header name: String) -> Value? {
        get { ControlName.matches(name) ? control[name] : headers[name] }
        set {
            if ControlName.matches(name) {
                control[name] = newValue
            } else {
                headers[name] = newValue
            }
        }
    }

    public subscript(header name: HeaderName) -> Value? {
        get { name.isControl ? control[name] : headers[name] }
        set {
            if name.isControl { control[name] = newValue } else { headers[name] = newValue }
        }
    }
}

/// The names that direct components.
public enum ControlName {
    private static let prefixes: [StaticString] = ["camel", "crossdock"]

    /// Whether a name begins with `Camel` or `Crossdock`, in whatever case.
    ///
    /// - Trust: decides on bytes, folding ASCII letters only, so that no look-alike passes as one.
    public static func matches(_ name: String) -> Bool {
        prefixes.contains { prefix in
            guard name.utf8.count >= prefix.utf8CodeUnitCount else { return false }
            var at = 0
            for byte in name.utf8 {
                if at == prefix.utf8CodeUnitCount { return true }
                if ASCII.lowercased(byte) != prefix.utf8Start[at] { return false }
                at += 1
            }
            return true
        }
    }

    // Names that consumers set and the bus carries in its envelope.
    public static let operation = HeaderName("CrossdockOperation")
    public static let object = HeaderName("CrossdockObject")
    public static let key = HeaderName("CrossdockKey")
    public static let modifiedAt = HeaderName("CrossdockModifiedAt")
}

package enum ASCII {
    @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
