/// Made-up names and addresses, the same for the same number.
enum DemoNames {
    private static let families = [
        "Keller", "Baumann", "Lindqvist", "Moreau", "Rossi", "Novak", "Janssen", "Fischer",
        "Okafor", "Haddad", "Silva", "Kowalski", "Murphy", "Tanaka", "Bergström", "Müller",
        "García", "O'Neill", "Petrov", "Şahin", "Nguyen", "Weiß", "Dubois", "Andersen",
    ]
    private static let trades = [
        "Metallbau", "Logistics", "Optik", "Foods", "Instruments", "Papier", "Textiles", "Energy",
        "Pharma", "Werkzeuge", "Ceramics", "Software", "Marine Supplies", "Import-Export",
        "Medical Devices", "Precision Engineering and Automation Systems",
    ]
    private static let forms = [
        "GmbH", "AG", "Ltd", "SA", "S.p.A.", "BV", "Inc.", "& Co. KG", "AB",
    ]
    private static let streets = [
        "Hauptstraße", "Church Road", "Rue de la Gare", "Via Roma", "Bahnhofstrasse", "Mill Lane",
        "Kastanienallee", "Industriepark Nord",
    ]

    static func company(_ number: Int) -> String {
        let family = families[number % families.count]
        let trade = trades[number / families.count % trades.count]
        let form = forms[number / 5 % forms.count]
        return "\(family) \(trade) \(form)"
    }

    static func street(_ number: Int) -> String {
        "\(streets[number / 3 % streets.count]) \(number % 187 + 1)"
    }
}

/// Places with the spelling a CRM user would choose for the country.
struct DemoPlaces: Sendable {
    let city: String
    let country: String
    let prefix: String
    let codeBase: Int
    let dial: String

    static let all: [DemoPlaces] = [
        DemoPlaces(
            city: "Berlin", country: "Germany", prefix: "", codeBase: 10_115, dial: "+49 30"),
        DemoPlaces(
            city: "München", country: "Germany", prefix: "", codeBase: 80_331, dial: "+49 89"),
        DemoPlaces(city: "Wien", country: "Austria", prefix: "", codeBase: 1_010, dial: "+43 1"),
        DemoPlaces(
            city: "Zürich", country: "Switzerland", prefix: "", codeBase: 8_001, dial: "+41 44"),
        DemoPlaces(city: "Lyon", country: "France", prefix: "", codeBase: 69_001, dial: "+33 4"),
        DemoPlaces(city: "Milano", country: "Italy", prefix: "", codeBase: 20_121, dial: "+39 02"),
        DemoPlaces(
            city: "Utrecht", country: "Netherlands", prefix: "", codeBase: 3_511, dial: "+31 30"),
        DemoPlaces(
            city: "Göteborg", country: "Sweden", prefix: "", codeBase: 41_103, dial: "+46 31"),
        DemoPlaces(
            city: "Leeds", country: "United Kingdom", prefix: "LS", codeBase: 1, dial: "+44 113"),
        DemoPlaces(
            city: "Austin", country: "United States", prefix: "", codeBase: 73_301, dial: "+1 512"),
        DemoPlaces(city: "Toronto", country: "Canada", prefix: "M", codeBase: 4, dial: "+1 416"),
    ]

    func postalCode(_ number: Int) -> String { prefix + String(codeBase + number % 40) }

    func phone(_ number: Int) -> String { "\(dial) \(100_000 + number * 7_919 % 899_999)" }
}
