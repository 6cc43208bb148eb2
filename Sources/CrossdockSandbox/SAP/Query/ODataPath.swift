/// What the path of a request leads to, below a service.
struct ODataPath {
    enum Target {
        /// The service document.
        case root
        case metadata
        case batch
        case function(EdmFunction)
        /// Entities: all of a set, or those a navigation leads to.
        case collection(EdmEntitySet)
        case entity(EdmEntitySet)
    }

    /// What of the target is wanted.
    enum Part {
        case whole
        /// `$count`.
        case count
        /// One property, with `$value` its bare text.
        case property(EdmProperty, raw: Bool)
    }

    /// One step from the set to the target.
    enum Step {
        case key(EntityKey)
        case navigation(EdmNavigation, EntityKey?)
    }

    var target: Target
    var part = Part.whole
    /// The set the path begins with.
    var start: EdmEntitySet?
    var steps: [Step] = []
    /// The last segment, for messages.
    var segment = ""

    /// Reads the segments that follow the service's name.
    init(_ segments: ArraySlice<String>, in service: EdmService) throws(ODataError) {
        guard let first = segments.first else {
            target = .root
            return
        }
        segment = first
        switch first {
        case "$metadata": target = .metadata
        case "$batch": target = .batch
        default:
            if let function = service.function(first) {
                target = .function(function)
            } else {
                let (name, predicate) = try Self.split(first)
                guard let set = service.entitySet(name) else { throw .unknownSegment(first) }
                start = set
                target = .collection(set)
                if let predicate { try select(predicate, in: set) }
                try follow(segments.dropFirst(), in: service)
                return
            }
        }
        guard segments.count == 1 else { throw .unknownSegment(segments[segments.startIndex + 1]) }
    }

    /// Splits `A_Set('1')` into its name and what stands in the parentheses.
    private static func split(
        _ segment: String
    ) throws(ODataError) -> (name: String, predicate: Substring?) {
        guard let open = segment.utf8.firstIndex(of: UInt8(ascii: "(")) else {
            return (segment, nil)
        }
        guard segment.utf8.last == UInt8(ascii: ")") else {
            throw .badRequest("Malformed key predicate in segment '\(segment)'")
        }
        let inner = segment[segment.utf8.index(after: open)...].dropLast()
        // `A_Set()` is the whole set.
        return (String(segment[..<open]), inner.isEmpty ? nil : inner)
    }

    private mutating func select(_ predicate: Substring, in set: EdmEntitySet) throws(ODataError) {
        steps.append(.key(try EntityKey.parse(predicate, set.type, segment: segment)))
        target = .entity(set)
    }

    private mutating func follow(
        _ segments: ArraySlice<String>, in service: EdmService
    ) throws(ODataError) {
        var rest = segments
        while let next = rest.popFirst() {
            segment = next
            if next == "$count" {
                part = .count
                break
            }
            guard case .entity(let set) = target else { throw .unknownSegment(next) }
            if next == "$links" { throw .notImplemented("$links") }
            let (name, predicate) = try Self.split(next)
            if let navigation = set.type.navigation(name) {
                try step(navigation, predicate, in: service)
            } else if let property = set.type.property(name), predicate == nil {
                let isRaw = rest.first == "$value"
                if isRaw { rest = rest.dropFirst() }
                part = .property(property, raw: isRaw)
                break
            } else {
                throw .unknownSegment(next)
            }
        }
        guard rest.isEmpty else { throw .unknownSegment(rest[rest.startIndex]) }
    }

    private mutating func step(
        _ navigation: EdmNavigation, _ predicate: Substring?, in service: EdmService
    ) throws(ODataError) {
        guard let set = service.entitySet(navigation.target) else { throw .unknownSegment(segment) }
        var key: EntityKey?
        if let predicate {
            guard navigation.isMany else { throw .unknownSegment(segment) }
            key = try EntityKey.parse(predicate, set.type, segment: segment)
        }
        steps.append(.navigation(navigation, key))
        target = navigation.isMany && key == nil ? .collection(set) : .entity(set)
    }
}
