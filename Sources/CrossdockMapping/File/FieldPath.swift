/// The way to a value inside a record: `a.b`, `a[0]`, `"odd.name".b`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    public enum Step: Sendable, Hashable {
        case name(String)
        case index(Int)
    }

    public let steps: [Step]
    /// Written `$root.…`: from the record, not from the element of a list.
    public let isFromRoot: Bool

    public init(steps: [Step], isFromRoot: Bool = false) {
        self.steps = steps
        self.isFromRoot = isFromRoot
    }

    /// As written in a mapping file.
    public var description: String {
        var text = isFromRoot ? "$root" : ""
        for step in steps {
            switch step {
            case .name(let name):
                if !text.isEmpty { text += "." }
                text += Self.quoted(name)
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    /// The first name; nil for a path that begins with an index.
    public var head: String? {
        if case .name(let name)? = steps.first { name } else { nil }
    }

    private static func quoted(_ name: String) -> String {
        guard name.isEmpty || name.utf8.contains(where: { ".[]\"".utf8.contains($0) }) else {
            return name
        }
        let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    public func hasPrefix(_ other: FieldPath) -> Bool {
        isFromRoot == other.isFromRoot && steps.starts(with: other.steps)
    }

    public func appending(_ path: FieldPath) -> FieldPath {
        FieldPath(steps: steps + path.steps, isFromRoot: isFromRoot)
    }
}

/// Why a text is no path.
struct FieldPathProblem: Error {
    let message: String
}

extension FieldPath {
    /// Elements of a list that a target path may address: more would be a typing error.
    static let maximumIndex = 9_999
    /// How deep a path may lead.
    static let maximumSteps = 64

    /// - Throws: ``FieldPathProblem``.
    init(parsing text: String) throws(FieldPathProblem) {
        var reader = FieldPathReader(text: Array(text.unicodeScalars))
        self = try reader.path()
    }
}

private struct FieldPathReader {
    let text: [Unicode.Scalar]
    var at = 0

    mutating func path() throws(FieldPathProblem) -> FieldPath {
        var steps: [FieldPath.Step] = []
        guard !text.isEmpty else { throw FieldPathProblem(message: "a path must not be empty") }
        steps.append(try next(first: true))
        while at < text.count {
            if text[at] == "." {
                at += 1
                steps.append(.name(try name()))
            } else if text[at] == "[" {
                steps.append(try index())
            } else {
                throw FieldPathProblem(message: "'.' or '[' is expected after a quoted name")
            }
        }
        guard steps.count <= FieldPath.maximumSteps else {
            throw FieldPathProblem(
                message: "it leads more than \(FieldPath.maximumSteps) levels deep")
        }
        if steps.first == .name("$root") {
            guard steps.count > 1 else {
                throw FieldPathProblem(message: "'$root' needs a field: $root.Name")
            }
            return FieldPath(steps: Array(steps.dropFirst()), isFromRoot: true)
        }
        return FieldPath(steps: steps)
    }

    private mutating func next(first: Bool) throws(FieldPathProblem) -> FieldPath.Step {
        text[at] == "[" ? try index() : .name(try name())
    }

    private mutating func name() throws(FieldPathProblem) -> String {
        var name = String.UnicodeScalarView()
        if at < text.count, text[at] == "\"" {
            at += 1
            while at < text.count, text[at] != "\"" {
                if text[at] == "\\", at + 1 < text.count { at += 1 }
                name.append(text[at])
                at += 1
            }
            guard at < text.count else {
                throw FieldPathProblem(message: "a quoted name is not closed")
            }
            at += 1
            return String(name)
        }
        while at < text.count, text[at] != ".", text[at] != "[" {
            if text[at] == "]" || text[at] == "\"" {
                throw FieldPathProblem(
                    message: "'\(text[at])' stands inside a name; put the name in double quotes")
            }
            name.append(text[at])
            at += 1
        }
        guard !name.isEmpty else { throw FieldPathProblem(message: "a name is missing") }
        return String(name)
    }

    private mutating func index() throws(FieldPathProblem) -> FieldPath.Step {
        at += 1
        var digits = ""
        while at < text.count, text[at] != "]" {
            digits.unicodeScalars.append(text[at])
            at += 1
        }
        guard at < text.count, let value = Int(digits), value >= 0 else {
            throw FieldPathProblem(message: "an index is a number in brackets, such as [0]")
        }
        guard value <= FieldPath.maximumIndex else {
            throw FieldPathProblem(message: "an index is at most \(FieldPath.maximumIndex)")
        }
        at += 1
        return .index(value)
    }
}
