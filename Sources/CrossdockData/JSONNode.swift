internal import CSimdjson

/// One value of a ``JSONDocument``, addressed, not copied.
public struct JSONNode: Sendable {
    public let document: JSONDocument
    /// The value's number on the tape.
    public let index: Int

    public init(document: JSONDocument, index: Int) {
        self.document = document
        self.index = index
    }

    private var view: JSONView { document.view }

    public var kind: JSONKind { view.kind(index) }
    public var isNull: Bool { kind == .null }

    /// How many members or elements an object or list has; 0 for other values.
    public var count: Int {
        guard kind == .object || kind == .array else { return 0 }
        let stored = view.members(index)
        guard stored == Int(UInt16.max) else { return stored }
        return kind == .object
            ? members.reduce(0) { n, _ in n + 1 } : elements.reduce(0) { n, _ in n + 1 }
    }

    /// The value's source text: of a string with its quotes, of a number its digits as written.
    public var source: ArraySlice<UInt8> {
        let view = view
        let (offset, length) = (view.offset(index), view.length(index))
        return kind == .string
            ? document.bytes[(offset - 1)..<(offset + length + 1)]
            : document.bytes[offset..<(offset + length)]
    }

    /// The text of a string, escapes decoded; nil for other values.
    public var string: String? {
        kind == .string ? document.decodedString(at: index) : nil
    }

    /// A string's text, a number's digits, `true` or `false`; nil for null, objects and lists.
    public var scalarText: String? {
        switch kind {
        case .string: document.decodedString(at: index)
        case .number: String(decoding: source, as: UTF8.self)
        case .true: "true"
        case .false: "false"
        case .null, .object, .array: nil
        }
    }

    public var number: JSONNumber? {
        kind == .number ? JSONNumber(unchecked: String(decoding: source, as: UTF8.self)) : nil
    }

    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The member of that name; the last one where an object names it twice.
    public subscript(key: String) -> JSONNode? {
        guard kind == .object else { return nil }
        return document.member(key, of: index).map { JSONNode(document: document, index: $0) }
    }

    /// The element at that place, counted from 0.
    public subscript(position: Int) -> JSONNode? {
        guard kind == .array, position >= 0 else { return nil }
        let view = view
        var child = index + 1
        let end = view.next(index)
        var remaining = position
        while child < end {
            if remaining == 0 { return JSONNode(document: document, index: child) }
            remaining -= 1
            child = view.next(child)
        }
        return nil
    }

    /// The elements of a list, in order; nothing for other values.
    public var elements: some Sequence<JSONNode> {
        let view = view
        let isList = kind == .array
        let end = isList ? view.next(index) : index
        return sequence(state: index + 1) { [document] (child: inout Int) -> JSONNode? in
            guard isList, child < end else { return nil }
            defer { child = document.view.next(child) }
            return JSONNode(document: document, index: child)
        }
    }

    /// The members of an object, in order; nothing for other values.
    public var members: some Sequence<(key: String, value: JSONNode)> {
        let isObject = kind == .object
        let end = isObject ? view.next(index) : index
        return sequence(state: index + 1) {
            [document] (child: inout Int) -> (key: String, value: JSONNode)? in
            guard isObject, child + 1 < end else { return nil }
            defer { child = document.view.next(child + 1) }
            return (
                document.decodedString(at: child), JSONNode(document: document, index: child + 1)
            )
        }
    }
}

extension JSONDocument {
    func decodedString(at index: Int) -> String {
        let view = view
        let text = view.text(index)
        guard view.isEscaped(index) else { return String(decoding: text, as: UTF8.self) }
        return String(decoding: JSONEscapes.decode(text), as: UTF8.self)
    }

    func member(_ name: String, of object: Int) -> Int? {
        var name = name
        return name.withUTF8 { wanted -> Int? in
            let view = view
            let hash = crossdock_json_key_hash(wanted.baseAddress, wanted.count)
            var found: Int?
            var child = object + 1
            let end = view.next(object)
            while child + 1 < end {
                if view.isEscaped(child) {
                    if JSONEscapes.decode(view.text(child)).elementsEqual(wanted) {
                        found = child + 1
                    }
                } else if view.keyHash(child) == hash, view.text(child).elementsEqual(wanted) {
                    found = child + 1
                }
                child = view.next(child + 1)
            }
            return found
        }
    }
}
