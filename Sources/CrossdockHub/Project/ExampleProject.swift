public import CrossdockDiagnostics
internal import CrossdockCore
internal import Glibc

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
            try ProjectFile.write(file.content, to: directory + "/" + file.path, replacing: replacing)
        }
    }
}

/// Writes whole files or none.
enum ProjectFile {
    static func write(_ content: [UInt8], to path: String, replacing: Bool) throws(DiagnosticsError) {
        if !replacing, access(path, F_OK) == 0 {
            throw refusal(path, "it is there already")
        }
        try makeDirectory(of: path)
        let temporary = path + ".part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw refusal(path, String(cString: strerror(errno))) }
        let isWritten = content.withUnsafeBytes { bytes -> Bool in
            var rest = bytes
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(descriptor, start, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return true
        }
        let reason = String(cString: strerror(errno))
        guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw refusal(path, reason)
        }
    }

    static func makeDirectory(of path: String) throws(DiagnosticsError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/").dropLast() {
            prefix += prefix.isEmpty || prefix.hasSuffix("/") ? String(part) : "/\(part)"
            if mkdir(prefix, 0o755) != 0, errno != EEXIST {
                throw refusal(prefix, String(cString: strerror(errno)))
            }
        }
    }

    private static func refusal(_ path: String, _ reason: String) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(.unwritableFile, "\(path) cannot be written: \(reason)"))
    }
}
