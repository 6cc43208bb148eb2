/// A word of an expression.
struct Token {
    enum Kind {
        case name(String)
        case variable(String)
        case string(String)
        case number(Double)
        case value(LiteralNode.Constant)
        case regex(Pattern)
        case symbol(Symbol)
        case end
    }

    let kind: Kind
    /// Where it starts and ends. Unit: UTF-16 code units.
    let start: Int
    let end: Int

    var symbol: Symbol? { if case .symbol(let symbol) = kind { symbol } else { nil } }

    /// How errors name it.
    var text: String {
        switch kind {
        case .name(let name): name
        case .variable(let name): name
        case .string(let text): text
        case .number(let number): Numerals.text(number)
        case .value(.bool(let flag)): flag ? "true" : "false"
        case .value: "null"
        case .regex(let pattern): pattern.source
        case .symbol(let symbol): symbol.rawValue
        case .end: "(end)"
        }
    }
}

/// An operator or a bracket.
enum Symbol: String {
    case dot = "."
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case comma = ","
    case at = "@"
    case hash = "#"
    case semicolon = ";"
    case colon = ":"
    case question = "?"
    case plus = "+"
    case minus = "-"
    case star = "*"
    case slash = "/"
    case percent = "%"
    case bar = "|"
    case equal = "="
    case less = "<"
    case greater = ">"
    case caret = "^"
    case ampersand = "&"
    case exclamation = "!"
    case tilde = "~"
    case range = ".."
    case bind = ":="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case descendants = "**"
    case apply = "~>"
    case elvis = "?:"
    case coalesce = "??"
    case and, or
    case isIn = "in"

    /// How strongly it binds what stands left of it; zero where nothing can.
    var bindingPower: Int {
        switch self {
        case .openBracket, .openParenthesis, .at, .hash: 80
        case .dot: 75
        case .openBrace: 70
        case .star, .slash, .percent: 60
        case .plus, .minus, .ampersand: 50
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn, .caret,
            .apply, .elvis, .coalesce:
            40
        case .and: 30
        case .or: 25
        case .question: 20
        case .bind: 10
        default: 0
        }
    }
}
