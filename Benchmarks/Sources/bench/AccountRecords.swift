internal import CrossdockMapping

/// Accounts of about 1 KiB, as Salesforce gives them, and the mapping that they go through.
///
/// `reference_map` does by hand what ``mapping`` says; the two are compared before they are measured.
enum AccountRecords {
    static func record(_ number: Int) -> [UInt8] {
        let id = "001Dn00000Ax\(100_000 + number)"
        return Array(
            """
            {"attributes":{"type":"Account","url":"/services/data/v60.0/sobjects/Account/\(id)"},\
            "Id":"\(id)QAA","Name":"Nordwind \\"Import-Export\\" Handelsgesellschaft \(number)",\
            "CustomerNumber__c":"\(1_000 + number % 9_000)-QXWKL","Type":"Customer - Direct",\
            "BillingStreet":"Hauptstrasse \(1 + number % 99)",\
            "BillingPostalCode":"10\(100 + number % 900)","BillingCity":" Berlin",\
            "BillingState":"Berlin","BillingCountry":"\(countries[number % countries.count])",\
            "Phone":"+49 30 1234\(number)","Website":"https://www.example.com/\(number)",\
            "Industry":"Telecommunications","CreatedDate":"2026-03-29T00:30:00.000+0000",\
            "AnnualRevenue":\(number * 10).25,"CustomerSince__c":"2019-05-\(10 + number % 20)",\
            "Gender__c":"Female","SeniorCitizen__c":false,"Partner__c":"Yes",\
            "TenureMonths__c":\(number % 72),"Contract__c":"Month-to-month",\
            "PaymentMethod__c":"Electronic check","MonthlyCharges__c":29.85,\
            "TotalCharges__c":29.85,"Description":"Calls on the first Monday of every month, asks \
            for the accounts of the branch office in Hamburg",\
            "SystemModstamp":"2026-03-29T00:30:00.000+0000","IsDeleted":false,\
            "Owner":{"Name":"Ada King","Email":"Ada.King@Example.com"}}
            """.utf8)
    }

    private static let countries = ["Germany", "Austria", "Switzerland", "France"]

    static func records(_ count: Int) -> [[UInt8]] { (0..<count).map(record) }

    /// Records as lines.
    static func lines(_ records: [[UInt8]], times: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<times {
            for record in records {
                bytes += record
                bytes.append(UInt8(ascii: "\n"))
            }
        }
        return bytes
    }

    static let mapping = """
        mapping: account
        left: {system: salesforce, object: Account}
        right: {system: sap, object: A_BusinessPartner}
        defaults: {direction: to-right}
        fields:
          - {right: Category, const: "2"}
          - {left: Name, right: Name}
          - {left: CustomerNumber__c, right: Ext}
          - {left: Type, right: Type}
          - {left: BillingStreet, right: Address.Street}
          - {left: BillingPostalCode, right: Address.Zip}
          - {left: BillingCity, right: Address.City, clean: [trim]}
          - {left: BillingState, right: Address.Region}
          - {left: BillingCountry, right: Address.Country, lookup: country}
          - {left: Phone, right: Phone}
          - {left: Website, right: Url}
          - {left: Industry, right: Industry}
          - {left: CreatedDate, right: Since, as: {date: yyyyMMdd}}
          - {left: AnnualRevenue, right: Revenue, as: {decimal: "15,2"}}
          - {left: Gender__c, right: Gender}
          - {left: Partner__c, right: Partner}
          - {left: TenureMonths__c, right: Tenure}
          - {left: Contract__c, right: Contract}
          - {left: MonthlyCharges__c, right: Monthly, as: {decimal: "9,2"}}
          - {left: Owner.Email, right: Owner, clean: [lower]}
        """

    static func loadedMapping() throws -> Mapping {
        let countries = "left,right\nGermany,DE\nAustria,AT\nSwitzerland,CH\nFrance,FR\n"
        return try Mapping.load(
            mapping, path: "account.yaml", tables: TablesInMemory(["country": countries]))
    }
}
