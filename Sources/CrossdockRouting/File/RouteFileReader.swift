internal import CrossdockDiagnostics
internal import CrossdockSettings

/// Reads files of routes: what stands where, with every complaint collected and none of it built.
struct RouteFileReader {
    let placeholders: Placeholders
    var result: RouteFile

    /// Reads one file.
    ///
    /// - Parameter placeholders: What `{{…}}` stands for.
    static func read(
        _ text: String, file: String, placeholders: Placeholders
    ) -> RouteFile {
        var reader = RouteFileReader(placeholders: placeholders, result: RouteFile(file: file))
        reader.attempt { reader throws(DiagnosticsError) in
            for document in try YAMLNode.documents(text, file: file) { reader.document(document) }
        }
        return reader.result
    }

    /// Reads entries that were written elsewhere, such as inline in a test.
    static func read(
        _ root: YAMLNode, file: String, placeholders: Placeholders
    ) -> RouteFile {
        var reader = RouteFileReader(placeholders: placeholders, result: RouteFile(file: file))
        reader.document(root)
        return reader.result
    }

    mutating func attempt(_ body: (inout Self) throws(DiagnosticsError) -> Void) {
        do { try body(&self) } catch { result.findings += error.diagnostics }
    }

    mutating func complain(
        _ code: DiagnosticCode, _ message: String, at span: SourceSpan, help: String? = nil
    ) {
        result.findings.append(Diagnostic(code, message, at: span, help: help))
    }

    private mutating func document(_ root: YAMLNode) {
        guard !root.isNull else { return }
        if root["kind"] != nil || root["apiVersion"] != nil { return kubernetes(root) }
        let node = HyphenatedKeys.renamed(root, &result.findings)
        guard let entries = node.sequence else {
            complain(
                .routeShape, "a list of entries is expected, not \(node.kindDescription)",
                at: node.span, help: "begin each entry with '- ', for example - route:")
            return
        }
        for entry in entries {
            guard let members = entry.mapping, let member = members.first, members.count == 1 else {
                complain(
                    .routeShape, "an entry is a map with one key, not \(entry.kindDescription)",
                    at: entry.span)
                continue
            }
            read(member)
        }
    }

    private static let entries = [
        "route", "from", "routeConfiguration", "routeTemplate", "templatedRoute", "onException",
        "onCompletion", "errorHandler", "intercept", "interceptFrom", "interceptSendToEndpoint",
        "beans", "rest", "restConfiguration", "dataFormats",
    ]

    private mutating func read(_ member: YAMLMember) {
        // A template's placeholders are known when it is used.
        if member.key == "routeTemplate" {
            return attempt { reader throws(DiagnosticsError) in try reader.template(member.value) }
        }
        let value = resolved(member.value)
        switch member.key {
        case "route": attempt { reader throws(DiagnosticsError) in try reader.route(value) }
        case "from":
            let from = YAMLMember(key: "from", keySpan: member.keySpan, value: value)
            let wrapped = YAMLNode(.mapping([from]), at: value.span)
            attempt { reader throws(DiagnosticsError) in try reader.route(wrapped) }
        case "routeConfiguration": configuration(value)
        case "templatedRoute":
            attempt { reader throws(DiagnosticsError) in try reader.templatedRoute(value) }
        case "beans": beans(value)
        case "rest": result.rests.append(value)
        case "restConfiguration": result.restConfigurations.append(value)
        // Old files list their data formats once more; every step says which it means.
        case "dataFormats": break
        default:
            if result.handling.take(member.key, value) { return }
            complain(
                .unknownEntry, "'\(member.key)' is no entry of a route file here",
                at: member.keySpan,
                help: Suggestion.help(for: member.key, in: Self.entries)
                    ?? "known are \(Self.entries.joined(separator: ", "))")
        }
    }

    // MARK: - Routes

    mutating func route(_ node: YAMLNode) throws(DiagnosticsError) {
        result.routes.append(try Self.definition(node))
    }

    /// Takes a `route` apart.
    static func definition(_ node: YAMLNode) throws(DiagnosticsError) -> RouteDefinition {
        guard let members = node.mapping else {
            throw shape("a route is a map, not \(node.kindDescription)", node.span)
        }
        guard let from = members.first(where: { $0.key == "from" })?.value else {
            throw shape("a route needs 'from'", node.span)
        }
        var handling = RouteHandling()
        var rest: [YAMLMember] = []
        for member in members where member.key != "from" && member.key != "steps" {
            if !handling.take(member.key, member.value) { rest.append(member) }
        }
        let options = try options(rest, node.span)
        let source = try source(from)
        let inner = node["steps"]
        let steps = handling.takingHandlers(from: inner ?? source.steps)
        return RouteDefinition(
            id: options.id ?? from["id"]?.text, span: node.span, uri: source.uri,
            uriSpan: source.span, parameters: from["parameters"],
            variableReceive: from["variableReceive"]?.text, steps: steps, options: options,
            handling: handling)
    }

    private static func options(
        _ members: [YAMLMember], _ span: SourceSpan
    ) throws(DiagnosticsError) -> RouteOptions {
        do {
            return try RouteOptions.decode(SettingMembers(members, at: span))
        } catch let error as DiagnosticsError { throw error } catch {
            throw shape("\(error)", span)
        }
    }

    private static func source(
        _ from: YAMLNode
    ) throws(DiagnosticsError) -> (uri: String, span: SourceSpan, steps: YAMLNode) {
        let empty = YAMLNode(.sequence([]), at: from.span)
        if let text = from.text { return (text, from.span, empty) }
        let known = ["uri", "parameters", "steps", "id", "description", "note", "variableReceive"]
        for member in from.mapping ?? [] where !known.contains(member.key) {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownSetting, "'\(member.key)' is not known here", at: member.keySpan,
                    help: Suggestion.help(for: member.key, in: known)))
        }
        guard let uri = from["uri"], let text = uri.text else {
            throw shape("'from' needs a uri", from.span)
        }
        let steps = from["steps"] ?? empty
        guard steps.sequence != nil || steps.isNull else {
            throw shape("'steps' is a list, not \(steps.kindDescription)", steps.span)
        }
        return (text, uri.span, steps.isNull ? empty : steps)
    }

    // MARK: - Configurations and beans

    private mutating func configuration(_ node: YAMLNode) {
        // Written as a map, or as a list of maps that repeat the keywords.
        var handling = RouteHandling()
        var id: String?
        var precondition: YAMLNode?
        for map in node.sequence ?? [node] {
            for member in map.mapping ?? [] {
                switch member.key {
                case "id": id = member.value.text
                case "precondition": precondition = member.value
                case "description", "note": break
                default:
                    if handling.take(member.key, member.value) { continue }
                    complain(
                        .unknownEntry, "'\(member.key)' is not known in a routeConfiguration",
                        at: member.keySpan,
                        help: Suggestion.help(for: member.key, in: RouteHandling.keys + ["id"]))
                }
            }
        }
        result.configurations.append(
            RouteConfiguration(id: id, precondition: precondition, handling: handling))
    }

    private mutating func beans(_ node: YAMLNode) {
        do throws(DiagnosticsError) {
            result.beans += try Self.beans(node)
        } catch {
            result.findings += error.diagnostics
        }
    }

    static func beans(_ node: YAMLNode) throws(DiagnosticsError) -> [BeanDefinition] {
        guard let nodes = node.sequence else {
            throw shape("'beans' is a list, not \(node.kindDescription)", node.span)
        }
        return try nodes.map { (bean) throws(DiagnosticsError) in
            guard let name = bean["name"]?.text else {
                throw shape("a bean needs a name", bean.span)
            }
            return BeanDefinition(name: name, node: bean)
        }
    }

    static func shape(_ message: String, _ span: SourceSpan) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(.routeShape, message, at: span))
    }

    // MARK: - Placeholders

    /// The node with every placeholder replaced; what cannot be is a finding, and stays as it is.
    mutating func resolved(_ node: YAMLNode) -> YAMLNode {
        var resolver = PlaceholderResolver(placeholders)
        let resolved = resolver.resolved(node)
        result.findings += resolver.findings
        return resolved
    }
}

extension RouteHandling {
    static let keys = [
        "errorHandler", "onException", "onCompletion", "intercept", "interceptFrom",
        "interceptSendToEndpoint",
    ]

    /// Takes what stands under one of its keys; lists hold maps that repeat the keyword.
    mutating func take(_ key: String, _ value: YAMLNode) -> Bool {
        if key == "errorHandler" {
            errorHandler = value
            return true
        }
        guard Self.keys.contains(key) else { return false }
        let nodes = (value.sequence ?? [value]).map { $0[key] ?? $0 }
        switch key {
        case "onException": onExceptions += nodes
        case "onCompletion": onCompletions += nodes
        case "intercept": intercepts += nodes
        case "interceptFrom": interceptFroms += nodes
        default: interceptSends += nodes
        }
        return true
    }

    /// Handlers among the steps of a route are no steps: they belong to the route.
    mutating func takingHandlers(from steps: YAMLNode) -> YAMLNode {
        guard let nodes = steps.sequence else { return steps }
        var rest: [YAMLNode] = []
        for node in nodes {
            guard let member = node.mapping?.first, node.mapping?.count == 1,
                Self.keys.contains(member.key), take(member.key, member.value)
            else {
                rest.append(node)
                continue
            }
        }
        return YAMLNode(.sequence(rest), at: steps.span)
    }
}
