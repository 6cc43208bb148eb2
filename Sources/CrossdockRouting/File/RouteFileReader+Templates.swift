internal import CrossdockDiagnostics
internal import CrossdockSettings

extension RouteFileReader {
    /// Reads a `routeTemplate`.
    mutating func template(_ node: YAMLNode) throws(DiagnosticsError) {
        let known = ["id", "parameters", "beans", "from", "route", "description", "note"]
        for member in node.mapping ?? [] where !known.contains(member.key) {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownSetting, "'\(member.key)' is not known here", at: member.keySpan,
                    help: Suggestion.help(for: member.key, in: known)))
        }
        guard let id = node["id"]?.text else {
            throw Self.shape("a routeTemplate needs an id", node.span)
        }
        guard let route = node["route"] ?? Self.wrapped(node["from"], key: "from") else {
            throw Self.shape("a routeTemplate needs 'from' or 'route'", node.span)
        }
        result.templates.append(
            RouteTemplate(
                id: id, parameters: try Self.parameters(node["parameters"]), beans: node["beans"],
                route: route, span: node.span))
    }

    private static func wrapped(_ node: YAMLNode?, key: String) -> YAMLNode? {
        node.map {
            YAMLNode(.mapping([YAMLMember(key: key, keySpan: $0.span, value: $0)]), at: $0.span)
        }
    }

    private static func parameters(
        _ node: YAMLNode?
    ) throws(DiagnosticsError) -> [RouteTemplate.Parameter] {
        var parameters: [RouteTemplate.Parameter] = []
        for item in node?.sequence ?? [] {
            guard let name = item["name"]?.text else {
                throw shape("a parameter needs a name", item.span)
            }
            let value = item["defaultValue"]?.scalar?.text
            parameters.append(
                RouteTemplate.Parameter(
                    name: name, defaultValue: value,
                    isRequired: value == nil && item["required"]?.text != "false"))
        }
        return parameters
    }

    mutating func templatedRoute(_ node: YAMLNode) throws(DiagnosticsError) {
        let known = [
            "routeTemplateRef", "routeId", "prefixId", "parameters", "beans", "group",
            "description",
        ]
        for member in node.mapping ?? [] where !known.contains(member.key) {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownSetting, "'\(member.key)' is not known here", at: member.keySpan,
                    help: Suggestion.help(for: member.key, in: known)))
        }
        guard let reference = node["routeTemplateRef"]?.text else {
            throw Self.shape("a templatedRoute needs 'routeTemplateRef'", node.span)
        }
        var parameters: [String: String] = [:]
        for item in node["parameters"]?.sequence ?? [] {
            if let name = item["name"]?.text {
                parameters[name] = item["value"]?.scalar?.text ?? ""
            }
        }
        for member in node["parameters"]?.mapping ?? [] {
            parameters[member.key] = member.value.scalar?.text ?? ""
        }
        result.templatedRoutes.append(
            TemplatedRoute(
                template: reference, routeID: node["routeId"]?.text,
                prefixID: node["prefixId"]?.text,
                parameters: parameters, beans: node["beans"], span: node.span))
    }

    // MARK: - Documents of Kubernetes' shape

    /// Reads a `Kamelet`, a `Pipe` or an `Integration`.
    mutating func kubernetes(_ root: YAMLNode) {
        let kind = root["kind"]?.text ?? ""
        attempt { reader throws(DiagnosticsError) in
            switch kind {
            case "Kamelet": try reader.kamelet(root)
            case "Pipe", "KameletBinding": try reader.pipe(root)
            case "Integration": try reader.integration(root)
            default:
                throw DiagnosticsError(
                    Diagnostic(
                        .unknownEntry, "a document of the kind '\(kind)' is not read here",
                        at: root["kind"]?.span ?? root.span,
                        help: Suggestion.help(for: kind, in: ["Kamelet", "Pipe", "Integration"])
                            ?? "read are Kamelet, Pipe and Integration"))
            }
        }
    }

    private mutating func integration(_ root: YAMLNode) throws(DiagnosticsError) {
        guard let flows = root["spec"]?["flows"] else {
            throw Self.shape("an Integration needs spec.flows", root.span)
        }
        let inner = Self.read(flows, file: result.file, placeholders: placeholders)
        result.routes += inner.routes
        result.configurations += inner.configurations
        result.beans += inner.beans
        result.templates += inner.templates
        result.templatedRoutes += inner.templatedRoutes
        result.findings += inner.findings
    }

    /// A Kamelet is a template whose parameters are the properties of its definition.
    private mutating func kamelet(_ root: YAMLNode) throws(DiagnosticsError) {
        guard let name = root["metadata"]?["name"]?.text else {
            throw Self.shape("a Kamelet needs metadata.name", root.span)
        }
        guard let template = root["spec"]?["template"] else {
            throw Self.shape("a Kamelet needs spec.template", root.span)
        }
        let route = template["route"] ?? Self.wrapped(template["from"], key: "from")
        guard let route else {
            throw Self.shape("a Kamelet's template needs 'from' or 'route'", template.span)
        }
        let required = Set(
            (root["spec"]?["definition"]?["required"]?.sequence ?? []).compactMap(\.text))
        let properties = root["spec"]?["definition"]?["properties"]?.mapping ?? []
        let parameters = properties.map { property in
            RouteTemplate.Parameter(
                name: property.key, defaultValue: property.value["default"]?.scalar?.text,
                isRequired: required.contains(property.key)
                    && property.value["default"] == nil)
        }
        var renames: [Diagnostic] = []
        let spelled = HyphenatedKeys.renamed(route, &renames)
        result.templates.append(
            RouteTemplate(
                id: name, parameters: parameters, beans: template["beans"], route: spelled,
                span: root.span))
    }

    /// A Pipe is a route from its source through its steps to its sink.
    private mutating func pipe(_ root: YAMLNode) throws(DiagnosticsError) {
        guard let spec = root["spec"], let source = spec["source"], let sink = spec["sink"] else {
            throw Self.shape("a Pipe needs spec.source and spec.sink", root.span)
        }
        let from = try Self.address(of: source)
        var steps: [YAMLNode] = []
        for step in spec["steps"]?.sequence ?? [] {
            steps.append(Self.send(try Self.address(of: step), step))
        }
        steps.append(Self.send(try Self.address(of: sink), sink))
        var members = [YAMLMember(key: "uri", keySpan: source.span, value: from.uri)]
        if let parameters = from.parameters {
            members.append(YAMLMember(key: "parameters", keySpan: source.span, value: parameters))
        }
        members.append(
            YAMLMember(
                key: "steps", keySpan: spec.span, value: YAMLNode(.sequence(steps), at: spec.span)))
        var route = [
            YAMLMember(
                key: "from", keySpan: source.span,
                value: YAMLNode(.mapping(members), at: source.span))
        ]
        if let name = root["metadata"]?["name"] {
            route.insert(YAMLMember(key: "id", keySpan: name.span, value: name), at: 0)
        }
        try self.route(resolved(YAMLNode(.mapping(route), at: root.span)))
    }

    private static func address(
        of node: YAMLNode
    ) throws(DiagnosticsError) -> (uri: YAMLNode, parameters: YAMLNode?) {
        if let uri = node["uri"] { return (uri, node["parameters"] ?? node["properties"]) }
        guard let reference = node["ref"], let name = reference["name"]?.text else {
            throw shape("a uri or a ref to a Kamelet is expected", node.span)
        }
        let kind = reference["kind"]?.text ?? "Kamelet"
        guard kind == "Kamelet" else {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownEntry, "a ref to a '\(kind)' is not offered", at: reference.span,
                    help: "write its uri"))
        }
        let uri = YAMLNode(
            .scalar(YAMLScalar(text: "kamelet:\(name)", isPlain: false)), at: reference.span)
        return (uri, node["properties"])
    }

    private static func send(
        _ address: (uri: YAMLNode, parameters: YAMLNode?), _ node: YAMLNode
    ) -> YAMLNode {
        var members = [YAMLMember(key: "uri", keySpan: node.span, value: address.uri)]
        if let parameters = address.parameters {
            members.append(YAMLMember(key: "parameters", keySpan: node.span, value: parameters))
        }
        let to = YAMLMember(
            key: "to", keySpan: node.span, value: YAMLNode(.mapping(members), at: node.span))
        return YAMLNode(.mapping([to]), at: node.span)
    }
}
