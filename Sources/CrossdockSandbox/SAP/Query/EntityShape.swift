/// Which properties of an entity are wanted, and which related entities with it.
struct EntityShape {
    /// Positions of the properties, in the order of the type; nil for all.
    private(set) var properties: [Int]?
    /// Navigations that are named in `$select` and not expanded; nil for all.
    private(set) var links: [Int]?
    /// Expanded navigations by position, and the shape of what they lead to.
    private(set) var expanded: [Int: EntityShape] = [:]

    static let maximumDepth = 6

    init() {}

    init(
        select: String?, expand: String?, of type: EdmEntityType, in service: EdmService
    ) throws(ODataError) {
        for path in Self.paths(expand) {
            try expandPath(path[...], type, service, depth: 1)
        }
        let selected = Self.paths(select)
        guard !selected.isEmpty else {
            if select != nil { throw .badOption("$select", "it is empty") }
            return
        }
        try apply(selected, type, service)
    }

    private static func paths(_ text: String?) -> [[String]] {
        guard let text else { return [] }
        return text.split(separator: ",").map { item in
            item.split(separator: "/").map { name in
                String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    /// Adds an expanded navigation, as for what a deep insert has created.
    mutating func expand(_ navigation: Int, _ shape: EntityShape) { expanded[navigation] = shape }

    private mutating func expandPath(
        _ path: ArraySlice<String>, _ type: EdmEntityType, _ service: EdmService, depth: Int
    ) throws(ODataError) {
        guard let name = path.first else { return }
        guard let position = type.navigationPosition(name),
            let target = service.entitySet(type.navigations[position].target)
        else {
            throw .badOption("$expand", "'\(name)' is no navigation of '\(type.name)'")
        }
        guard depth <= Self.maximumDepth else { throw .badOption("$expand", "it goes too deep") }
        var inner = expanded[position] ?? EntityShape()
        try inner.expandPath(path.dropFirst(), target.type, service, depth: depth + 1)
        expanded[position] = inner
    }

    private mutating func apply(
        _ selected: [[String]], _ type: EdmEntityType, _ service: EdmService
    ) throws(ODataError) {
        var names: Set<Int> = []
        var links: [Int] = []
        var takesAll = false
        var inner: [Int: [[String]]] = [:]
        for path in selected {
            guard let name = path.first else { continue }
            if name == "*", path.count == 1 {
                takesAll = true
            } else if let position = type.position(of: name), path.count == 1 {
                names.insert(position)
            } else if let position = type.navigationPosition(name) {
                if path.count > 1 {
                    guard expanded[position] != nil else {
                        throw .badOption("$select", "'\(name)' is selected from but not expanded")
                    }
                    inner[position, default: []].append(Array(path.dropFirst()))
                } else {
                    links.append(position)
                }
            } else {
                throw .unknownProperty(name, of: type.name)
            }
        }
        for (position, paths) in inner {
            guard let target = service.entitySet(type.navigations[position].target) else {
                continue
            }
            try expanded[position]?.apply(paths, target.type, service)
        }
        self.links = links
        properties = takesAll ? nil : names.sorted()
        // An expansion that `$select` does not name is not part of the answer.
        for position in expanded.keys where inner[position] == nil && !links.contains(position) {
            if !takesAll { expanded[position] = nil }
        }
    }
}
