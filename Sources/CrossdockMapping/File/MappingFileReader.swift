internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// Reads a mapping file's text; finds as many complaints as it can in one go.
struct MappingFileReader {
    var complaints = Complaints()
    let file: String

    init(file: String) { self.file = file }

    mutating func read(_ text: String) throws(DiagnosticsError) -> MappingFile {
        let root = try YAMLNode.parse(text, file: file)
        var mapping = MappingFile(span: SourceSpan(file: file, line: 1, column: 1))
        guard var map = NodeMap(root, what: "a mapping file", &complaints) else { return mapping }
        mapping.name = name(&map)
        mapping.version = map.text("version", &complaints)?.text ?? ""
        mapping.about = map.text("about", &complaints)?.text
        mapping.owner = map.text("owner", &complaints)?.text
        mapping.left = object("left", &map)
        mapping.right = object("right", &map)
        mapping.defaults = defaults(&map)
        mapping.identity = identity(&map)
        mapping.rows = fields(&map)
        mapping.ignore = ignore(&map)
        mapping.tests = tests(&map)
        _ = map.take("$schema")
        map.finish(what: "a mapping file", &complaints)
        return mapping
    }

    private mutating func name(_ map: inout NodeMap) -> String {
        guard let name = map.text("mapping", &complaints), !name.text.isEmpty else {
            complaints.add(
                "`mapping` is missing: the name under which routes call this file",
                at: map.node.span,
                help: "begin the file with `mapping: account-to-business-partner`")
            return ""
        }
        return name.text
    }

    private mutating func object(_ side: String, _ map: inout NodeMap) -> MappingObject {
        var object = MappingObject()
        guard let member = map.take(side) else { return object }
        guard var map = NodeMap(member.value, what: "`\(side)`", &complaints) else { return object }
        object.system = map.text("system", &complaints)?.text ?? ""
        object.object = map.text("object", &complaints)?.text ?? ""
        object.schema = map.text("schema", &complaints)
        map.finish(what: "`\(side)`", &complaints)
        return object
    }

    private mutating func defaults(_ map: inout NodeMap) -> MappingDefaults {
        var defaults = MappingDefaults()
        guard let member = map.take("defaults"), !member.value.isNull,
            var map = NodeMap(member.value, what: "`defaults`", &complaints)
        else { return defaults }
        defaults.direction = map.choice("direction", &complaints) ?? defaults.direction
        defaults.onAbsent = map.choice("onAbsent", &complaints) ?? defaults.onAbsent
        defaults.onNull = map.choice("onNull", &complaints) ?? defaults.onNull
        defaults.onEmpty = map.choice("onEmpty", &complaints) ?? defaults.onEmpty
        defaults.onTooLong = map.choice("onTooLong", &complaints) ?? defaults.onTooLong
        defaults.conflict = map.choice("conflict", &complaints)
        for (side, text) in perSide("zone", &map) { defaults.zone[side] = text }
        for (side, text) in perSide("decimalSeparator", &map) {
            defaults.marks[side, default: NumberMarks()].decimal = mark(text)
        }
        for (side, text) in perSide("groupSeparator", &map) {
            defaults.marks[side, default: NumberMarks()].group = mark(text)
        }
        map.finish(what: "`defaults`", &complaints)
        return defaults
    }

    /// A map of `left` and `right`, or one text for both.
    private mutating func perSide(
        _ key: String, _ map: inout NodeMap
    ) -> [MappingSide: PlacedText] {
        guard let member = map.take(key), !member.value.isNull else { return [:] }
        if let text = member.value.text {
            let placed = PlacedText(text: text, span: member.value.span)
            return [.left: placed, .right: placed]
        }
        guard var sides = NodeMap(member.value, what: "`\(key)`", &complaints) else { return [:] }
        var result: [MappingSide: PlacedText] = [:]
        result[.left] = sides.text("left", &complaints)
        result[.right] = sides.text("right", &complaints)
        sides.finish(what: "`\(key)`", &complaints)
        return result
    }

    /// One character that may separate the parts of a number.
    mutating func mark(_ text: PlacedText) -> String? {
        let scalars = text.text.unicodeScalars
        guard scalars.count == 1, let only = scalars.first,
            !("0"..."9").contains(only), only != "+", only != "-"
        else {
            complaints.add(
                "a separator is one character that is no digit or sign, not '\(text.text.prefix(10))'",
                at: text.span)
            return nil
        }
        return text.text
    }

    private mutating func identity(_ map: inout NodeMap) -> MappingIdentity? {
        guard let member = map.take("identity"), !member.value.isNull,
            var map = NodeMap(member.value, what: "`identity`", &complaints)
        else { return nil }
        var identity = MappingIdentity()
        identity.xref = map.text("xref", &complaints)?.text
        identity.left = map.path("left", &complaints)
        identity.right = map.path("right", &complaints)
        identity.matchOn = map.paths("matchOn", &complaints)
        map.finish(what: "`identity`", &complaints)
        return identity
    }

    private mutating func fields(_ map: inout NodeMap) -> [MappingRow] {
        guard let member = map.take("fields") else {
            complaints.add("`fields` is missing: the rows of the mapping", at: map.node.span)
            return []
        }
        return rows(member.value, inElement: false)
    }

    mutating func rows(_ node: YAMLNode, inElement: Bool) -> [MappingRow] {
        if node.isNull { return [] }
        guard let nodes = node.sequence else {
            complaints.add(
                "`fields` must be a list of rows, not \(node.kindDescription)", at: node.span)
            return []
        }
        return nodes.compactMap { row($0, inElement: inElement) }
    }

    private mutating func ignore(_ map: inout NodeMap) -> [MappingSide: [PlacedPath]] {
        guard let member = map.take("ignore"), !member.value.isNull,
            var map = NodeMap(member.value, what: "`ignore`", &complaints)
        else { return [:] }
        var result: [MappingSide: [PlacedPath]] = [:]
        for side in MappingSide.allCases where map.has(side.rawValue) {
            if map.take(side.rawValue)?.value.sequence?.isEmpty == true { continue }
            result[side] = map.paths(side.rawValue, &complaints)
        }
        _ = (map.take("left"), map.take("right"))
        map.finish(what: "`ignore`", &complaints)
        return result
    }
}
