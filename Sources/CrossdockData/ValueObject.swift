/// The members of an object, in order, with names compared byte by byte.
///
/// Swift's `String` equates canonically equivalent texts; record keys and external ids must not be
/// merged like that.
public struct ValueObject: Sendable {
    public typealias Element = (key: String, value: Value)

    private var members: [Element] = []
    /// Built once an object has more members than a scan is good for.
    private var index: [Name: Int]?

    private static let indexedFrom = 24

    public init() {}

    public init(_ members: some Sequence<(String, Value)>) {
        for (key, value) in members { self[key] = value }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: some Sequence<String> { members.lazy.map(\.key) }
    public var values: some Sequence<Value> { members.lazy.map(\.value) }

    /// Setting nil removes the member; setting a new name appends it.
    public subscript(key: String) -> Value? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let at?, let value?): members[at].value = value
            case (let at?, nil):
                members.remove(at: at)
                index = nil
                buildIndexIfLarge()
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    private mutating func append(_ key: String, _ value: Value) {
        members.append((key, value))
        if index != nil { index?[Name(key)] = members.count - 1 } else { buildIndexIfLarge() }
    }

    private mutating func buildIndexIfLarge() {
        guard members.count >= Self.indexedFrom else { return }
        var fresh: [Name: Int] = [:]
        for (at, member) in members.enumerated() { fresh[Name(member.key)] = at }
        index = fresh
    }

    private func position(of key: String) -> Int? {
        if let index { return index[Name(key)] }
        return members.firstIndex { Name.same($0.key, key) }
    }

    private struct Name: Hashable, Sendable {
        let text: String
        init(_ text: String) { self.text = text }
        static func same(_ one: String, _ other: String) -> Bool {
            one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8)
        }
        static func == (one: Self, other: Self) -> Bool { same(one.text, other.text) }
        func hash(into hasher: inout Hasher) {
            for byte in text.utf8 { hasher.combine(byte) }
        }
    }
}

extension ValueObject: Sequence {
    public func makeIterator() -> IndexingIterator<[Element]> { members.makeIterator() }
}

/// Objects are equal when they have the same members, in whatever order.
extension ValueObject: Hashable {
    public static func == (one: Self, other: Self) -> Bool {
        one.count == other.count && one.allSatisfy { other[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
    }
}
