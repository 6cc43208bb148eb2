internal import CrossdockCore
internal import CrossdockData

/// The methods of Java's text, lists and maps that routes call.
struct ObjectMethod: Sendable {
    let name: String
    let arguments: ClosedRange<Int>
    private let body: @Sendable (Value, [Value]) throws -> Value

    /// Nil for a method that is not offered.
    init?(_ name: String) {
        let plain = name.hasPrefix("get") && Self.table[name] == nil ? Self.property(name) : name
        guard let entry = Self.table[plain] else { return nil }
        self.name = name
        arguments = entry.arguments
        body = entry.body
    }

    static var names: [String] { table.keys.sorted() }

    private static func property(_ getter: String) -> String {
        let rest = getter.dropFirst(3)
        return rest.prefix(1).lowercased() + rest.dropFirst()
    }

    func run(on value: Value, _ arguments: [Value]) throws -> Value {
        try body(value, arguments)
    }

    private typealias Entry = (
        arguments: ClosedRange<Int>, body: @Sendable (Value, [Value]) throws -> Value
    )

    private static let table: [String: Entry] = ofText.merging(ofCollections) { text, _ in text }

    private static func text(_ value: Value) -> String { value.scalarText ?? value.jsonText }

    private static func argument(_ arguments: [Value], _ at: Int) -> String {
        arguments.indices.contains(at) ? text(arguments[at]) : ""
    }

    private static func position(_ arguments: [Value], _ at: Int) throws -> Int {
        guard arguments.indices.contains(at),
            let number = arguments[at].number?.int ?? arguments[at].string.flatMap({ Int($0) })
        else { throw ExpressionError("a whole number is expected as argument \(at + 1)") }
        return number
    }

    /// Java's positions count UTF-16 units.
    private static func slice(_ value: Value, _ from: Int, _ to: Int?) throws -> Value {
        let units = Array(text(value).utf16)
        let end = to ?? units.count
        guard from >= 0, from <= end, end <= units.count else {
            throw ExpressionError(
                "the text has \(units.count) characters, not \(from) to \(end)",
                exceptionClass: "java.lang.StringIndexOutOfBoundsException")
        }
        return .string(String(decoding: units[from..<end], as: UTF16.self))
    }

    private static func indexOf(_ value: Value, _ part: String, backwards: Bool) -> Value {
        let (units, wanted) = (Array(text(value).utf16), Array(part.utf16))
        guard wanted.count <= units.count else { return -1 }
        let places = Array(0...(units.count - wanted.count))
        let found = (backwards ? places.reversed() : places).first {
            units[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }
        return .integer(found ?? -1)
    }

    private static func pattern(_ text: String) throws -> Pattern {
        do { return try Pattern(text) } catch {
            throw ExpressionError(
                "the pattern '\(text.prefix(60))' cannot be used: \(error.message)",
                code: .badPattern)
        }
    }

    private static func replaceAll(_ value: Value, _ arguments: [Value], first: Bool) throws
        -> Value
    {
        let scalars = Array(text(value).unicodeScalars)
        var ranges = try pattern(argument(arguments, 0)).ranges(in: scalars)
        if first { ranges = Array(ranges.prefix(1)) }
        var result = ""
        var at = 0
        for range in ranges {
            result.unicodeScalars.append(contentsOf: scalars[at..<range.lowerBound])
            result += argument(arguments, 1)
            at = range.upperBound
        }
        result.unicodeScalars.append(contentsOf: scalars[at...])
        return .string(result)
    }

    private static func split(_ value: Value, _ arguments: [Value]) throws -> Value {
        let scalars = Array(text(value).unicodeScalars)
        var parts: [Value] = []
        var at = 0
        func part(_ range: Range<Int>) -> Value {
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars[range])
            return .string(text)
        }
        for range in try pattern(argument(arguments, 0)).ranges(in: scalars) where !range.isEmpty {
            parts.append(part(at..<range.lowerBound))
            at = range.upperBound
        }
        parts.append(part(at..<scalars.count))
        while parts.last == "" { parts.removeLast() }
        return .array(parts)
    }

    private static let ofText: [String: Entry] = [
        "toString": (0...0, { value, _ in .string(text(value)) }),
        "toUpperCase": (0...0, { value, _ in .string(text(value).uppercased()) }),
        "toLowerCase": (0...0, { value, _ in .string(text(value).lowercased()) }),
        "trim": (0...0, { value, _ in .string(text(value).trimmed) }),
        "strip": (0...0, { value, _ in .string(text(value).trimmed) }),
        "isBlank": (0...0, { value, _ in .bool(text(value).trimmed.isEmpty) }),
        "length": (0...0, { value, _ in .integer(value.array?.count ?? text(value).utf16.count) }),
        "substring": (
            1...2,
            { value, arguments in
                let end = arguments.count > 1 ? try position(arguments, 1) : nil
                return try slice(value, try position(arguments, 0), end)
            }
        ),
        "charAt": (
            1...1,
            { value, arguments in
                let at = try position(arguments, 0)
                guard at < Int.max else { return .null }
                return try slice(value, at, at + 1)
            }
        ),
        "startsWith": (1...1, { .bool(text($0).hasPrefix(argument($1, 0))) }),
        "endsWith": (1...1, { .bool(text($0).hasSuffix(argument($1, 0))) }),
        "equals": (1...1, { .bool(Coercion.same(text($0), argument($1, 0))) }),
        "equalsIgnoreCase": (
            1...1, { .bool(text($0).lowercased() == argument($1, 0).lowercased()) }
        ),
        "matches": (1...1, { .bool(try pattern(argument($1, 0)).matchesWhole(text($0))) }),
        "concat": (1...1, { .string(text($0) + argument($1, 0)) }),
        "replace": (
            2...2, { .string(text($0).replacing(argument($1, 0), with: argument($1, 1))) }
        ),
        "replaceAll": (2...2, { try replaceAll($0, $1, first: false) }),
        "replaceFirst": (2...2, { try replaceAll($0, $1, first: true) }),
        "split": (1...1, { try split($0, $1) }),
        "repeat": (
            1...1,
            { value, arguments in
                let count = try position(arguments, 0)
                let text = text(value)
                guard count >= 0, count <= 100_000, text.utf8.count * count <= 16 << 20 else {
                    throw ExpressionError("the text would be too long")
                }
                return .string(String(repeating: text, count: count))
            }
        ),
        "intValue": (0...0, { value, _ in try number(value, .integer) }),
        "longValue": (0...0, { value, _ in try number(value, .long) }),
        "doubleValue": (0...0, { value, _ in try number(value, .double) }),
        "booleanValue": (0...0, { value, _ in try number(value, .boolean) }),
    ]

    private static func number(_ value: Value, _ type: ResultType) throws -> Value {
        guard let converted = type.converted(value) else {
            throw ResultType.failure("a \(value.typeName) cannot become one", type)
        }
        return converted
    }

    private static let ofCollections: [String: Entry] = [
        "size": (
            0...0,
            { value, _ in
                .integer(value.array?.count ?? value.object?.count ?? text(value).utf16.count)
            }
        ),
        "isEmpty": (0...0, { value, _ in .bool(value.isNothing) }),
        "contains": (
            1...1, { .bool(Coercion.contains($0, $1.first ?? .null, ignoresCase: false)) }
        ),
        "containsKey": (1...1, { .bool($0[argument($1, 0)] != nil) }),
        "containsValue": (
            1...1,
            { value, arguments in
                .bool(value.object?.contains { $0.value == arguments.first } ?? false)
            }
        ),
        "get": (
            1...1,
            { value, arguments in
                guard let elements = value.array else {
                    return value[argument(arguments, 0)] ?? .null
                }
                let at = try position(arguments, 0)
                guard elements.indices.contains(at) else {
                    throw ExpressionError(
                        "there is no element \(at) in a list of \(elements.count)",
                        exceptionClass: "java.lang.IndexOutOfBoundsException")
                }
                return elements[at]
            }
        ),
        "getOrDefault": (2...2, { $0[argument($1, 0)] ?? $1[1] }),
        "indexOf": (
            1...1,
            { value, arguments in
                guard let elements = value.array else {
                    return indexOf(value, argument(arguments, 0), backwards: false)
                }
                return .integer(elements.firstIndex { $0 == arguments.first } ?? -1)
            }
        ),
        "lastIndexOf": (1...1, { indexOf($0, argument($1, 0), backwards: true) }),
        "keySet": (
            0...0, { value, _ in .array(value.object?.keys.map { .string($0) } ?? []) }
        ),
        "keys": (0...0, { value, _ in .array(value.object?.keys.map { .string($0) } ?? []) }),
        "values": (0...0, { value, _ in .array(value.object?.values.map { $0 } ?? []) }),
        "first": (0...0, { value, _ in value.array?.first ?? .null }),
        "last": (0...0, { value, _ in value.array?.last ?? .null }),
    ]
}
