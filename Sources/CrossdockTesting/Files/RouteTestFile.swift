public import CrossdockDiagnostics
internal import CrossdockRouting
internal import CrossdockSettings

/// A file of route tests: `*.test.yaml`.
public struct RouteTestFile: Sendable {
    public let file: String
    /// Route files, relative to the test file.
    let routes: [String]
    let inline: [YAMLNode]
    let properties: [String: String]
    let replace: [(pattern: String, address: String)]
    public let tests: [RouteTest]

    private static let keys = ["routes", "inline", "properties", "replace", "tests"]

    /// - Throws: ``DiagnosticsError`` for a file that is no test file.
    public init(_ text: String, file: String) throws(DiagnosticsError) {
        let root = try YAMLNode.parse(text, file: file)
        try TestNode.check(root, known: Self.keys)
        self.file = file
        routes = (root["routes"]?.sequence ?? root["routes"].map { [$0] } ?? []).compactMap(\.text)
        inline = try Self.documents(root["inline"], file)
        properties = TestNode.texts(root["properties"])
        replace = TestNode.pairs(root["replace"])
        guard let nodes = root["tests"]?.sequence, !nodes.isEmpty else {
            throw TestNode.refusal(
                "'tests' is a list of tests", at: root["tests"]?.span ?? root.span)
        }
        tests = try nodes.map { (node) throws(DiagnosticsError) in try RouteTest(node) }
    }

    /// A list of entries, or of documents, or text that holds some.
    private static func documents(
        _ node: YAMLNode?, _ file: String
    ) throws(DiagnosticsError) -> [YAMLNode] {
        guard let node, !node.isNull else { return [] }
        if let text = node.text { return try YAMLNode.documents(text, file: file) }
        guard let items = node.sequence else { return [node] }
        if items.allSatisfy({ $0.mapping != nil }) {
            // Entries of one document, unless they are documents of Kubernetes' shape.
            return items.contains { $0["kind"] != nil } ? items : [node]
        }
        var found: [YAMLNode] = []
        for item in items { found += try documents(item, file) }
        return found
    }
}

/// One test.
public struct RouteTest: Sendable {
    public let name: String
    let span: SourceSpan
    let skip: String?
    let properties: [String: String]
    let replace: [(pattern: String, address: String)]
    let given: [Given]
    let expect: Expectations

    private static let keys = [
        "name", "skip", "properties", "replace", "given", "expect", "description",
    ]

    init(_ node: YAMLNode) throws(DiagnosticsError) {
        try TestNode.check(node, known: Self.keys)
        guard let name = node["name"]?.text else {
            throw TestNode.refusal("a test needs a name", at: node.span)
        }
        self.name = name
        span = node.span
        switch node["skip"]?.text {
        case nil, "false": skip = nil
        case "true": skip = "skipped"
        case let reason?: skip = reason
        }
        properties = TestNode.texts(node["properties"])
        replace = TestNode.pairs(node["replace"])
        given = try (node["given"]?.sequence ?? node["given"].map { [$0] } ?? [])
            .map { (item) throws(DiagnosticsError) in try Given(item) }
        expect = try Expectations(node["expect"])
    }
}

/// Something that happens in a test.
enum Given: Sendable {
    case send(to: String, YAMLNode?, headers: [(String, YAMLNode)], isInOut: Bool, SourceSpan)
    case advance(Duration)

    init(_ node: YAMLNode) throws(DiagnosticsError) {
        if let advance = node["advance"] {
            try TestNode.check(node, known: ["advance"])
            guard let duration = Duration(settingText: advance.text ?? "") else {
                throw TestNode.refusal("'advance' is a duration, such as 10s", at: advance.span)
            }
            self = .advance(duration)
            return
        }
        try TestNode.check(node, known: ["to", "body", "headers", "pattern", "advance"])
        guard let to = node["to"]?.text else {
            throw TestNode.refusal("a given needs 'to', or 'advance'", at: node.span)
        }
        let pattern = node["pattern"]?.text ?? "InOnly"
        guard pattern == "InOnly" || pattern == "InOut" else {
            throw TestNode.refusal(
                "'pattern' is InOnly or InOut, not '\(pattern)'",
                at: node["pattern"]?.span ?? node.span)
        }
        let headers = (node["headers"]?.mapping ?? []).map { ($0.key, $0.value) }
        self = .send(
            to: to, node["body"], headers: headers, isInOut: pattern == "InOut", node.span)
    }
}

/// What a test expects.
struct Expectations: Sendable {
    struct Mock: Sendable {
        let name: String
        let count: Int?
        let bodies: [YAMLNode]?
        let headers: YAMLNode?
        let properties: YAMLNode?
        let isStrict: Bool
        let within: Duration
        let span: SourceSpan
    }

    struct Reply: Sendable {
        let body: YAMLNode?
        let headers: YAMLNode?
    }

    struct Fails: Sendable {
        let exception: String?
        let message: String?
    }

    struct Load: Sendable {
        let code: String?
        let message: String?
    }

    var mocks: [Mock] = []
    var reply: Reply?
    var fails: Fails?
    var load: Load?
    var log: [String] = []

    init(_ node: YAMLNode?) throws(DiagnosticsError) {
        guard let node, !node.isNull else { return }
        guard let members = node.mapping else {
            throw TestNode.refusal("'expect' is a map", at: node.span)
        }
        for member in members {
            let value = member.value
            switch member.key {
            case "reply":
                try TestNode.check(value, known: ["body", "headers"])
                reply = Reply(body: value["body"], headers: value["headers"])
            case "fails":
                if value.mapping == nil, !value.isNull {
                    fails = Fails(exception: value.text == "true" ? nil : value.text, message: nil)
                } else {
                    try TestNode.check(value, known: ["exception", "message"])
                    fails = Fails(
                        exception: value["exception"]?.text, message: value["message"]?.text)
                }
            case "load":
                try TestNode.check(value, known: ["code", "message"])
                load = Load(code: value["code"]?.text, message: value["message"]?.text)
            case "log": log = (value.sequence ?? [value]).compactMap { $0.scalar?.text }
            default:
                guard member.key.hasPrefix("mock:") else {
                    throw DiagnosticsError(
                        Diagnostic(
                            .unknownSetting, "'\(member.key)' is nothing that can be expected",
                            at: member.keySpan,
                            help: "expected can be mock:…, reply, fails, load and log"))
                }
                mocks.append(try Self.mock(member))
            }
        }
    }

    private static func mock(_ member: YAMLMember) throws(DiagnosticsError) -> Mock {
        let node = member.value
        if let text = node.text, let count = Int(text) {
            return Mock(
                name: member.key, count: count, bodies: nil, headers: nil, properties: nil,
                isStrict: true, within: .seconds(5), span: node.span)
        }
        try TestNode.check(
            node, known: ["count", "bodies", "headers", "properties", "order", "within"])
        let order = node["order"]?.text ?? "strict"
        guard order == "strict" || order == "any" else {
            throw TestNode.refusal("'order' is strict or any", at: node["order"]?.span ?? node.span)
        }
        var within = Duration.seconds(5)
        if let text = node["within"]?.text {
            guard let parsed = Duration(settingText: text) else {
                throw TestNode.refusal(
                    "'within' is a duration", at: node["within"]?.span ?? node.span)
            }
            within = parsed
        }
        var count: Int?
        if let given = node["count"] {
            guard let number = given.text.flatMap({ Int($0) }) else {
                throw TestNode.refusal("'count' is a whole number", at: given.span)
            }
            count = number
        }
        return Mock(
            name: member.key, count: count, bodies: node["bodies"]?.sequence,
            headers: node["headers"], properties: node["properties"], isStrict: order == "strict",
            within: within, span: node.span)
    }
}

/// Small readers of test files.
enum TestNode {
    static func check(_ node: YAMLNode, known: [String]) throws(DiagnosticsError) {
        guard let members = node.mapping else {
            throw refusal("a map is expected, not \(node.kindDescription)", at: node.span)
        }
        for member in members where !known.contains(member.key) {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownSetting, "'\(member.key)' is not known here", at: member.keySpan,
                    help: Suggestion.help(for: member.key, in: known)
                        ?? "known are \(known.joined(separator: ", "))"))
        }
    }

    static func refusal(_ message: String, at span: SourceSpan) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(.badSetting, message, at: span))
    }

    static func texts(_ node: YAMLNode?) -> [String: String] {
        var texts: [String: String] = [:]
        for member in node?.mapping ?? [] { texts[member.key] = member.value.scalar?.text ?? "" }
        return texts
    }

    static func pairs(_ node: YAMLNode?) -> [(pattern: String, address: String)] {
        (node?.mapping ?? []).compactMap { member in
            member.value.text.map { (member.key, $0) }
        }
    }
}
