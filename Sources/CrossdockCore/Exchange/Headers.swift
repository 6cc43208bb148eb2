public import CrossdockData

/// Named values in the order in which they were set; names are compared without regard to ASCII case
/// and written back as they were given.
public struct Headers: Sendable, Sequence {
    public typealias Element = (name: String, value: Value)

    private var entries: [Entry] = []

    private struct Entry: Sendable {
        let name: HeaderName
        var value: Value
    }

    public init() {}

    public init(_ elements: some Sequence<(String, Value)>) {
        for (name, value) in elements { self[name] = value }
    }

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }

    public subscript(name: String) -> Value? {
        get { self[HeaderName(name)] }
        set { self[HeaderName(name)] = newValue }
    }

    /// Setting nil removes the header.
    public subscript(name: HeaderName) -> Value? {
        get { entries.first { $0.name == name }?.value }
        set {
            let at = entries.firstIndex { $0.name == name }
            switch (at, newValue) {
            case (let at?, let value?): entries[at].value = value
            case (let at?, nil): entries.remove(at: at)
            case (nil, let value?): entries.append(Entry(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    public mutating func removeAll(where matches: (String) throws -> Bool) rethrows {
        try entries.removeAll { try matches($0.name.text) }
    }

    /// Takes a header from outside, or refuses it.
    ///
    /// - Trust: the one door for names that came from the wire. Control names and names that are no
    ///   RFC 9110 tokens do not pass, whatever case they are written in.
    /// - Returns: Whether the header was taken.
    @discardableResult
    public mutating func admit(_ name: String, _ value: Value) -> Bool {
        guard HeaderName.isToken(name), !ControlName.matches(name) else { return false }
        self[name] = value
        return true
    }

    public func makeIterator() -> AnyIterator<Element> {
        var base = entries.makeIterator()
        return AnyIterator { base.next().map { ($0.name.text, $0.value) } }
    }
}

/// A header's name with what comparing it costs done once.
public struct HeaderName: Hashable, Sendable, ExpressibleByStringLiteral {
    public let text: String
    public let isControl: Bool
    private let folded: UInt32

    public init(_ text: String) {
        self.text = text
        var hash: UInt32 = 2_166_136_261
        for byte in text.utf8 {
            hash = (hash ^ UInt32(ASCII.lowercased(byte))) &* 16_777_619
        }
        folded = hash
        isControl = ControlName.matches(text)
    }

    public init(stringLiteral value: String) { self.init(value) }

    public static func == (one: Self, other: Self) -> Bool {
        guard one.folded == other.folded else { return false }
        let (a, b) = (one.text.utf8, other.text.utf8)
        guard a.count == b.count else { return false }
        return zip(a, b).allSatisfy { ASCII.lowercased($0) == ASCII.lowercased($1) }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }

    /// - Source: RFC 9110 §5.6.2, `tchar`.
    static func isToken(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 256
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
                    UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
                    UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }
}
