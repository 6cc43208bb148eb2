/// How large a document may be in each direction before it is refused.
///
/// The defaults keep every document that is accepted within milliseconds per megabyte: what grows with
/// the square of its number (attributes of a tag, namespaces in scope) is small, the rest is linear.
public struct XMLLimits: Sendable, Hashable {
    /// The whole document; of a stream, each part that is split off.
    ///
    /// - Unit: bytes.
    public var maximumBytes = 16 << 20
    /// How many elements may stand inside each other.
    public var maximumDepth = 128
    /// Attributes of one element, namespace declarations counted.
    public var maximumAttributes = 256
    /// Namespace declarations in scope at any place.
    public var maximumNamespaces = 256
    /// Different names in the document; finding a name takes longer the more there are.
    public var maximumNames = 10_000
    /// From `<` to `>`.
    ///
    /// - Unit: bytes.
    public var maximumTagLength = 64 << 10
    /// One text, comment, CDATA section or processing instruction.
    ///
    /// - Unit: bytes.
    public var maximumTextLength = 10_000_000

    public init() {}

    public static let standard = XMLLimits()

    /// libxml2 refuses to nest deeper than this, whatever ``maximumDepth`` says.
    static let deepest = 250
}
