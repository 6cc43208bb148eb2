internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockJSONata
internal import CrossdockSettings

extension SpecReader {
    mutating func features(_ node: YAMLNode) -> [FeatureSpec] {
        guard let nodes = node.sequence, !nodes.isEmpty else {
            report(
                .specBadValue, "'features' must be a list with at least one entry", at: node.span)
            return []
        }
        var features: [FeatureSpec] = []
        for node in nodes {
            guard let feature = feature(node) else { continue }
            if features.contains(where: { $0.name == feature.name }) {
                report(
                    .specBadValue, "there are two features named '\(feature.name)'", at: node.span,
                    help: "give one of them a 'name'")
            }
            features.append(feature)
        }
        return features
    }

    private mutating func feature(_ node: YAMLNode) -> FeatureSpec? {
        let keys = ["name", "field", "expr", "type", "encode", "missing"]
        guard map(node, "a feature", keys: keys) else { return nil }
        let given = node["name"].flatMap { text($0, "'name'") }
        guard let source = source(node, name: given) else { return nil }
        let name: String
        switch source {
        case .field(let path): name = given ?? path.text
        case .expression:
            guard let given else {
                report(.specMissingKey, "a feature with an 'expr' needs a 'name'", at: node.span)
                return nil
            }
            name = given
        }
        let type: FeatureType = node["type"].flatMap { choice($0, "'type'") } ?? .number
        let encoding = node["encode"].flatMap { self.encoding($0) } ?? .usual(for: type)
        let missing = node["missing"].flatMap { self.missing($0) }
        let feature = FeatureSpec(
            name: name, source: source, type: type, encoding: encoding, missing: missing,
            span: node.span)
        check(feature, at: node)
        return feature
    }

    private mutating func source(_ node: YAMLNode, name: String?) -> FeatureSource? {
        switch (node["field"], node["expr"]) {
        case (let field?, nil): return path(field, "'field'").map { .field($0) }
        case (nil, let expression?): return self.expression(expression)
        case (.some, .some):
            report(.specBadValue, "a feature has either 'field' or 'expr'", at: node.span)
            return nil
        case (nil, nil):
            if let name, let path = FieldPath(name) { return .field(path) }
            report(.specMissingKey, "a feature needs 'field' or 'expr'", at: node.span)
            return nil
        }
    }

    private mutating func expression(_ node: YAMLNode) -> FeatureSource? {
        guard let text = text(node, "'expr'") else { return nil }
        do { _ = try JSONata(text) } catch {
            report(
                .featureExpression, "the expression is not valid: \(error.reason)", at: node.span)
            return nil
        }
        return .expression(text)
    }

    private mutating func check(_ feature: FeatureSpec, at node: YAMLNode) {
        if !feature.encoding.takes(feature.type) {
            report(
                .specUnsuitable,
                "'\(feature.name)': a \(feature.type.rawValue) cannot be encoded with "
                    + "'\(feature.encoding.name)'",
                at: node["encode"]?.span ?? node.span)
        }
        switch feature.missing {
        case .mean, .median:
            guard !feature.type.isNumeric else { return }
            report(
                .specUnsuitable,
                "'\(feature.name)': a \(feature.type.rawValue) has no mean or median",
                at: node["missing"]?.span ?? node.span)
        case .constant(.number) where !feature.type.isNumeric && feature.type != .category:
            report(
                .specUnsuitable, "'\(feature.name)': the constant must be text",
                at: node["missing"]?.span ?? node.span)
        case .constant(.text) where feature.type.isNumeric:
            report(
                .specUnsuitable, "'\(feature.name)': the constant must be a number",
                at: node["missing"]?.span ?? node.span)
        default: break
        }
    }

    private mutating func missing(_ node: YAMLNode) -> MissingPolicy? {
        if node.mapping != nil {
            guard map(node, "'missing'", keys: ["constant"]) else { return nil }
            switch node["constant"]?.value {
            case .number(let number): return .constant(.number(number.double))
            case .bool(let flag): return .constant(.number(flag ? 1 : 0))
            case .string(let text): return .constant(.text(text))
            default:
                report(.specBadValue, "'constant' must be a number or text", at: node.span)
                return nil
            }
        }
        switch node.text {
        case "mean": return .mean
        case "median": return .median
        case "mode": return .mode
        case "model": return .model
        case "fail": return .fail
        default:
            let names = ["mean", "median", "mode", "model", "fail", "constant"]
            report(
                .specBadValue, "'missing' cannot be \(node.kindDescription)", at: node.span,
                help: node.text.flatMap { Suggestion.help(for: $0, in: names) }
                    ?? "it is mean, median, mode, model, fail or {constant: …}")
            return nil
        }
    }

    /// An encoding: a word, or a map of the word to its options.
    private mutating func encoding(_ node: YAMLNode) -> FeatureEncoding? {
        if let name = node.text { return encoding(name, options: nil, at: node) }
        guard let members = node.mapping, members.count == 1, let member = members.first else {
            report(
                .specBadValue, "'encode' must be a name or a map with one name", at: node.span,
                help: "for example 'encode: standard' or 'encode: {hash: {bits: 8}}'")
            return nil
        }
        return encoding(member.key, options: member.value, at: node)
    }

    private mutating func encoding(
        _ name: String, options: YAMLNode?, at node: YAMLNode
    ) -> FeatureEncoding? {
        switch name {
        case "none": return FeatureEncoding.none
        case "standard": return .standard
        case "minmax": return .minmax
        case "robust": return .robust
        case "log1p": return .log1p
        case "ordinal": return .ordinal
        case "frequency": return .frequency
        case "onehot":
            let minimum = option("minFrequency", of: options, "'onehot'").flatMap {
                integer($0, "'minFrequency'", in: 1...1_000_000)
            }
            return .onehot(minimum: minimum ?? 1)
        case "target":
            let smoothing = option("smoothing", of: options, "'target'").flatMap {
                number($0, "'smoothing'", in: 0...1e9)
            }
            return .target(smoothing: smoothing)
        case "hash":
            let bits = option("bits", of: options, "'hash'").flatMap {
                integer($0, "'bits'", in: 1...16)
            }
            return .hash(bits: bits ?? 8)
        case "tfidf": return .tfidf(textOptions(options))
        case "cyclic": return cycle(options, at: node).map { .cyclic($0) }
        default:
            report(
                .specBadValue, "there is no encoding '\(name)'", at: node.span,
                help: Suggestion.help(for: name, in: FeatureEncoding.names)
                    ?? "there are \(FeatureEncoding.names.joined(separator: ", "))")
            return nil
        }
    }

    /// The one option of an encoding: named in a map, or the value itself.
    private mutating func option(
        _ key: String, of options: YAMLNode?, _ what: String
    ) -> YAMLNode? {
        guard let options else { return nil }
        guard options.mapping != nil else { return options }
        return map(options, what, keys: [key]) ? options[key] : nil
    }

    private mutating func textOptions(_ node: YAMLNode?) -> FeatureEncoding.TextOptions {
        var options = FeatureEncoding.TextOptions()
        guard let node, map(node, "'tfidf'", keys: ["ngrams", "minFrequency", "maxTerms"]) else {
            return options
        }
        options.ngrams = node["ngrams"].flatMap { integer($0, "'ngrams'", in: 1...5) } ?? 1
        options.minimum =
            node["minFrequency"].flatMap { integer($0, "'minFrequency'", in: 1...1_000_000) } ?? 1
        options.maximum =
            node["maxTerms"].flatMap { integer($0, "'maxTerms'", in: 1...65_536) } ?? 1_000
        return options
    }

    private mutating func cycle(_ node: YAMLNode?, at place: YAMLNode) -> FeatureEncoding.Cycle? {
        guard let node else {
            report(
                .specMissingKey, "'cyclic' needs a 'period'", at: place.span,
                help: "{period: 24} for numbers; {period: weekday, zone: Europe/Berlin} for dates")
            return nil
        }
        var period = node
        var zone = "UTC"
        if node.mapping != nil {
            guard map(node, "'cyclic'", keys: ["period", "zone"]),
                let given = required("period", of: node, "'cyclic'")
            else { return nil }
            period = given
            if let named = node["zone"], let name = text(named, "'zone'") {
                zone = name
                if !TimeZones.exists(name) {
                    report(
                        .specBadValue, "there is no time zone '\(name)'", at: named.span,
                        help: "zones are named as in the IANA database, for example Europe/Berlin")
                }
            }
        }
        if case .number = period.value {
            return number(period, "'period'", in: 1e-9...1e12).map { .period($0) }
        }
        let part: FeatureEncoding.DatePart? = choice(period, "'period'")
        return part.map { .part($0, zone: zone) }
    }
}
