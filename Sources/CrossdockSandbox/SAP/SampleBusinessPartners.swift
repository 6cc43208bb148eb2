internal import CrossdockData

extension SAPSystem {
    /// Makes organizations with an address each; the same ones for the same number.
    func generate(_ count: Int) throws {
        guard let service = catalog["API_BUSINESS_PARTNER"],
            let set = service.entitySet("A_BusinessPartner")
        else { return }
        let author = EntityWriter.Author(
            user: SAPIdentity.seedUser, time: services.clock.now, isSeed: true)
        let entities = EntityReader(service, services.store)
        let writer = EntityWriter(entities: entities, rules: rules, author: author)
        for number in 1...max(1, count) {
            do {
                let body = try JSONDocument(SamplePartner(number).json)
                _ = try writer.create(body.root, in: set)
            } catch let error as ODataError {
                throw SandboxError(.sandboxSeed, "sample record \(number): \(error.message)")
            }
            // A transaction looks at all it has changed; small ones keep that short.
            if number % 100 == 0 { try entities.commit(request: nil) }
        }
        try entities.commit(request: nil)
    }
}

/// An invented organization.
private struct SamplePartner {
    let json: [UInt8]

    private static let names = [
        "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gingko", "Hazel", "Ivy", "Juniper",
    ]
    private static let trades = [
        "Bolts", "Cables", "Dyes", "Engines", "Fabrics", "Glass", "Hinges",
    ]
    private static let places = [
        ("Berlin", "10115", "DE"), ("Lyon", "69001", "FR"), ("Leeds", "LS1 4DY", "GB"),
        ("Boston", "02108", "US"), ("Turin", "10121", "IT"), ("Ghent", "9000", "BE"),
        ("Osaka", "530-0001", "JP"), ("Lima", "15001", "PE"),
    ]

    init(_ number: Int) {
        let name = Self.names[number % Self.names.count]
        let trade = Self.trades[number / Self.names.count % Self.trades.count]
        let (city, code, country) = Self.places[number % Self.places.count]
        var line = JSONLine()
        line.add("BusinessPartnerCategory", "2")
        line.add("OrganizationBPName1", "\(name) \(trade) \(number)")
        line.add("SearchTerm1", name.uppercased())
        line.add("BusinessPartnerIDByExtSystem", "SAMPLE-\(Timestamp.padded(Int64(number), 7))")
        var address = JSONLine()
        address.add("StreetName", "\(name) Street")
        address.add("HouseNumber", String(1 + number % 199))
        address.add("CityName", city)
        address.add("PostalCode", code)
        address.add("Country", country)
        line.add(
            "to_BusinessPartnerAddress",
            json: [UInt8(ascii: "[")] + address.object() + [UInt8(ascii: "]")])
        json = line.object()
    }
}
