public import CrossdockDiagnostics

/// The codes of expressions.
public enum ExpressionsCodes {
    public static let all: [DiagnosticCode] = [
        .expressionSyntax, .unknownFunction, .badPattern, .expressionFailed,
        .conversionFailed,
    ]
}

extension DiagnosticCode {
    /// An expression that cannot be parsed.
    public static let expressionSyntax = DiagnosticCode(
        "CD1110", "the expression cannot be read",
        """
        An expression is not written as its language asks: a `${` without `}`, an operator without \
        spaces around it, a quote that is not closed, a JSONPath that does not begin with `$`. The \
        message names the column inside the file.
        """)

    /// A function that a language does not have.
    public static let unknownFunction = DiagnosticCode(
        "CD1111", "unknown function in an expression",
        """
        `${…}` holds a name that simple does not know, or a function with arguments it does not take. \
        Data is reached by `${body.field}`, `${header.name}`, `${variable.name}`, \
        `${exchangeProperty.name}`; Java beans are not available.
        """)

    /// A regular expression that cannot be used.
    public static let badPattern = DiagnosticCode(
        "CD1112", "the regular expression cannot be used",
        """
        Regular expressions are matched in time linear in the text, so that no pattern and no text can \
        stop a hub. Look-around, back references and possessive groups are therefore not offered, and \
        very large repetitions are refused.
        """)

    /// An expression failed on a message.
    public static let expressionFailed = DiagnosticCode(
        "CD1121", "an expression failed on a message",
        """
        The expression was read without a fault, but this message does not have what it asks for: a \
        path through something that is not there, an element past the end of a list, a body that is \
        not JSON. `?.` in place of `.` yields nothing instead of an error.
        """)

    /// A value that cannot become what is asked for.
    public static let conversionFailed = DiagnosticCode(
        "CD1122", "a value cannot be converted",
        """
        A step or an expression asks for a value of some type, and the value at hand cannot become one: \
        text that is no number, bytes that are no UTF-8.
        """)
}
