internal import CrossdockData

/// Accounts made from a few word lists: the same ones for the same number.
enum SampleAccounts {
    private static let first = [
        "Alder", "Birch", "Cedar", "Dune", "Ember", "Fjord", "Granite", "Harbour", "Iris",
        "Juniper", "Kestrel", "Lark", "Meadow", "North", "Ochre", "Pine", "Quarry", "Ridge",
        "Stone", "Tarn",
    ]
    private static let second = [
        "Foods", "Logistics", "Machines", "Paper", "Optics", "Textiles", "Power", "Tools",
        "Chemicals", "Furniture", "Glass",
    ]
    private static let cities = [
        ("Berlin", "10115", "Germany"), ("Lyon", "69001", "France"),
        ("Porto", "4000-007", "Portugal"),
        ("Leeds", "LS1 1UR", "United Kingdom"), ("Austin", "78701", "United States"),
        ("Graz", "8010", "Austria"), ("Malmö", "211 15", "Sweden"),
    ]
    private static let industries = ["Manufacturing", "Retail", "Energy", "Technology", "Banking"]

    /// Far from the ids of seeds and clients, so that a second run finds its own accounts again.
    private static let firstNumber = 10_000_000

    /// JSON lines.
    static func lines(_ count: Int) -> [UInt8] {
        var output: [UInt8] = []
        for number in 1...max(1, count) where count > 0 {
            let city = cities[number % cities.count]
            var line = JSONLine()
            line.add("Id", SalesforceID.make(prefix: "001", number: firstNumber + number))
            line.add("Name", name(number))
            line.add("AccountNumber", "A-\(Timestamp.padded(Int64(number), 6))")
            line.add("BillingStreet", "\(number % 199 + 1) Mill Street")
            line.add("BillingCity", city.0)
            line.add("BillingPostalCode", city.1)
            line.add("BillingCountry", city.2)
            line.add("Phone", "+1 555 \(Timestamp.padded(Int64(number % 10_000_000), 7))")
            line.add("Industry", industries[number % industries.count])
            line.add("NumberOfEmployees", number * 37 % 5_000 + 1)
            line.add("AnnualRevenue", number * 7_919 % 90_000_000 + 10_000)
            output += line.object()
            output.append(0x0A)
        }
        return output
    }

    private static func name(_ number: Int) -> String {
        "\(first[number % first.count]) \(second[number % second.count]) \(number)"
    }
}
