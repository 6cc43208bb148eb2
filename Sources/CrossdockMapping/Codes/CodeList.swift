/// A published list of codes.
public enum CodeList: String, Sendable, CaseIterable {
    case countryAlpha2 = "iso3166-1-alpha2"
    case countryAlpha3 = "iso3166-1-alpha3"
    case countryNumeric = "iso3166-1-numeric"
    case subdivision = "iso3166-2"
    case language = "iso639-1"
    case currency = "iso4217-alpha"
    case currencyNumeric = "iso4217-numeric"
    case sapLanguage = "sap-spras"
    case sapUnit = "sap-unit"
    case unUnit = "un-unit"

    private enum Subject {
        case country, language, currency, unit
    }

    private var subject: Subject {
        switch self {
        case .countryAlpha2, .countryAlpha3, .countryNumeric, .subdivision: .country
        case .language, .sapLanguage: .language
        case .currency, .currencyNumeric: .currency
        case .sapUnit, .unUnit: .unit
        }
    }

    /// Whether members of one list stand for members of the other.
    static func areConnected(_ from: CodeList, _ to: CodeList) -> Bool {
        // A country is no subdivision, but a subdivision lies in a country.
        from.subject == to.subject && (to != .subdivision || from == .subdivision)
    }
}
