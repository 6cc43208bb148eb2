internal import CrossdockData

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The name of a member, prepared for looking it up on tapes.
struct MemberKey: Sendable {
    let text: String
    let bytes: [UInt8]
    let hash: UInt32

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
        hash = JSONView.hash(of: bytes)
    }
}

extension JSONNode {
    /// The member of that name; the last one where an object names it twice.
    func member(_ key: MemberKey) -> JSONNode? {
        let object = index
        let found: Int = document.withView { view in
            guard view.kind(object) == .object else { return -1 }
            var found = -1
            var child = object &+ 1
            let end = view.next(object)
            while child < end {
                if view.isEscaped(child) {
                    if JSONEscapes.decode(view.text(child)) == key.bytes { found = child &+ 1 }
                } else if view.keyHash(child) == key.hash, view.length(child) == key.bytes.count,
                    memcmp(view.source + view.offset(child), key.bytes, key.bytes.count) == 0
                {
                    found = child &+ 1
                }
                child = view.next(child &+ 1)
            }
            return found
        }
        return found < 0 ? nil : JSONNode(document: document, index: found)
    }

    /// The nearest double of a number.
    var double: Double {
        let at = index
        let quick: Double? = document.withView { view in
            let text = view.text(at)
            return Numerals.quickDouble(text)
        }
        return quick ?? number?.double ?? .nan
    }
}

extension Datum {
    /// The member of that name of an object; undefined when there is none, or no object.
    func member(_ key: MemberKey) -> Datum {
        switch self {
        case .node(let node): node.member(key).map { Datum($0) } ?? .undefined
        case .members(let members): members[key.text].map { Datum($0) } ?? .undefined
        case .record(let record): record[key.text] ?? .undefined
        default: .undefined
        }
    }

    /// Calls `body` with each element of a list, or with the value itself where it is none.
    func forEachElement(
        _ body: (Datum) throws(JSONataError) -> Void
    ) throws(JSONataError) {
        switch self {
        case .array(let items, _): for item in items { try body(item) }
        case .range(let range, _): for number in range { try body(.integer(number)) }
        case .elements(let elements): for element in elements { try body(Datum(element)) }
        case .node(let node) where node.kind == .array:
            for element in node.elements { try body(Datum(element)) }
        case .tuples(let stream): for tuple in stream.tuples { try body(tuple.value) }
        default: try body(self)
        }
    }

    /// The elements of a list; nil for other values.
    var items: [Datum]? {
        switch self {
        case .array(let items, _): items
        case .range(let range, _): range.map { .integer($0) }
        case .elements(let elements): elements.map { Datum($0) }
        case .node(let node): node.kind == .array ? node.elements.map { Datum($0) } : nil
        case .tuples(let stream): stream.tuples.map(\.value)
        default: nil
        }
    }

    /// The element at that place of a list; nil outside of it, and for other values.
    func element(at place: Int) -> Datum? {
        guard place >= 0 else { return nil }
        switch self {
        case .array(let items, _): return place < items.count ? items[place] : nil
        case .range(let range, _):
            return place < range.count ? .integer(range.lowerBound + place) : nil
        case .elements(let elements):
            return place < elements.count ? Datum(elements[place]) : nil
        case .node(let node): return node[place].map { Datum($0) }
        case .tuples(let stream):
            return place < stream.tuples.count ? stream.tuples[place].value : nil
        default: return nil
        }
    }

    /// Calls `body` with each member of an object, each name once; nothing for other values.
    func forEachMember(
        _ body: (String, Datum) throws(JSONataError) -> Void
    ) throws(JSONataError) {
        switch self {
        case .members(let members):
            for (name, value) in members { try body(name, Datum(value)) }
        case .record(let record):
            for at in record.names.indices { try body(record.names[at], record.values[at]) }
        case .node(let node) where node.kind == .object:
            let record = Record(node)
            for at in record.names.indices { try body(record.names[at], record.values[at]) }
        default: break
        }
    }

    var memberCount: Int {
        switch self {
        case .members(let members): members.count
        case .record(let record): record.names.count
        case .node(let node): node.kind == .object ? node.count : 0
        default: 0
        }
    }
}
