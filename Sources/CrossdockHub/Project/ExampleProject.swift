/// The example project that ships in the binary: routes, mapping, tables and model of the main job.
///
/// The very files of the repository, embedded when the program is built.
public enum ExampleProject {
    /// Path within the project and content.
    static var files: [(path: String, content: [UInt8])] {
        [
            ("crossdock.yaml", PackageResources.crossdock_yaml),
            (
                "routes/accounts-from-salesforce.camel.yaml",
                PackageResources.accounts_from_salesforce_camel_yaml
            ),
            ("routes/accounts-to-sap.camel.yaml", PackageResources.accounts_to_sap_camel_yaml),
            (
                "mappings/account-to-business-partner.yaml",
                PackageResources.account_to_business_partner_yaml
            ),
            ("mappings/tables/country.csv", PackageResources.country_csv),
            ("models/churn/model.yaml", PackageResources.model_yaml),
            ("schemas/salesforce/Account.json", PackageResources.Account_json),
            ("schemas/sap/A_BusinessPartner.json", PackageResources.A_BusinessPartner_json),
        ]
    }

    /// Writes the project into a directory, with the telco customers as seed for the Salesforce sandbox
    /// (`seed/salesforce`) and as training data (`data/churn.jsonl`).
    ///
    /// - Parameter replacing: Whether files that are there are written anew.
    /// - Throws: ``DiagnosticsError`` for a directory that cannot be written or holds such a file.
    public static func write(to directory: String, replacing: Bool) throws {
        let accounts = try DemoAccounts(csv: DemoTable.csv())
        let data: [(path: String, content: [UInt8])] = [
            ("seed/salesforce/Account.jsonl", accounts.jsonLines),
            ("seed/salesforce/Account.fields.json", DemoAccounts.fieldDeclarations),
            ("data/churn.jsonl", accounts.labelledJSONLines),
        ]
        for file in files + data {
            try ProjectFile.write(
                file.content, to: directory + "/" + file.path, replacing: replacing)
        }
    }
}
