/// A property of an entity type.
struct EdmProperty: Sendable {
    let name: String
    let type: EdmType
    var isKey = false
    var isNullable = true
    var maxLength: Int?
    var precision: Int?
    var scale: Int?
    var isCreatable = true
    var isUpdatable = true
    var isFilterable = true
    var isSortable = true
    /// A date without a time of day (`sap:display-format="Date"`).
    var isDateOnly = false
    /// Digits in a text (`sap:display-format="NonNegative"`).
    var isNumericText = false
    /// Its value is the entity's version (`ConcurrencyMode="Fixed"`).
    var isVersion = false
    /// `"Name":` as JSON.
    let jsonKey: [UInt8]

    init(name: String, type: EdmType) {
        self.name = name
        self.type = type
        jsonKey = EdmCodec.quoted(name) + [UInt8(ascii: ":")]
    }
}

/// A way from one entity to others.
struct EdmNavigation: Sendable {
    let name: String
    /// The entity set it leads to.
    let target: String
    let isMany: Bool
    /// Properties that are equal on both sides: ours, theirs.
    let join: [(source: String, target: String)]
    /// A property of the target that tells its entities from those of a sister navigation.
    let discriminator: (property: String, value: String)?
    /// `,"name":` as JSON.
    let jsonKey: [UInt8]
    /// `,"name":{"__deferred":{"uri":"`, then the entity's address, then this: `/name"}}`.
    let deferred: (start: [UInt8], end: [UInt8])

    init(
        name: String, target: String, isMany: Bool, join: [(source: String, target: String)],
        discriminator: (property: String, value: String)?
    ) {
        self.name = name
        self.target = target
        self.isMany = isMany
        self.join = join
        self.discriminator = discriminator
        jsonKey = [UInt8(ascii: ",")] + EdmCodec.quoted(name) + [UInt8(ascii: ":")]
        deferred = (
            jsonKey + Array("{\"__deferred\":{\"uri\":\"".utf8), Array("/\(name)\"}}".utf8)
        )
    }
}

/// An entity type.
final class EdmEntityType: Sendable {
    let name: String
    /// With the namespace.
    let qualifiedName: String
    let properties: [EdmProperty]
    /// Positions of the key properties, in the order of the key.
    let keys: [Int]
    let navigations: [EdmNavigation]
    private let positions: [String: Int]
    private let navigationPositions: [String: Int]

    init(
        name: String, qualifiedName: String, properties: [EdmProperty], keys: [Int],
        navigations: [EdmNavigation]
    ) {
        self.name = name
        self.qualifiedName = qualifiedName
        self.properties = properties
        self.keys = keys
        self.navigations = navigations
        positions = Dictionary(
            properties.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        navigationPositions = Dictionary(
            navigations.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func position(of property: String) -> Int? { positions[property] }

    func property(_ name: String) -> EdmProperty? { positions[name].map { properties[$0] } }

    func navigation(_ name: String) -> EdmNavigation? {
        navigationPositions[name].map { navigations[$0] }
    }

    func navigationPosition(_ name: String) -> Int? { navigationPositions[name] }

    var keyProperties: [EdmProperty] { keys.map { properties[$0] } }
}

/// An entity set of a service.
struct EdmEntitySet: Sendable {
    let name: String
    let type: EdmEntityType
    let isCreatable: Bool
    let isUpdatable: Bool
    let isDeletable: Bool
}

/// A function import.
struct EdmFunction: Sendable {
    let name: String
    let method: String
    /// The complex type it returns, with the namespace.
    let returnType: String
    let parameters: [EdmProperty]
}

/// What a service offers, as its `$metadata` says.
final class EdmService: Sendable {
    let name: String
    let entitySets: [EdmEntitySet]
    let functions: [EdmFunction]
    private let positions: [String: Int]

    init(name: String, entitySets: [EdmEntitySet], functions: [EdmFunction]) {
        self.name = name
        self.entitySets = entitySets
        self.functions = functions
        positions = Dictionary(
            entitySets.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func entitySet(_ name: String) -> EdmEntitySet? { positions[name].map { entitySets[$0] } }

    func function(_ name: String) -> EdmFunction? { functions.first { $0.name == name } }
}
