internal import CrossdockData

/// The columns of the telco table, in order, and the account fields they become.
enum TelcoColumn: String, CaseIterable {
    case customerID, gender
    case seniorCitizen = "SeniorCitizen"
    case partner = "Partner"
    case dependents = "Dependents"
    case tenure
    case phoneService = "PhoneService"
    case multipleLines = "MultipleLines"
    case internetService = "InternetService"
    case onlineSecurity = "OnlineSecurity"
    case onlineBackup = "OnlineBackup"
    case deviceProtection = "DeviceProtection"
    case techSupport = "TechSupport"
    case streamingTV = "StreamingTV"
    case streamingMovies = "StreamingMovies"
    case contract = "Contract"
    case paperlessBilling = "PaperlessBilling"
    case paymentMethod = "PaymentMethod"
    case monthlyCharges = "MonthlyCharges"
    case totalCharges = "TotalCharges"
    case churn = "Churn"

    enum Kind { case text, flag, number }

    struct Field {
        let name: String
        let kind: Kind

        /// A cell as the field's value; a blank number is null.
        func value(of cell: String) -> Value {
            switch kind {
            case .text: .string(cell)
            case .flag: .bool(cell == "Yes" || cell == "1")
            case .number: JSONNumber(cell).map { .number($0) } ?? .null
            }
        }
    }

    var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Nil for the key and the label.
    var field: Field? {
        switch self {
        case .customerID, .churn: nil
        case .gender: Field(name: "Gender__c", kind: .text)
        case .tenure: Field(name: "TenureMonths__c", kind: .number)
        case .monthlyCharges, .totalCharges: Field(name: rawValue + "__c", kind: .number)
        case .seniorCitizen, .partner, .dependents, .phoneService, .paperlessBilling:
            Field(name: rawValue + "__c", kind: .flag)
        default: Field(name: rawValue + "__c", kind: .text)
        }
    }
}
