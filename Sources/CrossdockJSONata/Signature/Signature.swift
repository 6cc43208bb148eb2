/// What a function accepts: `<s-nn?:s>` for a string, or the context in its place, a number and
/// possibly another.
struct Signature: Sendable {
    struct Parameter: Sendable {
        /// The letters of the types it takes.
        var types: [UInt8]
        var isArray = false
        /// What the elements of the array must be, where given.
        var element: [UInt8] = []
        var isOptional = false
        var repeats = false
        /// Whether the context stands in for it.
        var takesContext = false

        func accepts(_ letter: UInt8) -> Bool { types.contains(letter) }
    }

    private(set) var parameters: [Parameter] = []

    /// A type parameter in a place where there can be none.
    struct Malformed: Error {
        let code: String
        /// Unit: UTF-16 code units from the opening angle bracket.
        let offset: Int
    }

    /// Adopts a signature of the library, which is known to be well formed.
    init(library text: String) {
        do { try read(text) } catch { preconditionFailure("a malformed signature: \(text)") }
    }

    init(_ text: String) throws(Malformed) { try read(text) }

    private mutating func read(_ text: String) throws(Malformed) {
        let letters = Array(text.utf8)
        var at = 1
        while at < letters.count, letters[at] != UInt8(ascii: ":") {
            switch letters[at] {
            case UInt8(ascii: "-"):
                modifyLast {
                    $0.takesContext = true; $0.isOptional = true
                }
            case UInt8(ascii: "?"): modifyLast { $0.isOptional = true }
            case UInt8(ascii: "+"): modifyLast { $0.repeats = true }
            case UInt8(ascii: "("): try readChoice(letters, &at)
            case UInt8(ascii: "<"): try readElement(letters, &at)
            default: readType(letters[at])
            }
            at += 1
        }
    }

    private mutating func modifyLast(_ change: (inout Parameter) -> Void) {
        guard !parameters.isEmpty else { return }
        change(&parameters[parameters.count - 1])
    }

    private mutating func readType(_ letter: UInt8) {
        switch letter {
        case UInt8(ascii: "s"), UInt8(ascii: "n"), UInt8(ascii: "b"), UInt8(ascii: "l"),
            UInt8(ascii: "o"):
            parameters.append(Parameter(types: [letter, UInt8(ascii: "m")]))
        case UInt8(ascii: "a"):
            parameters.append(Parameter(types: Array("asnblfom".utf8), isArray: true))
        case UInt8(ascii: "f"): parameters.append(Parameter(types: [letter]))
        case UInt8(ascii: "j"): parameters.append(Parameter(types: Array("asnblom".utf8)))
        case UInt8(ascii: "x"): parameters.append(Parameter(types: Array("asnblfom".utf8)))
        default: break
        }
    }

    private mutating func readChoice(_ letters: [UInt8], _ at: inout Int) throws(Malformed) {
        let start = at
        let end = Self.closing(letters, at, UInt8(ascii: "("), UInt8(ascii: ")"))
        let choice = Array(letters[(at + 1)..<max(at + 1, end)])
        if choice.contains(UInt8(ascii: "<")) { throw Malformed(code: "S0402", offset: start) }
        parameters.append(Parameter(types: choice + [UInt8(ascii: "m")]))
        at = end
    }

    private mutating func readElement(_ letters: [UInt8], _ at: inout Int) throws(Malformed) {
        let isFunction = parameters.last.map { $0.types == [UInt8(ascii: "f")] } ?? false
        guard let last = parameters.last, last.isArray || isFunction else {
            throw Malformed(code: "S0401", offset: at)
        }
        let end = Self.closing(letters, at, UInt8(ascii: "<"), UInt8(ascii: ">"))
        let element = Array(letters[(at + 1)..<max(at + 1, end)])
        modifyLast { $0.element = element }
        at = end
    }

    private static func closing(
        _ letters: [UInt8], _ start: Int, _ open: UInt8, _ close: UInt8
    ) -> Int {
        var depth = 1
        var at = start + 1
        while at < letters.count {
            if letters[at] == close { depth -= 1 } else if letters[at] == open { depth += 1 }
            if depth == 0 { return at }
            at += 1
        }
        return letters.count
    }
}
