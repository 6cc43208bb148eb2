import CrossdockCrypto
import CrossdockData

@testable import CrossdockSandbox

/// A Salesforce org without sockets, and somebody who is logged in.
final class SalesforceFixture {
    let host: SystemHost
    private let home: String
    private(set) var token = ""

    init(rows: String? = nil, fields: String? = nil) throws {
        home = try Files.makeTemporaryFolder()
        host = try SystemHost(SalesforceSystem.self, home: home, data: nil)
        if let fields {
            try host.withSystem { try $0.declareFields(Array(fields.utf8), of: "Account") }
        }
        if let rows { _ = try host.withSystem { try $0.load(Array(rows.utf8), into: "Account") } }
        try logIn()
    }

    deinit { Files.removeFolder(home) }

    struct Answer {
        let status: Int
        let headers: HeaderFields
        let bytes: [UInt8]
        var json: Value { (try? Value(json: bytes)) ?? .null }
        /// The code of the first error, in either shape.
        var code: String? { json[0]?["errorCode"]?.string ?? json["error"]?.string }
        var message: String {
            json[0]?["message"]?.string ?? json["error_description"]?.string ?? ""
        }
    }

    var access: ValueObject { host.withSystem { $0.access(http: "http://sandbox") } }

    func secret(_ key: String) -> String { access[key]?.string ?? "" }

    func logIn() throws {
        let form =
            "grant_type=client_credentials&client_id=\(secret("clientId"))"
            + "&client_secret=\(secret("clientSecret"))"
        token = post("/services/oauth2/token", form: form).json["access_token"]?.string ?? ""
    }

    /// A request below `/services/data/v59.0` with the session's token.
    @discardableResult
    func call(
        _ method: String, _ path: String, _ body: String = "", version: String = "v59.0",
        headers: [String: String] = [:]
    ) -> Answer {
        var headers = headers
        headers["Authorization"] = "Bearer \(token)"
        if !body.isEmpty, headers["Content-Type"] == nil {
            headers["Content-Type"] = "application/json"
        }
        return send(method, "/services/data/\(version)\(path)", body, headers)
    }

    func query(_ text: String, all: Bool = false, headers: [String: String] = [:]) -> Answer {
        call("GET", "/\(all ? "queryAll" : "query")?q=\(URLText.encode(text))", headers: headers)
    }

    /// One field of all rows of a query.
    func values(_ field: String, _ text: String) -> [Value] {
        query(text).json["records"]?.array?.map { $0[field] ?? .null } ?? []
    }

    func post(_ path: String, form: String, headers: [String: String] = [:]) -> Answer {
        var headers = headers
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return send("POST", path, form, headers)
    }

    func send(
        _ method: String, _ target: String, _ body: String, _ headers: [String: String]
    ) -> Answer {
        let parts = target.split(separator: "?", maxSplits: 1)
        let path = String(parts[0])
        let query = parts.count > 1 ? String(parts[1]) : ""
        var fields = HeaderFields()
        fields["Host"] = headers["Host"] ?? "sandbox"
        for (name, value) in headers where name != "Host" { fields[name] = value }
        let request = SandboxRequest(
            method: method, rawPath: path, rawQuery: query,
            segments: path.split(separator: "/").map { URLText.decode($0) },
            query: URLText.parameters(query), headers: fields, body: Array(body.utf8),
            origin: "http://\(fields["Host"] ?? "")")
        switch host.execute(host.admit(request)) {
        case .answer(let response, _), .half(let response, _):
            return Answer(
                status: response.status, headers: response.headers, bytes: response.body)
        case .cut: return Answer(status: 0, headers: HeaderFields(), bytes: [])
        }
    }

    func setFaults(_ json: String) throws {
        host.faults.replace(
            with: try Fault.list(Array(json.utf8), rules: host.rules.map(\.name)))
    }

    func load(_ rows: String, into object: String = "Account") throws {
        _ = try host.withSystem { try $0.load(Array(rows.utf8), into: object) }
    }

    /// Creates a record and returns its id.
    func create(_ object: String, _ body: String) -> String {
        call("POST", "/sobjects/\(object)", body).json["id"]?.string ?? ""
    }

    /// `op object externalId` of all effects.
    var effects: [String] {
        host.journal.effects.map {
            "\($0.operation.rawValue) \($0.object)" + ($0.externalId.map { " \($0)" } ?? "")
        }
    }
}
