public import CrossdockDiagnostics
internal import Yams

extension YAMLNode {
    /// Bounds on what is read, so that no file can take the process down.
    public enum Limits {
        /// Unit: bytes of one file.
        public static let size = 8 << 20
        /// How deeply maps and lists may nest.
        public static let depth = 200
        /// Nodes after aliases are followed.
        public static let nodes = 1_000_000
    }

    /// Reads a file that holds one document.
    ///
    /// - Throws: ``DiagnosticsError`` with CD0110 and the place.
    public static func parse(_ text: String, file: String) throws(DiagnosticsError) -> YAMLNode {
        let all = try documents(text, file: file)
        guard all.count == 1, let only = all.first else {
            let span = all.dropFirst().first?.span ?? SourceSpan(file: file, line: 1, column: 1)
            throw DiagnosticsError(
                Diagnostic(
                    .yamlSyntax,
                    all.isEmpty
                        ? "the file is empty" : "one document was expected, here is another",
                    at: span))
        }
        return only
    }

    /// Reads all documents of a file.
    ///
    /// - Throws: ``DiagnosticsError`` with CD0110 and the place.
    public static func documents(
        _ text: String, file: String
    ) throws(DiagnosticsError) -> [YAMLNode] {
        if let complaint = shapeComplaint(text) {
            throw DiagnosticsError(
                Diagnostic(
                    .yamlSyntax, complaint.message,
                    at: SourceSpan(file: file, line: complaint.line, column: 1)))
        }
        do {
            var reader = NodeReader(file: file)
            var documents: [YAMLNode] = []
            let parser = try Yams.Parser(yaml: text)
            while let root = try parser.nextRoot() {
                documents.append(try reader.node(root, depth: 0))
            }
            return documents
        } catch let error as DiagnosticsError {
            throw error
        } catch let error as YamlError {
            throw DiagnosticsError(diagnostic(for: error, file: file))
        } catch {
            throw DiagnosticsError(
                Diagnostic(
                    .yamlSyntax, "\(error)", at: SourceSpan(file: file, line: 1, column: 1)))
        }
    }

    /// Refuses, before the library recurses, text that nests beyond reason.
    private static func shapeComplaint(_ text: String) -> (line: Int, message: String)? {
        if text.utf8.count > Limits.size {
            return (1, "the file is larger than \(Limits.size >> 20) MiB")
        }
        var line = 1
        var flowDepth = 0
        var indicators = 0
        var indent = 0
        var atStart = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                (indicators, indent, atStart) = (0, 0, true)
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): flowDepth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): flowDepth = max(0, flowDepth - 1)
            default: break
            }
            if atStart {
                switch byte {
                case UInt8(ascii: " "): indent += 1
                case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): indicators += 1
                default: atStart = false
                }
            }
            if flowDepth > Limits.depth || indicators > Limits.depth || indent > 4 * Limits.depth {
                return (line, "maps and lists nest more than \(Limits.depth) deep")
            }
        }
        return nil
    }

    private static func diagnostic(for error: YamlError, file: String) -> Diagnostic {
        func place(_ mark: Mark) -> SourceSpan {
            SourceSpan(file: file, line: mark.line, column: mark.column)
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return Diagnostic(
                .yamlSyntax, "this is not YAML: \(problem)", at: place(mark),
                help: "look at indentation, quotes and colons near this place")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return Diagnostic(
                .yamlSyntax,
                "the same key stands twice in one map: \(duplicates.joined(separator: ", "))",
                at: place(context.mark))
        default:
            return Diagnostic(
                .yamlSyntax, "this is not YAML: \(error)",
                at: SourceSpan(file: file, line: 1, column: 1))
        }
    }
}

/// Turns the library's nodes into ours, counting them.
private struct NodeReader {
    let file: String
    var count = 0

    mutating func node(_ node: Node, depth: Int) throws(DiagnosticsError) -> YAMLNode {
        count += 1
        let span = self.span(of: node)
        guard depth <= YAMLNode.Limits.depth else {
            throw refusal("maps and lists nest more than \(YAMLNode.Limits.depth) deep", span)
        }
        guard count <= YAMLNode.Limits.nodes else {
            throw refusal("the file has more than \(YAMLNode.Limits.nodes) values", span)
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            return YAMLNode(.scalar(YAMLScalar(text: scalar.string, isPlain: isPlain)), at: span)
        case .sequence(let sequence):
            var nodes: [YAMLNode] = []
            for element in sequence { nodes.append(try self.node(element, depth: depth + 1)) }
            return YAMLNode(.sequence(nodes), at: span)
        case .mapping(let mapping):
            return YAMLNode(.mapping(try members(mapping, depth: depth)), at: span)
        case .alias:
            throw refusal("this alias stands for nothing", span)
        }
    }

    private mutating func members(
        _ mapping: Node.Mapping, depth: Int
    ) throws(DiagnosticsError) -> [YAMLMember] {
        var members: [YAMLMember] = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw refusal("a key must be text", span(of: key))
            }
            members.append(
                YAMLMember(
                    key: name.string, keySpan: span(of: key),
                    value: try node(value, depth: depth + 1)))
        }
        return members
    }

    private func refusal(_ message: String, _ span: SourceSpan) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(.yamlSyntax, message, at: span))
    }

    private func span(of node: Node) -> SourceSpan {
        guard let mark = node.mark else { return SourceSpan(file: file, line: 1, column: 1) }
        guard case .scalar(let scalar) = node, !scalar.string.contains("\n") else {
            return SourceSpan(file: file, line: mark.line, column: mark.column)
        }
        let quotes = scalar.style == .singleQuoted || scalar.style == .doubleQuoted ? 2 : 0
        let width = scalar.string.unicodeScalars.count + quotes
        return SourceSpan(
            file: file, line: mark.line, column: mark.column, endColumn: mark.column + width)
    }
}
