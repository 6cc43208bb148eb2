internal import CrossdockData

/// What an S/4HANA system does on its own when objects are written: numbers, names, dates, roles.
///
/// - Threads: confined to the lock of its system.
final class BusinessRules {
    let numbers: NumberRanges

    init(_ numbers: NumberRanges) { self.numbers = numbers }

    // MARK: Creation

    /// Fills in what a new entity has beside what was given, and refuses what cannot be.
    ///
    /// - Parameter children: Navigations for which the body holds entities.
    func complete(
        _ draft: inout EntityDraft, in set: EdmEntitySet, _ children: [String],
        _ author: EntityWriter.Author, _ entities: EntityReader
    ) throws(ODataError) {
        if !author.isSeed { try checkOwner(of: draft, in: set, entities) }
        switch set.name {
        case "A_BusinessPartner": try completePartner(&draft, children, author)
        case "A_Customer": name(customer: &draft, entities)
        case "A_BusinessPartnerAddress": completeAddress(&draft, author, entities)
        case "A_BusinessPartnerContact":
            number(&draft, "RelationshipNumber", .relationship)
        case "A_SalesOrder": try completeOrder(&draft, author)
        default: break
        }
        completeKey(&draft, in: set, author, entities)
        for property in set.type.keyProperties where !property.isNullable {
            guard !draft.isSet(property.name), !Self.mayBeEmpty.contains(property.name) else {
                continue
            }
            throw .value(property.name, "is mandatory")
        }
        record(&draft, "CreatedByUser", author.user, "CreationDate", "CreationTime", author)
        stamp(&draft, version: author.time, author)
    }

    /// Objects that others belong to, by the key property that names them.
    private static let owners = [
        "BusinessPartner": "A_BusinessPartner", "SalesOrder": "A_SalesOrder",
        "Customer": "A_Customer",
        "Supplier": "A_Supplier",
    ]

    private func checkOwner(
        of draft: EntityDraft, in set: EdmEntitySet, _ entities: EntityReader
    ) throws(ODataError) {
        guard set.type.keys.count > 1 else { return }
        for property in set.type.keyProperties where draft.isSet(property.name) {
            guard let owner = Self.owners[property.name].flatMap({ entities.service.entitySet($0) })
            else { continue }
            let number = draft.text(property.name)
            let key = EntityKey(text: EntityKey.literal(.string(number), .string))
            guard entities.record(key, in: owner) != nil else {
                throw ODataError(
                    400, "R11/102",
                    "\(owner.type.name.dropFirst(2).dropLast(4)) \(number) does not exist",
                    property: property.name)
            }
        }
    }

    private func name(customer draft: inout EntityDraft, _ entities: EntityReader) {
        guard let partners = entities.service.entitySet("A_BusinessPartner") else { return }
        let key = EntityKey(text: EntityKey.literal(.string(draft.text("Customer")), .string))
        guard let partner = entities.row(key, in: partners) else { return }
        let name = partner.text("BusinessPartnerFullName")
        draft.set("CustomerName", String(name.prefix(80)))
        draft.set("CustomerFullName", name)
    }

    /// Key properties whose initial value is a value.
    private static let mayBeEmpty: Set<String> = [
        "Person", "IsDefaultURLAddress", "SupplierSubrange", "Plant", "PartnerCounter",
        "PricingProcedureCounter",
    ]

    /// Sets who did it and when, unless a load brought its own.
    private func record(
        _ draft: inout EntityDraft, _ userName: String, _ user: String, _ date: String,
        _ time: String, _ author: EntityWriter.Author
    ) {
        if !(author.isSeed && draft.isSet(userName)) { draft.set(userName, user) }
        guard !(author.isSeed && draft.isSet(date)) else { return }
        let (days, millis) = Timestamp.split(author.time)
        draft.set(date, instant: days * Timestamp.millisPerDay)
        draft.set(time, EdmTime.time(millis))
    }

    private func completePartner(
        _ draft: inout EntityDraft, _ children: [String], _ author: EntityWriter.Author
    ) throws(ODataError) {
        if !author.isSeed { try checkPartner(draft) }
        number(&draft, "BusinessPartner", .businessPartner)
        let partner = draft.text("BusinessPartner")
        if children.contains("to_Customer") { draft.set("Customer", partner) }
        if children.contains("to_Supplier") { draft.set("Supplier", partner) }
        if !draft.isSet("BusinessPartnerUUID") {
            draft.set("BusinessPartnerUUID", StableUUID.make(from: "partner \(partner)"))
        }
        Self.name(&draft)
    }

    private func checkPartner(_ draft: EntityDraft) throws(ODataError) {
        let category = draft.text("BusinessPartnerCategory")
        let name: String
        switch category {
        case "1": name = "LastName"
        case "2": name = "OrganizationBPName1"
        case "3": name = "GroupBusinessPartnerName1"
        case "":
            throw ODataError(
                400, "R11/130", "Specify a business partner category",
                property: "BusinessPartnerCategory")
        default:
            throw ODataError(
                400, "R11/131", "Business partner category \(category) does not exist",
                property: "BusinessPartnerCategory")
        }
        guard draft.isSet(name) else {
            throw ODataError(400, "R11/132", "Enter a name (\(name))", property: name)
        }
    }

    /// The full name follows from the name's parts.
    private static func name(_ draft: inout EntityDraft) {
        let parts: [String] =
            switch draft.text("BusinessPartnerCategory") {
            case "1": ["FirstName", "LastName"]
            case "3": ["GroupBusinessPartnerName1", "GroupBusinessPartnerName2"]
            default: ["OrganizationBPName1", "OrganizationBPName2"]
            }
        let full = parts.map { draft.text($0) }.filter { !$0.isEmpty }.joined(separator: " ")
        let fitting = String(String.UnicodeScalarView(full.unicodeScalars.prefix(81)))
        draft.set("BusinessPartnerFullName", fitting)
        draft.set("BusinessPartnerName", fitting)
    }

    private func completeAddress(
        _ draft: inout EntityDraft, _ author: EntityWriter.Author, _ entities: EntityReader
    ) {
        number(&draft, "AddressID", .address)
        if !draft.isSet("AddressUUID") {
            draft.set("AddressUUID", StableUUID.make(from: "address \(draft.text("AddressID"))"))
        }
        if !draft.isSet("ValidityStartDate") {
            draft.set(
                "ValidityStartDate",
                instant: Timestamp.floor(author.time, to: Timestamp.millisPerDay))
        }
        if !draft.isSet("ValidityEndDate") { draft.set("ValidityEndDate", instant: Self.endOfTime) }
        guard let set = entities.service.entitySet("A_BusinessPartner") else { return }
        let key = EntityKey(
            text: EntityKey.literal(.string(draft.text("BusinessPartner")), .string))
        if let partner = entities.row(key, in: set) {
            draft.set("FullName", String(partner.text("BusinessPartnerFullName").prefix(80)))
        }
    }

    /// 9999-12-31. Unit: milliseconds since 1970.
    static let endOfTime: Int64 = 253_402_214_400_000

    private func completeOrder(
        _ draft: inout EntityDraft, _ author: EntityWriter.Author
    ) throws(ODataError) {
        number(&draft, "SalesOrder", .salesOrder)
        guard !author.isSeed else { return }
        for property in [
            "SalesOrderType", "SalesOrganization", "DistributionChannel", "OrganizationDivision",
            "SoldToParty",
        ] where !draft.isSet(property) {
            throw ODataError(400, "V1/055", "Enter \(property)", property: property)
        }
        if !draft.isSet("SalesOrderDate") {
            draft.set(
                "SalesOrderDate", instant: Timestamp.floor(author.time, to: Timestamp.millisPerDay))
        }
    }

    // MARK: Change

    func complete(
        change draft: inout EntityDraft, from before: EntityDraft, in set: EdmEntitySet,
        _ author: EntityWriter.Author
    ) throws(ODataError) {
        guard set.name == "A_BusinessPartner" else { return }
        if !author.isSeed {
            let category = "BusinessPartnerCategory"
            guard draft.text(category) == before.text(category) else {
                throw .value(category, "cannot be changed")
            }
            try checkPartner(draft)
        }
        Self.name(&draft)
    }

    /// Forgets who changed an entity last and when, so that a load can say so itself.
    func clearStamp(_ draft: inout EntityDraft) {
        for property in ["LastChangedByUser", "LastChangeDate", "LastChangeTime"] {
            draft.set(property, "")
        }
    }

    /// Sets who changed an entity last, when, and its version.
    func stamp(_ draft: inout EntityDraft, version: Int64, _ author: EntityWriter.Author) {
        record(&draft, "LastChangedByUser", author.user, "LastChangeDate", "LastChangeTime", author)
        if draft.type.position(of: "LastChangeDateTime") != nil {
            draft.set("LastChangeDateTime", instant: version)
        }
        draft.set("ETag", EntityVersion.digits(version))
    }

    /// A business partner is changed when something that belongs to it is.
    func touch(ownerOf draft: EntityDraft, in set: EdmEntitySet, _ writer: EntityWriter) {
        guard !writer.author.isSeed, set.name != "A_BusinessPartner",
            draft.isSet("BusinessPartner"),
            let owners = writer.entities.service.entitySet("A_BusinessPartner")
        else { return }
        let key = EntityKey(
            text: EntityKey.literal(.string(draft.text("BusinessPartner")), .string))
        guard let owner = writer.entities.row(key, in: owners) else { return }
        var changed = EntityDraft(owner)
        record(
            &changed, "LastChangedByUser", writer.author.user, "LastChangeDate", "LastChangeTime",
            writer.author)
        var record = owner.record
        record.modified = writer.author.time
        record.modifiedBy = writer.author.user
        record.fields = changed.fields
        writer.entities.put(record, in: owners.name)
    }

    // MARK: Consequences

    /// Does what follows from a creation: a customer's role makes a customer.
    func follow(
        creationOf row: EntityRow, in set: EdmEntitySet, _ writer: EntityWriter
    ) throws(ODataError) {
        guard set.name == "A_BusinessPartnerRole" else { return }
        switch row.text("BusinessPartnerRole") {
        case "FLCU00", "FLCU01": try extend(row.text("BusinessPartner"), "Customer", writer)
        case "FLVN00", "FLVN01": try extend(row.text("BusinessPartner"), "Supplier", writer)
        default: break
        }
    }

    private func extend(
        _ partner: String, _ what: String, _ writer: EntityWriter
    ) throws(ODataError) {
        let service = writer.entities.service
        guard let owners = service.entitySet("A_BusinessPartner"),
            let targets = service.entitySet("A_\(what)")
        else { return }
        let key = EntityKey(text: EntityKey.literal(.string(partner), .string))
        guard let owner = writer.entities.row(key, in: owners), owner.text(what).isEmpty else {
            return
        }
        var changed = EntityDraft(owner)
        changed.set(what, partner)
        var record = owner.record
        record.fields = changed.fields
        writer.entities.put(record, in: owners.name)
        guard writer.entities.record(key, in: targets) == nil,
            let body = try? JSONDocument(Array("{}".utf8))
        else { return }
        _ = try writer.create(
            body.root, in: targets, given: [(what, EdmCodec.quoted(partner))], isNested: true)
    }
}
