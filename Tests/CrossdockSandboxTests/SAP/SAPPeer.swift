import CrossdockData
import Glibc

@testable import CrossdockSandbox

/// A client of a SAP sandbox without sockets between them.
final class SAPPeer {
    let host: SystemHost
    private let password: String
    private var token: String?
    private var cookie: String?

    static let partners = "/sap/opu/odata/sap/API_BUSINESS_PARTNER"
    static let orders = "/sap/opu/odata/sap/API_SALES_ORDER_SRV"

    init(data: String? = nil) throws {
        let home = try Files.makeTemporaryFolder()
        defer { Files.removeFolder(home) }
        host = try SystemHost(SAPSystem.self, home: home, data: data)
        password = host.withSystem { $0.access(http: "")["password"]?.string ?? "" }
        fetchToken()
    }

    /// Logs in and gets a CSRF token, as clients do first.
    func fetchToken() {
        let response = send("HEAD", Self.partners + "/", headers: ["X-CSRF-Token": "Fetch"])
        token = response.headers["X-CSRF-Token"]
        cookie = response.headers.values("Set-Cookie").first?.split(separator: ";").first
            .map { String($0) }
    }

    /// Sends a request as it would come from the wire.
    ///
    /// - Parameter headers: Replace what is sent otherwise; empty values leave the header out.
    func send(
        _ method: String, _ target: String, _ body: String = "", headers: HeaderFields = [:]
    ) -> SandboxResponse {
        var fields: HeaderFields = [
            "Host": "sap.example:8443", "Accept": "application/json",
            "Authorization": "Basic " + base64("crossdock:\(password)"),
        ]
        if !body.isEmpty { fields["Content-Type"] = "application/json" }
        if let cookie { fields["Cookie"] = cookie }
        if let token { fields["X-CSRF-Token"] = token }
        for (name, value) in headers { fields[name] = value.isEmpty ? nil : value }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? String(parts[1]) : ""
        let request = SandboxRequest(
            method: method, rawPath: String(parts[0]), rawQuery: query,
            segments: parts[0].split(separator: "/").map { URLText.decode($0) },
            query: URLText.parameters(query), headers: fields, body: Array(body.utf8),
            origin: "https://sap.example:8443")
        switch host.execute(host.admit(request)) {
        case .answer(let response, _), .half(let response, _): return response
        case .cut: return SandboxResponse(status: 0)
        }
    }

    func get(_ target: String, headers: HeaderFields = [:]) -> SandboxResponse {
        send("GET", Self.partners + target, headers: headers)
    }

    /// The texts of a property of all entities that a request finds, or the status in place of them.
    func column(_ property: String, _ target: String, service: String = partners) -> [String] {
        let response = send("GET", service + target)
        guard response.status == 200 else { return ["status \(response.status)"] }
        return response.json["d"]?["results"]?.array?.map { $0[property]?.scalarText ?? "" } ?? []
    }

    /// Creates an organization and returns its number.
    @discardableResult
    func createPartner(_ name: String, external: String? = nil, _ more: String = "") -> String {
        var body = "{\"BusinessPartnerCategory\":\"2\",\"OrganizationBPName1\":\"\(name)\""
        if let external { body += ",\"BusinessPartnerIDByExtSystem\":\"\(external)\"" }
        let response = send(
            "POST", Self.partners + "/A_BusinessPartner", body + (more.isEmpty ? "}" : ",\(more)}"))
        return response.json["d"]?["BusinessPartner"]?.string ?? "status \(response.status)"
    }

    /// Sends a batch with CRLF line ends; each element is a read or a change set of changes.
    func batch(_ items: [BatchItem], boundary: String = "b1") -> SandboxResponse {
        var body = ""
        for (number, item) in items.enumerated() {
            body += "--\(boundary)\r\n" + item.text(number)
        }
        body += "--\(boundary)--\r\n"
        return send(
            "POST", Self.partners + "/$batch", body,
            headers: ["Content-Type": "multipart/mixed; boundary=\(boundary)"])
    }

    enum BatchItem {
        case read(String)
        case changes([(method: String, target: String, body: String, headers: String)])

        static func create(_ body: String) -> BatchItem {
            .changes([("POST", "A_BusinessPartner", body, "")])
        }

        func text(_ number: Int) -> String {
            switch self {
            case .read(let target):
                return "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                    + "GET \(target) HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n"
            case .changes(let changes):
                var text = "Content-Type: multipart/mixed; boundary=c\(number)\r\n\r\n"
                for (at, change) in changes.enumerated() {
                    text += "--c\(number)\r\nContent-Type: application/http\r\n"
                    text += "Content-Transfer-Encoding: binary\r\nContent-ID: \(at + 1)\r\n\r\n"
                    text += "\(change.method) \(change.target) HTTP/1.1\r\n"
                    text +=
                        "Content-Type: application/json\r\n\(change.headers)\r\n\(change.body)\r\n"
                }
                return text + "--c\(number)--\r\n"
            }
        }
    }

    private func base64(_ text: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * (3 - group.count))
            var encoded: [UInt8] = []
            for _ in 0..<4 {
                encoded.insert(letters[Int(value & 63)], at: 0)
                value >>= 6
            }
            for at in (group.count + 1)..<max(4, group.count + 1) {
                encoded[at] = UInt8(ascii: "=")
            }
            output += encoded
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension SandboxResponse {
    /// The body as JSON; null when it is none.
    var json: Value { (try? Value(json: body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }

    /// Status lines of the parts of a batch's answer, change sets unfolded.
    var partStatuses: [Int] {
        text.split(separator: "\r\n").compactMap { line in
            line.hasPrefix("HTTP/1.1 ") ? Int(line.dropFirst(9).prefix(3)) : nil
        }
    }
}
