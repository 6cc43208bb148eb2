/// Which version of which model: `churn`, `churn@challenger`, `churn:3`.
public struct ModelReference: Hashable, Sendable, CustomStringConvertible {
    public enum Selector: Hashable, Sendable {
        case alias(String)
        case version(Int)
    }

    /// The alias that serves unless another is asked for.
    public static let champion = "champion"

    public let name: String
    public let selector: Selector

    public init(name: String, selector: Selector = .alias(champion)) {
        self.name = name
        self.selector = selector
    }

    /// - Throws: CD5155 for text that names no model.
    public init(_ text: String) throws(ModelError) {
        let name: Substring
        if let at = text.firstIndex(of: "@") {
            name = text[..<at]
            let alias = String(text[text.index(after: at)...])
            guard ModelName.isValid(alias) else { throw Self.refused(text) }
            selector = .alias(alias)
        } else if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            guard let version = Int(text[text.index(after: colon)...]), version > 0 else {
                throw Self.refused(text)
            }
            selector = .version(version)
        } else {
            name = text[...]
            selector = .alias(Self.champion)
        }
        guard ModelName.isValid(String(name)) else { throw Self.refused(text) }
        self.name = String(name)
    }

    private static func refused(_ text: String) -> ModelError {
        ModelError(
            .nameRefused,
            "'\(text.prefix(80))' names no model; write NAME, NAME@ALIAS or NAME:VERSION")
    }

    public var description: String {
        switch selector {
        case .alias(let alias): "\(name)@\(alias)"
        case .version(let version): "\(name):\(version)"
        }
    }
}
