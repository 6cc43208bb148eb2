public import CrossdockDiagnostics

extension DiagnosticCode {
    /// Alias `xml.syntax`.
    public static let xmlSyntax = DiagnosticCode(
        "CD2160", "text is not well-formed XML",
        """
        A body, a record or a file was read as XML and is none: a tag is not closed, a prefix is not \
        declared, a reference names no character. The message names the line and column where reading \
        stopped. Common causes: an HTML error page in place of an answer, a file that was cut.
        """)
    /// Alias `xml.doctype`.
    public static let xmlDoctype = DiagnosticCode(
        "CD2161", "XML with a DOCTYPE is refused",
        """
        Document type declarations define entities, and entities read files, call out to other hosts \
        and grow a few hundred bytes into gigabytes. No message format that Crossdock reads needs \
        one, so every document that has one is refused before anything in it is looked at. Have the \
        sender leave the DOCTYPE out.
        """)
    /// Alias `xml.depth`.
    public static let xmlDepth = DiagnosticCode(
        "CD2162", "XML elements nest too deeply",
        """
        Elements stand inside each other more often than the limit allows (128 unless set otherwise). \
        Business documents stay well below 50; deeper ones are mistakes or attacks.
        """)
    /// Alias `xml.size`.
    public static let xmlSize = DiagnosticCode(
        "CD2163", "XML is larger than a limit",
        """
        The document, one of its tags, its texts, the number of its attributes, names or namespaces is \
        larger than the limit named in the message. Split large files by element instead of reading \
        them whole; the limits themselves guard memory and time.
        """)
    /// Alias `xml.encoding`.
    public static let xmlEncoding = DiagnosticCode(
        "CD2164", "XML is in another encoding than it says, or in one that is not read",
        """
        UTF-8, UTF-16 with a byte order mark, ISO-8859-1, Windows-1252 and US-ASCII are read. The \
        bytes must be valid in the encoding that the byte order mark or the XML declaration names. \
        Nothing is replaced silently, so a wrong declaration is an error and not a strange letter in \
        a customer's name.
        """)
    /// Alias `xml.character`.
    public static let xmlCharacter = DiagnosticCode(
        "CD2165", "a text holds a character that XML does not have",
        """
        XML 1.0 has no NUL, no control characters but tab, line feed and carriage return, and neither \
        U+FFFE nor U+FFFF, not even escaped. Clean the value before it is written as XML.
        """)
    /// Alias `xpath.syntax`.
    public static let xpathSyntax = DiagnosticCode(
        "CD2166", "this is not an XPath 1.0 expression",
        """
        The expression could not be compiled; the message names the column. Only XPath 1.0 is read: \
        no `for`, `if`, sequences or regular expressions. Values belong into variables, not into the \
        text of the expression.
        """)
    /// Alias `xpath.limit`.
    public static let xpathLimit = DiagnosticCode(
        "CD2167", "an XPath expression takes too much work",
        """
        The expression was stopped after the number of steps allowed for a document of this size. \
        Expressions that compare every node with every other, such as `//a[preceding::a]`, grow with \
        the square of the document; name the path instead of searching with `//`.
        """)
    /// Alias `xpath.evaluation`.
    public static let xpathEvaluation = DiagnosticCode(
        "CD2168", "an XPath expression could not be evaluated",
        """
        The expression uses a prefix, a variable or a function that is not known, or a value of the \
        wrong type. Declare each namespace prefix beside the expression; XPath does not take the \
        prefixes of the document.
        """)
    /// Alias `xml.name`.
    public static let xmlName = DiagnosticCode(
        "CD2169", "a name cannot be written as XML",
        """
        Element and attribute names start with a letter or underscore and hold letters, digits, \
        hyphens, underscores and points; a prefix must be declared, an attribute may stand once on an \
        element, and every element that was opened must be closed.
        """)
}

/// All codes of this module.
public enum XMLCodes {
    public static let all: [DiagnosticCode] = [
        .xmlSyntax, .xmlDoctype, .xmlDepth, .xmlSize, .xmlEncoding, .xmlCharacter, .xpathSyntax,
        .xpathLimit, .xpathEvaluation, .xmlName,
    ]
}
