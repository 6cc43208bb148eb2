public import CrossdockData
internal import CrossdockDiagnostics

/// A query into JSON, compiled once.
///
/// - Source: RFC 9535; the Jayway dialect as the documentation of `json-path/JsonPath` has it.
public struct JSONPath: Sendable {
    public enum Dialect: Sendable {
        /// RFC 9535 and nothing else.
        case standard
        /// What Camel's `jsonpath` language takes: also Jayway's filter operators and functions.
        case jayway
    }

    let query: PathQuery
    let dialect: Dialect

    /// - Throws: ``JSONPathError`` with the place in `text`.
    public init(_ text: String, dialect: Dialect = .standard) throws(JSONPathError) {
        var parser = JSONPathParser(text, dialect)
        query = try parser.parseAll()
        self.dialect = dialect
    }

    /// Whether the query can only yield one value: names and places, one after the other.
    public var isDefinite: Bool { query.isSingular && !query.yieldsObject(dialect) }

    /// The values found, in document order where the standard has an order.
    ///
    /// - Throws: ``JSONPathError`` when the query asks for more work than any document is worth.
    public func nodes(in document: JSONDocument) throws(JSONPathError) -> [JSONNode] {
        try document.withView { (view) throws(JSONPathError) in
            var evaluation = PathEvaluation(view: view, dialect: dialect)
            return try evaluation.nodes(of: query, current: 0).map {
                JSONNode(document: document, index: $0)
            }
        }
    }

    /// The result as Jayway gives it: the value of a definite path or function, else a list.
    ///
    /// - Returns: Nil for a definite path to nothing.
    func result(in document: JSONDocument) throws -> Value? {
        if let function = query.function {
            let found = try JSONPath(query.withoutFunction, dialect).nodes(in: document)
            let inputs = try found.map { try $0.value() }
            if query.withoutFunction.isSingular, inputs.isEmpty { return nil }
            return function.apply(to: inputs, isDefinite: query.withoutFunction.isSingular)
        }
        let found = try nodes(in: document)
        if query.yieldsObject(dialect) {
            return try Self.object(found, of: query, document, dialect)
        }
        if query.isSingular { return try found.first.map { try $0.value() } }
        return .array(try found.map { try $0.value() })
    }

    private init(_ query: PathQuery, _ dialect: Dialect) {
        self.query = query
        self.dialect = dialect
    }

    /// `$['a','b']` is, in Jayway, the object with these members.
    private static func object(
        _ found: [JSONNode], of query: PathQuery, _ document: JSONDocument, _ dialect: Dialect
    ) throws -> Value? {
        guard case .child(let selectors)? = query.segments.last else { return nil }
        var parents = query
        parents.segments.removeLast()
        let objects = try JSONPath(parents, dialect).nodes(in: document).map { parent in
            var object = ValueObject()
            for case .name(let key) in selectors {
                let name = String(decoding: key.bytes, as: UTF8.self)
                if let member = parent[name] { object[name] = try member.value() }
            }
            return Value.object(object)
        }
        return parents.isSingular ? objects.first : .array(objects)
    }
}

/// What is wrong with a query, or with asking it.
public struct JSONPathError: Error, Equatable {
    public let message: String
    /// In scalars from the start of the query.
    public let offset: Int
}

/// A query from the root or from the value that a filter looks at.
struct PathQuery: Sendable {
    var isRelative: Bool
    var segments: [PathSegment]

    /// At most one value, by the form of the query alone.
    var isSingular: Bool {
        segments.allSatisfy { segment in
            guard case .child(let selectors) = segment, selectors.count == 1 else { return false }
            switch selectors[0] {
            case .name, .index: return true
            case .wildcard, .slice, .filter: return false
            }
        }
    }

    var function: PathFunction? {
        if case .function(let function)? = segments.last { function } else { nil }
    }

    var withoutFunction: PathQuery {
        PathQuery(
            isRelative: isRelative, segments: function == nil ? segments : segments.dropLast())
    }

    func yieldsObject(_ dialect: JSONPath.Dialect) -> Bool {
        guard dialect == .jayway, case .child(let selectors)? = segments.last else { return false }
        return selectors.count > 1
            && selectors.allSatisfy { if case .name = $0 { true } else { false } }
    }
}

enum PathSegment: Sendable {
    case child([PathSelector])
    case descendant([PathSelector])
    /// `.length()` at the end of a path, in Jayway's dialect.
    case function(PathFunction)
}

enum PathSelector: Sendable {
    case name(TapePath.Key)
    case wildcard
    case index(Int)
    case slice(start: Int?, end: Int?, step: Int)
    case filter(PathFilter)
}

indirect enum PathFilter: Sendable {
    case any([PathFilter])
    case all([PathFilter])
    case not(PathFilter)
    case exists(PathQuery)
    case comparison(PathOperand, PathOperator, PathOperand)
    case matches(PathOperand, PathOperand, whole: Bool)
    /// Jayway's `=~ /pattern/`.
    case pattern(PathOperand, Pattern)
}

enum PathOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    // Jayway's.
    case isIn = "in"
    case notIn = "nin"
    case subsetOf = "subsetof"
    case anyOf = "anyof"
    case noneOf = "noneof"
    case size = "size"
    case empty = "empty"
    case contains = "contains"
}

indirect enum PathOperand: Sendable {
    case literal(Value)
    case query(PathQuery)
    case length(PathOperand)
    case count(PathQuery)
    case value(PathQuery)
}

/// A function at the end of a path.
enum PathFunction: String, Sendable, CaseIterable {
    case length, size, min, max, avg, sum, stddev, keys, first, last

    func apply(to inputs: [Value], isDefinite: Bool) -> Value {
        // Of a definite path, the function is of the one value; of others, of the list.
        let subject = isDefinite ? inputs.first ?? .null : .array(inputs)
        let elements = subject.array ?? [subject]
        let numbers = elements.compactMap { $0.number?.double }
        switch self {
        case .length, .size:
            if let text = subject.string { return .integer(text.utf16.count) }
            return .integer(subject.object?.count ?? elements.count)
        case .keys: return .array(subject.object?.keys.map { .string($0) } ?? [])
        case .first: return elements.first ?? .null
        case .last: return elements.last ?? .null
        case .min: return numbers.min().map { .double($0) } ?? .null
        case .max: return numbers.max().map { .double($0) } ?? .null
        case .sum: return .double(numbers.reduce(0, +))
        case .avg: return numbers.isEmpty ? .null : .double(Self.mean(numbers))
        case .stddev:
            guard !numbers.isEmpty else { return .null }
            let mean = Self.mean(numbers)
            let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return .double((squares / Double(numbers.count)).squareRoot())
        }
    }

    private static func mean(_ numbers: [Double]) -> Double {
        numbers.reduce(0, +) / Double(numbers.count)
    }
}
