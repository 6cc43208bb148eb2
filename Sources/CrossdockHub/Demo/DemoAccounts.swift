internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics

/// The customers of the telco table as Salesforce accounts.
///
/// Attributes are the table's; names and addresses, which it lacks, are made up from the row's number,
/// the same on every machine.
///
/// - Source: IBM, "telco-customer-churn" sample data, Apache-2.0 (`Fixtures/telco`).
struct DemoAccounts: Sendable {
    /// One account without `Id` per row, as JSON objects in the order of the table.
    let accounts: [ValueObject]
    /// The label of each row: whether the customer left.
    let churned: [Bool]

    /// - Parameter csv: The table with its heading row; no cell is quoted.
    /// - Throws: ``DiagnosticsError`` for a table of another shape.
    init(csv: [UInt8]) throws {
        var lines = csv.split(separator: UInt8(ascii: "\n")).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
        guard !lines.isEmpty else { throw Self.refusal("it is empty") }
        let heading = Self.cells(lines.removeFirst())
        guard heading == TelcoColumn.allCases.map(\.rawValue) else {
            throw Self.refusal("its columns are \(heading)")
        }
        var accounts: [ValueObject] = []
        var churned: [Bool] = []
        accounts.reserveCapacity(lines.count)
        for (number, line) in lines.enumerated() {
            let cells = Self.cells(line)
            guard cells.count == heading.count else {
                throw Self.refusal("line \(number + 2) has \(cells.count) cells")
            }
            accounts.append(Self.account(number, cells))
            churned.append(cells[TelcoColumn.churn.position] == "Yes")
        }
        self.accounts = accounts
        self.churned = churned
    }

    /// The accounts as JSON lines, for seeding a sandbox.
    var jsonLines: [UInt8] {
        var output: [UInt8] = []
        for account in accounts {
            Value.object(account).writeJSON(to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// The accounts with their label `Churned__c`, as JSON lines, for training.
    var labelledJSONLines: [UInt8] {
        var output: [UInt8] = []
        for (account, left) in zip(accounts, churned) {
            var row = account
            row["Churned__c"] = .string(left ? "Yes" : "No")
            Value.object(row).writeJSON(to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// What the sandbox must know of the custom fields.
    static var fieldDeclarations: [UInt8] {
        let texts = TelcoColumn.allCases.compactMap(\.field).filter { $0.kind == .text }
        var fields: [Value] = texts.map { field in
            .object(["name": .string(field.name), "type": "string", "length": 80])
        }
        for field in TelcoColumn.allCases.compactMap(\.field) where field.kind != .text {
            let type = field.kind == .flag ? "boolean" : "double"
            fields.append(.object(["name": .string(field.name), "type": .string(type)]))
        }
        fields.append(
            .object([
                "name": "CustomerNumber__c", "type": "string", "length": 20, "externalId": true,
                "unique": true,
            ]))
        fields.append(.object(["name": "CustomerSince__c", "type": "date"]))
        fields.append(.object(["name": "ChurnProbability__c", "type": "double"]))
        return Value.array(fields).json
    }

    private static func refusal(_ reason: String) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(.unreadableFile, "the telco table cannot be used: \(reason)"))
    }

    private static func cells(_ line: ArraySlice<UInt8>) -> [String] {
        line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private static func account(_ number: Int, _ cells: [String]) -> ValueObject {
        var account = ValueObject()
        let place = DemoPlaces.all[number * 7 % DemoPlaces.all.count]
        account["Name"] = .string(DemoNames.company(number))
        account["CustomerNumber__c"] = .string(cells[0])
        account["Type"] = .string(number % 9 == 0 ? "Customer - Channel" : "Customer - Direct")
        account["BillingStreet"] = .string(DemoNames.street(number))
        account["BillingPostalCode"] = .string(place.postalCode(number))
        account["BillingCity"] = .string(place.city)
        account["BillingCountry"] = .string(place.country)
        account["Phone"] = .string(place.phone(number))
        for column in TelcoColumn.allCases {
            guard let field = column.field else { continue }
            account[field.name] = field.value(of: cells[column.position])
        }
        account["CustomerSince__c"] = .string(since(months: cells[TelcoColumn.tenure.position]))
        return account
    }

    /// The first of the month that many months before 2026-01-01.
    private static func since(months: String) -> String {
        let month = 2_026 * 12 - (Int(months) ?? 0)
        let (year, ofYear) = (month / 12, month % 12 + 1)
        return "\(year)-\(ofYear < 10 ? "0" : "")\(ofYear)-01"
    }
}

extension Value {
    fileprivate static func object(_ members: KeyValuePairs<String, Value>) -> Value {
        .object(ValueObject(members.map { ($0.key, $0.value) }))
    }
}
