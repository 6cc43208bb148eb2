/// The system query options of a request, checked against what it asks for.
///
/// - Source: OData V2 "URI Conventions" §4. An option that is not known, or has no meaning here, is refused.
struct QueryOptions {
    struct Order {
        let path: [EdmNavigation]
        let property: EdmProperty
        let isDescending: Bool
    }

    var filter: FilterExpression?
    var order: [Order] = []
    var top: Int?
    var skip = 0
    /// How many entities earlier pages have given.
    var skipToken: Int?
    var countsAll = false
    var shape = EntityShape()

    /// What an answer can be given for.
    enum Kind {
        case collection, entity, count, property
        /// The request changes something or asks for no entities.
        case other

        fileprivate var allowed: [String] {
            switch self {
            case .collection:
                [
                    "$filter", "$orderby", "$top", "$skip", "$skiptoken", "$inlinecount", "$select",
                    "$expand", "$format",
                ]
            case .entity: ["$select", "$expand", "$format"]
            case .count: ["$filter", "$top", "$skip", "$format"]
            case .property, .other: ["$format"]
            }
        }
    }

    init() {}

    init(
        _ query: [(name: String, value: String)], _ kind: Kind, _ type: EdmEntityType?,
        in service: EdmService
    ) throws(ODataError) {
        var found: [String: String] = [:]
        for (name, value) in query {
            guard name.hasPrefix("$") else {
                try Self.checkCustom(name, value)
                continue
            }
            guard found[name] == nil else { throw .badOption(name, "it is given twice") }
            guard Self.known.contains(name) else { throw .badOption(name, "it is not known") }
            guard kind.allowed.contains(name) else {
                throw .badOption(name, "it is not allowed for this kind of request")
            }
            found[name] = value
        }
        if let format = found["$format"], format != "json" {
            throw ODataError(
                406, "/IWFND/CM_COCKPIT/032",
                "Format '\(format.prefix(40))' is not served; use json")
        }
        guard let type else { return }
        try read(found, type, service)
    }

    private static let known = [
        "$filter", "$orderby", "$top", "$skip", "$skiptoken", "$inlinecount", "$select", "$expand",
        "$format",
    ]

    private static func checkCustom(_ name: String, _ value: String) throws(ODataError) {
        switch name {
        case "sap-client":
            guard value == "100" else {
                throw ODataError(
                    401, "/IWFND/CM_BEC/026", "Client '\(value.prefix(10))' is not available")
            }
        case "sap-language", "sap-locale", "sap-statistics", "sap-user", "sap-theme",
            "sap-ds-debug",
            "sap-contextid-accept", "sap-value-list", "sap-documentation", "sap-unit":
            break
        default: throw .badRequest("Query parameter '\(name)' is not known")
        }
    }

    private mutating func read(
        _ found: [String: String], _ type: EdmEntityType, _ service: EdmService
    ) throws(ODataError) {
        if let text = found["$filter"] { filter = try FilterParser.parse(text, type, in: service) }
        if let text = found["$orderby"] { order = try Self.order(text, type, service) }
        top = try found["$top"].map { (text) throws(ODataError) in try Self.whole("$top", text) }
        if let text = found["$skip"] { skip = try Self.whole("$skip", text) }
        if let text = found["$skiptoken"] { skipToken = try Self.whole("$skiptoken", text) }
        if let text = found["$inlinecount"] {
            guard text == "allpages" || text == "none" else {
                throw .badOption("$inlinecount", "it is neither allpages nor none")
            }
            countsAll = text == "allpages"
        }
        shape = try EntityShape(
            select: found["$select"], expand: found["$expand"], of: type, in: service)
    }

    private static func whole(_ option: String, _ text: String) throws(ODataError) -> Int {
        guard let number = Int(text), number >= 0, number <= Int(Int32.max) else {
            throw .badOption(option, "'\(text.prefix(40))' is no whole number")
        }
        return number
    }

    private static func order(
        _ text: String, _ type: EdmEntityType, _ service: EdmService
    ) throws(ODataError) -> [Order] {
        var result: [Order] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = item.split(separator: " ")
            guard let name = words.first, words.count <= 2 else {
                throw .badOption("$orderby", "a property and a direction are expected")
            }
            let direction = words.count == 2 ? String(words[1]) : "asc"
            guard direction == "asc" || direction == "desc" else {
                throw .badOption("$orderby", "'\(direction)' is neither asc nor desc")
            }
            var current = type
            var path: [EdmNavigation] = []
            let steps = name.split(separator: "/").map(String.init)
            for step in steps.dropLast() {
                guard let navigation = current.navigation(step), !navigation.isMany,
                    let target = service.entitySet(navigation.target)
                else { throw .unknownProperty(step, of: current.name) }
                path.append(navigation)
                current = target.type
            }
            guard let last = steps.last, let property = current.property(last) else {
                throw .unknownProperty(String(name), of: current.name)
            }
            guard property.isSortable else {
                throw .badOption("$orderby", "property '\(last)' is not sortable")
            }
            result.append(Order(path: path, property: property, isDescending: direction == "desc"))
        }
        return result
    }
}
