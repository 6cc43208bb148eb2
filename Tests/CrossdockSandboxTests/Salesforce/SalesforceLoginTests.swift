import CrossdockCrypto
import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("Salesforce log-in")
struct SalesforceLoginTests {
    private let org: SalesforceFixture
    private let path = "/services/oauth2/token"

    init() throws { org = try SalesforceFixture() }

    private var client: String {
        "client_id=\(org.secret("clientId"))&client_secret=\(org.secret("clientSecret"))"
    }

    private func assertion(
        issuer: String? = nil, subject: String? = nil,
        audience: String = "https://login.salesforce.com",
        expires: String? = nil, key: PrivateKey? = nil
    ) throws -> String {
        let soon = "\"\(SandboxClock.machineTime / 1_000 + 180)\""
        let claims = """
            {"iss":"\(issuer ?? org.secret("clientId"))","sub":"\(subject ?? org.secret("username"))",\
            "aud":"\(audience)","exp":\(expires ?? soon)}
            """
        let pem = String(decoding: try Files.read(org.secret("privateKeyFile")), as: UTF8.self)
        let token = try JSONWebToken.sign(
            claims: Array(claims.utf8), with: key ?? PrivateKey(pem: pem), using: .rs256)
        return "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=\(token)"
    }

    @Test("Client credentials are taken from the header and from the body")
    func clientCredentials() {
        let basic = Base64.encode("\(org.secret("clientId")):\(org.secret("clientSecret"))".utf8)
        let answers = [
            org.post(path, form: "grant_type=client_credentials&\(client)"),
            org.post(
                path + "/", form: "grant_type=client_credentials",
                headers: ["Authorization": "Basic \(basic)"]),
        ]
        for answer in answers {
            #expect(answer.status == 200)
            #expect(answer.json["token_type"] == "Bearer")
            #expect(answer.json["instance_url"] == "http://sandbox")
            #expect(answer.json["refresh_token"] == nil)
        }
        let onLoginHost = org.post(
            path, form: "grant_type=client_credentials&\(client)",
            headers: ["Host": "login.salesforce.com"])
        #expect(onLoginHost.code == "invalid_grant")
    }

    @Test("The instance is the origin that the token call used")
    func origin() {
        let answer = org.post(
            path, form: "grant_type=client_credentials&\(client)",
            headers: ["Host": "acme.my.salesforce.com"])
        #expect(answer.json["instance_url"] == "http://acme.my.salesforce.com")
    }

    @Test("An assertion is taken with its time as a text and as a number")
    func jwt() throws {
        #expect(org.post(path, form: try assertion()).status == 200)
        let number = String(SandboxClock.machineTime / 1_000 + 60)
        #expect(
            org.post(path, form: try assertion(audience: "http://sandbox", expires: number)).status
                == 200)
        org.host.clock.advance(millis: 86_400_000)
        #expect(
            org.post(path, form: try assertion()).status == 200, "clients know only their own clock"
        )
    }

    @Test(
        "An assertion by another key, for another audience, client or user, or too old, is refused")
    func badJWT() throws {
        let old = String(SandboxClock.machineTime / 1_000 - 60)
        let far = String(SandboxClock.machineTime / 1_000 + 3_600)
        let bad = [
            try assertion(key: .rsa()), try assertion(audience: "https://example.com"),
            try assertion(subject: "other"), try assertion(issuer: "other"),
            try assertion(expires: old), try assertion(expires: far),
            try assertion(expires: "null"),
            "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=x.y.z",
        ]
        for form in bad {
            let answer = org.post(path, form: form)
            #expect(answer.status == 400)
            #expect(["invalid_grant", "invalid_client_id"].contains(answer.code))
        }
    }

    @Test("A refresh token works again and again, or once when rotation is on")
    func refresh() throws {
        let form = "grant_type=refresh_token&\(client)&refresh_token=\(org.secret("refreshToken"))"
        #expect(org.post(path, form: form).status == 200)
        #expect(org.post(path, form: form).status == 200)
        try org.setFaults(#"[{"path":"*token","fault":"token.rotation"}]"#)
        let rotated = org.post(path, form: form)
        let next = try #require(rotated.json["refresh_token"]?.string)
        #expect(org.post(path, form: form).code == "invalid_grant")
        #expect(
            org.post(path, form: "grant_type=refresh_token&\(client)&refresh_token=\(next)").status
                == 200)
    }

    @Test("A password needs the security token after it")
    func password() {
        let user = "grant_type=password&\(client)&username=\(org.secret("username"))&password="
        #expect(
            org.post(path, form: user + org.secret("password") + org.secret("securityToken")).status
                == 200)
        let refused = org.post(path, form: user + org.secret("password"))
        #expect(refused.status == 400)
        #expect(
            refused.json == [
                "error": "invalid_grant", "error_description": "authentication failure",
            ])
    }

    @Test(
        "A log-in that is not understood is refused with an object",
        arguments: [
            ("", "invalid_request"), ("grant_type=magic", "unsupported_grant_type"),
            ("grant_type=client_credentials&client_id=x&client_secret=y", "invalid_client_id"),
        ])
    func refused(form: String, code: String) {
        #expect(org.post(path, form: form).code == code)
    }

    @Test("Without a session the API answers 401; a session ends after two idle hours")
    func sessions() {
        let nobody = org.send("GET", "/services/data/v59.0/limits", "", [:])
        #expect(nobody.status == 401)
        #expect(nobody.code == "INVALID_SESSION_ID")
        #expect(org.call("GET", "/limits").status == 200)
        org.host.clock.advance(millis: 2 * 3_600_000 - 1_000)
        #expect(org.call("GET", "/limits").status == 200)
        org.host.clock.advance(millis: 2 * 3_600_000 + 1_000)
        #expect(org.call("GET", "/limits").status == 401)
    }

    @Test("The fault expireToken ends the session for good")
    func expireToken() throws {
        try org.setFaults(#"[{"path":"*","fault":"expireToken","times":1}]"#)
        #expect(org.call("GET", "/limits").code == "INVALID_SESSION_ID")
        #expect(org.call("GET", "/limits").status == 401)
        try org.logIn()
        #expect(org.call("GET", "/limits").status == 200)
    }

    @Test("Who is logged in can be asked")
    func userInfo() throws {
        let answer = org.send(
            "GET", "/services/oauth2/userinfo", "", ["Authorization": "Bearer \(org.token)"])
        let id = try #require(answer.json["user_id"]?.string)
        #expect(answer.json["preferred_username"]?.string == org.secret("username"))
        let account = org.create("Account", #"{"Name":"a"}"#)
        #expect(
            org.call("GET", "/sobjects/Account/\(account)").json["LastModifiedById"] == .string(id))
    }

    @Test("SOAP log-in answers with the elements text matchers look for")
    func soap() {
        func envelope(_ password: String) -> String {
            """
            <?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" \
            xmlns:u="urn:partner.soap.sforce.com"><e:Body><u:login><u:username>\(org.secret("username"))\
            </u:username><u:password>\(password)</u:password></u:login></e:Body></e:Envelope>
            """
        }
        func send(_ body: String) -> SalesforceFixture.Answer {
            org.send("POST", "/services/Soap/u/59.0", body, ["Content-Type": "text/xml"])
        }
        let good = send(envelope(org.secret("password") + org.secret("securityToken")))
        let text = String(decoding: good.bytes, as: UTF8.self)
        #expect(good.status == 200)
        #expect(text.contains("<sessionId>"))
        #expect(text.contains("<serverUrl>http://sandbox/services/Soap/u/59.0/"))
        let bad = send(envelope("wrong"))
        #expect(bad.status == 500)
        #expect(
            String(decoding: bad.bytes, as: UTF8.self).contains(
                "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>"))
        #expect(send("<nonsense").status == 500)
        #expect(send("<a/>").status == 500)
    }

    @Test("Versions outside of those served do not exist")
    func versions() {
        #expect(org.call("GET", "/limits", version: "v40.0").status == 200)
        #expect(org.call("GET", "/limits", version: "v66.0").status == 200)
        #expect(org.call("GET", "/limits", version: "v39.0").status == 404)
        #expect(org.call("GET", "/limits", version: "v67.0").status == 404)
        #expect(org.send("GET", "/services/data", "", [:]).json.array?.count == 27)
    }

    @Test("Answers tell how much of the day's calls is used, in the short form")
    func limitsHeader() throws {
        #expect(org.call("GET", "/limits").headers["Sforce-Limit-Info"] == "api-usage=1/100000")
        #expect(org.call("GET", "/limits/").json["DailyApiRequests"]?["Max"] == 100_000)
        try org.setFaults(#"[{"path":"*","fault":"limits.header"}]"#)
        #expect(
            org.call("GET", "/limits").headers["Sforce-Limit-Info"]?.contains("per-app-api-usage")
                == true)
    }
}
