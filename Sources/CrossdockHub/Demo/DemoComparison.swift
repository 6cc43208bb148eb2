internal import CrossdockData
internal import CrossdockMapping
internal import CrossdockModels

/// Recomputes every mapped field and every prediction from the source and compares it with the target.
struct DemoComparison {
    private let mapping: CompiledMapping
    private let model: LoadedModel
    /// Business partners by the customer number they carry.
    private var partners: [String: ValueObject] = [:]
    /// Their addresses by the partner's number.
    private var addresses: [String: [Value]] = [:]

    private(set) var compared = 0
    private(set) var equal = 0
    private(set) var differences: [String] = []

    /// - Parameters:
    ///   - partners: JSON lines of `A_BusinessPartner`.
    ///   - addresses: JSON lines of `A_BusinessPartnerAddress`.
    init(
        mapping: CompiledMapping, model: LoadedModel, partners: [UInt8], addresses: [UInt8]
    ) throws {
        self.mapping = mapping
        self.model = model
        for partner in try Self.objects(partners) {
            guard let number = partner["BusinessPartnerIDByExtSystem"]?.string else { continue }
            // A double is a difference: the second one has no account of its own.
            if self.partners.updateValue(partner, forKey: number) != nil {
                note("\(number) has more than one business partner")
            }
        }
        for address in try Self.objects(addresses) {
            guard let number = address["BusinessPartner"]?.string else { continue }
            self.addresses[number, default: []].append(.object(address))
        }
    }

    /// Compares all accounts.
    ///
    /// - Parameter accounts: JSON lines.
    mutating func compare(accounts: [UInt8]) throws {
        for line in accounts.split(separator: UInt8(ascii: "\n")) where !line.isEmpty {
            let account = try JSONDocument(Array(line)).root
            compared += 1
            if let difference = try difference(account) { note(difference) } else { equal += 1 }
        }
        let strays = partners.count - compared
        if strays > 0 { note("\(strays) business partners belong to no account") }
    }

    private mutating func note(_ difference: String) {
        if differences.count < 10 { differences.append(difference) }
    }

    private func difference(_ account: JSONNode) throws -> String? {
        let number = account["CustomerNumber__c"]?.string ?? "?"
        guard let partner = partners[number] else { return "\(number) has no business partner" }
        guard let expected = try Value(json: mapping.apply(account, quotesDecimals: true)).object
        else { return "\(number) maps to nothing" }
        for (field, value) in expected {
            let actual: Value?
            if field == "to_BusinessPartnerAddress" {
                actual = partner["BusinessPartner"]?.string.flatMap { addresses[$0] }.map {
                    .array($0)
                }
            } else {
                actual = partner[field]
            }
            if !Self.holds(value, actual) {
                return
                    "\(number): \(field) is \(actual?.jsonText ?? "absent"), not \(value.jsonText)"
            }
        }
        // Salesforce keeps as many digits as the field has: six behind the point.
        let prediction = try model.score(account).value["score"]?.number?.double
        let written = account["ChurnProbability__c"]?.number?.double
        guard let prediction, let written else { return "\(number) has no prediction" }
        return abs(written - prediction) <= 0.000_000_51
            ? nil : "\(number): the prediction is \(written), not \(prediction)"
    }

    /// Whether the target has what is expected, and perhaps more: SAP fills in fields of its own. A
    /// cleared field is empty there.
    private static func holds(_ expected: Value, _ actual: Value?) -> Bool {
        switch expected {
        case .null: actual == nil || actual == .some(.null) || actual?.string == ""
        case .object(let members):
            members.allSatisfy { name, value in holds(value, actual?.object?[name]) }
        case .array(let elements):
            elements.count == actual?.array?.count
                && zip(elements, actual?.array ?? []).allSatisfy { holds($0, $1) }
        default: actual == expected
        }
    }

    private static func objects(_ lines: [UInt8]) throws -> [ValueObject] {
        try lines.split(separator: UInt8(ascii: "\n")).compactMap {
            try Value(json: Array($0)).object
        }
    }
}
