internal import CrossdockData
internal import CrossdockDiagnostics

/// The objects of the org: the standard ones, and what was declared or inferred.
struct SalesforceSchema {
    private var objects: [String: SObjectType] = [:]
    private(set) var names: [String] = []
    /// Objects whose fields changed since the last ``takeChanges()``.
    private var changed: Set<String> = []

    init() {
        for object in StandardObjectReader.objects(StandardObjects.text) { set(object) }
    }

    /// Finds an object without regard to case.
    func object(_ name: some StringProtocol) -> SObjectType? { objects[name.lowercased()] }

    /// The object whose ids begin with these three characters.
    func object(prefix: some StringProtocol) -> SObjectType? {
        objects.values.first { $0.keyPrefix == prefix }
    }

    var all: [SObjectType] { names.compactMap { objects[$0.lowercased()] } }

    private mutating func set(_ object: SObjectType) {
        let key = object.name.lowercased()
        if objects[key] == nil { names.append(object.name) }
        objects[key] = object
    }

    /// Finds an object, or makes a custom one of that name.
    ///
    /// - Throws: ``SandboxError`` for a name that is neither known nor a custom object's.
    mutating func objectForData(_ name: String) throws(SandboxError) -> SObjectType {
        if let object = object(name) { return object }
        guard Self.isCustomName(name) else {
            let help = Suggestion.help(for: name, in: names).map { "; \($0)" } ?? ""
            throw SandboxError(.sandboxSeed, "there is no object '\(name)'\(help)")
        }
        let number = names.count { $0.hasSuffix("__c") }
        let label = StandardObjectReader.label(of: name)
        var object = SObjectType(
            name: name, keyPrefix: SalesforceID.customPrefix(number), label: label,
            labelPlural: label + "s")
        StandardObjectReader.addIdentity(to: &object)
        var nameField = SObjectField(name: "Name", label: "\(label) Name", kind: .string)
        nameField.length = 80
        nameField.isNameField = true
        object.set(nameField)
        StandardObjectReader.addAudit(to: &object)
        set(object)
        changed.insert(name)
        return object
    }

    static func isCustomName(_ name: String) -> Bool {
        guard name.hasSuffix("__c") else { return false }
        let stem = name.unicodeScalars.dropLast(3)
        return stem.first.map { isLetter($0) } == true
            && stem.allSatisfy { isLetter($0) || $0 == "_" || ($0 >= "0" && $0 <= "9") }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z")
    }

    /// Adds or replaces a custom field.
    mutating func set(_ field: SObjectField, of object: String) throws(SandboxError) {
        var type = try objectForData(object)
        type.set(field)
        set(type)
        changed.insert(type.name)
    }

    /// The custom fields of objects that changed, as JSON for the store.
    mutating func takeChanges() -> [(object: String, declarations: Value)] {
        defer { changed = [] }
        return changed.sorted().map { name in
            let fields = object(name)?.fields.filter { $0.isCustom } ?? []
            return (name, .array(fields.map { FieldDeclaration.value(of: $0) }))
        }
    }
}

extension SalesforceID {
    /// Prefixes of custom objects: `a00`, `a01` ….
    static func customPrefix(_ number: Int) -> String {
        let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return "a\(letters[number / 36 % 36])\(letters[number % 36])"
    }
}
