/// A document as flat tables: names once each, texts in one pool, nodes in document order.
///
/// A node's children stand right behind it and end where ``Node/end`` says, so walking a tree is walking
/// an array, and a document of any depth is freed without recursion.
struct XMLTree: Sendable {
    enum Kind: UInt8, Sendable {
        case document, element, text, comment, processingInstruction
    }

    struct Node: Sendable {
        var kind: Kind
        /// How many of the attributes are namespace declarations; they come first.
        var declarations: UInt16
        /// Attributes of an element, declarations included.
        var attributes: UInt16
        /// Of elements and instructions, in ``XMLTree/names``.
        var name: UInt32
        var parent: UInt32
        /// The node after this one and all it contains.
        var end: UInt32
        /// Of an element, its first attribute; of a text, where it starts in the pool.
        var start: UInt32
        /// Of a text, its bytes.
        var length: UInt32
        var line: UInt32
    }

    struct Attribute: Sendable {
        /// Of a declaration, the prefix stands as local name.
        var name: UInt32
        var start: UInt32
        var length: UInt32
    }

    var nodes: [Node] = []
    var attributes: [Attribute] = []
    var names: [XMLName] = []
    var pool: [UInt8] = []

    func text(_ start: UInt32, _ length: UInt32) -> String {
        let from = Int(start)
        return String(decoding: pool[from..<(from + Int(length))], as: UTF8.self)
    }

    func bytes(_ start: UInt32, _ length: UInt32) -> ArraySlice<UInt8> {
        pool[Int(start)..<(Int(start) + Int(length))]
    }

    func name(_ index: UInt32) -> XMLName { names[Int(index)] }
}
