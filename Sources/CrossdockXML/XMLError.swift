public import CrossdockDiagnostics

/// XML text, an XPath expression or something to be written as XML was refused.
public struct XMLError: Classified, Equatable {
    /// A place in a text. Lines and columns count from 1.
    public struct Position: Hashable, Sendable {
        public let line: Int
        public let column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    public let code: DiagnosticCode
    /// What was found, without the place.
    public let reason: String
    /// Where, in the document or in the expression; nil when there is no text to point into.
    public let position: Position?

    public init(_ code: DiagnosticCode, _ reason: String, at position: Position? = nil) {
        self.code = code
        self.reason = reason
        self.position = position
    }

    public var message: String {
        position.map { "\(reason) (line \($0.line), column \($0.column))" } ?? reason
    }
}
