internal import CrossdockCore
internal import CrossdockData
internal import CrossdockXML

/// A way into a value: members, elements and a few methods, as in Camel's OGNL.
struct ObjectPath: Sendable {
    struct Step: Sendable {
        enum Kind: Sendable {
            case member(MemberName)
            case index(Int)
            /// `last`, `last-1`: counted from the end.
            case fromEnd(Int)
            /// A key that comes with the message.
            case computed(any CompiledExpression)
            case call(ObjectMethod, [any CompiledExpression])
        }

        let kind: Kind
        /// As written, for messages.
        let text: String
        /// Nothing before it yields nothing instead of an error.
        let isNullSafe: Bool
    }

    let steps: [Step]

    var isEmpty: Bool { steps.isEmpty }

    /// Where a walk has come to.
    enum Place {
        case node(JSONNode)
        case value(Value)

        var isNull: Bool {
            switch self {
            case .node(let node): node.isNull
            case .value(let value): value.isNull
            }
        }

        func value() throws -> Value {
            switch self {
            case .node(let node): try node.value()
            case .value(let value): value
            }
        }
    }

    /// Walks from `start`.
    ///
    /// - Throws: ``ExpressionError`` for a step into nothing that is not null-safe, and for an element
    ///   past the end of a list.
    func walk(from start: Place, _ exchange: inout Exchange) throws -> Place {
        var place = start
        for step in steps {
            if place.isNull {
                if step.isNullSafe { return .value(.null) }
                throw ExpressionError(
                    "'\(step.text)' is asked of nothing; '?.' in place of '.' yields nothing instead",
                    exceptionClass: "org.apache.camel.language.bean.RuntimeBeanExpressionException")
            }
            place = try take(step, of: place, &exchange)
        }
        return place
    }

    private func take(
        _ step: Step, of place: Place, _ exchange: inout Exchange
    ) throws -> Place {
        switch step.kind {
        case .member(let name): return try Self.member(name, of: place, step)
        case .index(let index): return try Self.element(index, of: place, step)
        case .fromEnd(let back):
            return try Self.element(Self.count(of: place) - 1 - back, of: place, step)
        case .computed(let key):
            let value = try key.value(in: &exchange)
            if let index = value.number?.int ?? value.string.flatMap({ Int($0) }),
                Self.isList(place)
            {
                return try Self.element(index, of: place, step)
            }
            return try Self.member(MemberName(value.scalarText ?? ""), of: place, step)
        case .call(let method, let arguments):
            let values = try arguments.map { try $0.value(in: &exchange) }
            return .value(try method.run(on: try place.value(), values))
        }
    }

    private static func member(
        _ name: MemberName, of place: Place, _ step: Step
    ) throws -> Place {
        switch place {
        case .node(let node) where node.kind == .object:
            return name.find(in: node).map { .node($0) } ?? .value(.null)
        case .value(.object(let members)):
            return .value(name.candidates.lazy.compactMap { members[$0] }.first ?? .null)
        default:
            let value = try place.value()
            // A getter of Java's may be meant: `size`, `length`, `class`.
            if let method = ObjectMethod(name.text), method.arguments.contains(0) {
                return .value(try method.run(on: value, []))
            }
            throw ExpressionError(
                "a \(value.typeName) has no '\(name.text)'",
                exceptionClass: "org.apache.camel.component.bean.MethodNotFoundException")
        }
    }

    private static func isList(_ place: Place) -> Bool {
        switch place {
        case .node(let node): node.kind == .array
        case .value(.array): true
        case .value: false
        }
    }

    private static func count(of place: Place) -> Int {
        switch place {
        case .node(let node): node.count
        case .value(.array(let elements)): elements.count
        case .value: 0
        }
    }

    private static func element(_ index: Int, of place: Place, _ step: Step) throws -> Place {
        switch place {
        case .node(let node) where node.kind == .array:
            if let found = node[index] { return .node(found) }
        case .value(.array(let elements)):
            if elements.indices.contains(index) { return .value(elements[index]) }
        case .node, .value:
            // `[0]` of an object is its member "0".
            return try member(MemberName(String(index)), of: place, step)
        }
        if step.isNullSafe { return .value(.null) }
        throw ExpressionError(
            "'\(step.text)': there is no element \(index) in a list of \(count(of: place))",
            exceptionClass: "java.lang.IndexOutOfBoundsException")
    }
}

/// A member's name, with the names that a Java getter may stand for.
struct MemberName: Sendable {
    let text: String
    let candidates: [String]
    fileprivate let keys: [TapePath.Key]

    init(_ text: String) {
        self.text = text
        var names = [text]
        if text.hasPrefix("get"), text.utf8.count > 3 {
            let rest = text.dropFirst(3)
            names.append(rest.prefix(1).lowercased() + rest.dropFirst())
            names.append(String(rest))
        }
        candidates = names
        keys = names.map { TapePath.Key($0) }
    }

    func find(in node: JSONNode) -> JSONNode? {
        let index = node.document.withView { view in
            keys.lazy.compactMap { $0.find(in: view, of: node.index) }.first
        }
        return index.map { JSONNode(document: node.document, index: $0) }
    }
}

/// A path of plain members and places only, followed on the tape.
struct TapePath: Sendable {
    enum Step: Sendable {
        case member(Key)
        case element(Int)
    }

    struct Key: Sendable {
        let bytes: [UInt8]
        let hash: UInt32

        init(_ text: String) {
            bytes = Array(text.utf8)
            hash = JSONView.hash(of: bytes)
        }

        /// The last member of that name, as the rest of the hub takes it.
        func find(in view: JSONView, of object: Int) -> Int? {
            guard view.kind(object) == .object else { return nil }
            var found: Int?
            var child = object &+ 1
            let end = view.next(object)
            while child &+ 1 < end {
                if view.isEscaped(child) {
                    if JSONEscapes.decode(view.text(child)).elementsEqual(bytes) {
                        found = child &+ 1
                    }
                } else if view.keyHash(child) == hash, view.text(child).elementsEqual(bytes) {
                    found = child &+ 1
                }
                child = view.next(child &+ 1)
            }
            return found
        }
    }

    let steps: [Step]

    /// Nil for a path that needs more than the tape.
    init?(_ path: ObjectPath) {
        var steps: [Step] = []
        for step in path.steps {
            switch step.kind {
            case .member(let name):
                guard name.candidates.count == 1 else { return nil }
                steps.append(.member(name.keys[0]))
            case .index(let index): steps.append(.element(index))
            case .fromEnd, .computed, .call: return nil
            }
        }
        self.steps = steps
    }

    /// - Returns: The value's number on the tape; nil when it is not there.
    func find(in view: JSONView) -> Int? {
        var index = 0
        for step in steps {
            switch step {
            case .member(let key):
                guard let found = key.find(in: view, of: index) else { return nil }
                index = found
            case .element(let position):
                guard view.kind(index) == .array, position >= 0 else { return nil }
                var child = index &+ 1
                let end = view.next(index)
                var remaining = position
                while child < end, remaining > 0 {
                    child = view.next(child)
                    remaining -= 1
                }
                guard child < end else { return nil }
                index = child
            }
        }
        return index
    }
}

/// A path into the body.
struct BodyPath: CompiledExpression {
    let path: ObjectPath
    let tape: TapePath?

    init(_ path: ObjectPath) {
        self.path = path
        tape = TapePath(path)
    }

    private func place(in exchange: inout Exchange) throws -> ObjectPath.Place {
        if let document = exchange.message.body.jsonContainer() {
            if let tape, let index = document.withView({ tape.find(in: $0) }) {
                return .node(JSONNode(document: document, index: index))
            }
            return try path.walk(from: .node(document.root), &exchange)
        }
        return try path.walk(from: .value(try exchange.message.body.value()), &exchange)
    }

    func value(in exchange: inout Exchange) throws -> Value { try place(in: &exchange).value() }

    func text(in exchange: inout Exchange) throws -> String? {
        switch try place(in: &exchange) {
        case .node(let node):
            node.scalarText ?? (node.isNull ? nil : String(decoding: node.source, as: UTF8.self))
        case .value(let value): value.scalarText ?? (value.isNull ? nil : value.jsonText)
        }
    }

    func body(in exchange: inout Exchange) throws -> Body {
        switch try place(in: &exchange) {
        case .node(let node): try node.body()
        case .value(let value): .value(value)
        }
    }
}

extension JSONNode {
    /// The value as a body of its own: objects and lists as JSON, the rest as it is.
    func body() throws -> Body {
        switch kind {
        case .object, .array: .json(try JSONDocument(Array(source)))
        case .null: .empty
        case .string: .text(string ?? "")
        default: .value(try value())
        }
    }
}
