import CrossdockData
import CrossdockDiagnostics
import Logging
import NIOHTTP1
import Testing

@testable import CrossdockSandbox

@Suite("Sandbox server")
struct SandboxServerTests {
    private func withSandbox(
        _ options: SandboxOptions = SandboxOptions(["salesforce"]),
        _ body: (Sandbox, SandboxReady.Access) async throws -> Void
    ) async throws {
        let sandbox = try await Sandbox.start(
            options, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        do {
            let access = try #require(sandbox.ready["salesforce"])
            try await body(sandbox, access)
            await sandbox.stop()
        } catch {
            await sandbox.stop()
            throw error
        }
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = try Files.makeTemporaryFolder()
        defer { Files.removeFolder(folder) }
        try await body(folder)
    }

    @Test("The ready file holds origins and credentials, and is there when everything listens")
    func readyFile() async throws {
        try await withFolder { folder in
            var options = SandboxOptions(["salesforce"])
            options.proxyPort = 0
            options.readyFile = "\(folder)/ready.json"
            try await withSandbox(options) { sandbox, access in
                let ready = try Value(json: try Files.read("\(folder)/ready.json"))
                let system = try #require(ready["systems"]?["salesforce"]?.object)
                #expect(
                    Array(system.keys) == [
                        "http", "https", "loginUrl", "clientId", "clientSecret", "refreshToken",
                        "username", "password", "securityToken", "privateKeyFile",
                    ])
                #expect(system["http"]?.string == access.http)
                #expect(ready["proxy"]?.string == sandbox.ready.proxy)
                #expect(ready["pid"]?.number?.int != nil)
                #expect(Files.exists(ready["caFile"]?.string ?? ""))
                let answer = try await TestClient.send(.GET, access.http, "/services/data")
                #expect(answer.status == 200)
            }
        }
    }

    @Test("TLS is served with a certificate of the sandbox's own authority")
    func tls() async throws {
        try await withSandbox { sandbox, access in
            let https = try #require(access.https)
            let answer = try await TestClient.send(
                .GET, https, "/services/data", caFile: sandbox.ready.caFile)
            #expect(answer.status == 200)
            // Another sandbox's authority is not this one's.
            try await withSandbox { other, _ in
                await #expect(throws: (any Error).self) {
                    try await TestClient.send(
                        .GET, https, "/services/data", caFile: other.ready.caFile)
                }
            }
        }
    }

    @Test("A cut request has no answer: before it nothing happened, after it the effect is there")
    func cut() async throws {
        try await withSandbox { sandbox, access in
            let token = try await logIn(access)
            for (moment, effects) in [("before", 0), ("after", 1)] {
                try sandbox.setFaults(
                    Array(#"[{"path":"*sobjects*","fault":"cut","when":"\#(moment)"}]"#.utf8),
                    of: "salesforce")
                await #expect(throws: (any Error).self) {
                    try await create(access, token)
                }
                let journal = String(decoding: try sandbox.journal(of: "salesforce"), as: UTF8.self)
                #expect(journal.components(of: #""kind":"effect""#) == effects)
                #expect(
                    journal.contains(
                        #""path":"/services/data/v59.0/sobjects/Account","query":"","status":null"#)
                )
            }
        }
    }

    @Test("A status comes in the vendor's shape, with headers, before or after the effect")
    func status() async throws {
        try await withSandbox { sandbox, access in
            let token = try await logIn(access)
            try sandbox.setFaults(
                Array(
                    #"[{"path":"*sobjects*","fault":"status","status":503,"when":"after","headers":{"Retry-After":"7"},"times":1},{"path":"*sobjects*","fault":"status","status":502,"body":"<html>","headers":{"Content-Type":"text/html"}}]"#
                        .utf8), of: "salesforce")
            let first = try await create(access, token)
            #expect(first.status == 503)
            #expect(first.headers["Retry-After"] == ["7"])
            #expect(first.text.contains("SERVER_UNAVAILABLE"))
            let second = try await create(access, token)
            #expect(second.status == 502)
            #expect(second.text == "<html>")
            #expect(second.headers["Content-Type"] == ["text/html"])
            #expect(
                String(
                    decoding: try sandbox.records(of: "Account", in: "salesforce"), as: UTF8.self
                ).components(of: "\n") == 1)
        }
    }

    @Test("A truncated answer ends before its length")
    func truncated() async throws {
        try await withSandbox { sandbox, access in
            try sandbox.setFaults(
                Array(#"[{"path":"/services/data","fault":"truncate"}]"#.utf8), of: "salesforce")
            await #expect(throws: (any Error).self) {
                try await TestClient.send(.GET, access.http, "/services/data")
            }
        }
    }

    @Test("A delayed request is answered late")
    func delay() async throws {
        try await withSandbox { sandbox, access in
            try sandbox.setFaults(
                Array(#"[{"path":"*","fault":"delay","delayMillis":150}]"#.utf8), of: "salesforce")
            let start = ContinuousClock.now
            _ = try await TestClient.send(.GET, access.http, "/services/data")
            #expect(ContinuousClock.now - start >= .milliseconds(150))
        }
    }

    @Test("The control endpoints are never journalled and never faulted")
    func control() async throws {
        try await withSandbox { sandbox, access in
            func control(_ method: HTTPMethod, _ path: String, _ body: String = "") async throws
                -> TestClient.Answer
            {
                try await TestClient.send(method, access.http, "/__sandbox/\(path)", body: body)
            }
            let put = try await control(
                .PUT, "faults", #"[{"path":"*","fault":"status","status":500}]"#)
            #expect(put.text.contains(#""hits":0"#))
            #expect(try await TestClient.send(.GET, access.http, "/services/data").status == 500)
            #expect(try await control(.GET, "faults").text.contains(#""hits":1"#))
            #expect(try await control(.PUT, "faults", #"[{"fault":"x"}]"#).status == 400)
            #expect(try await control(.DELETE, "faults").text == "[]")

            let loaded = try await control(
                .POST, "records/Account", "{\"Name\":\"a\"}\n{\"Name\":\"b\",\"New__c\":1}\n")
            #expect(loaded.text == #"{"loaded":2,"created":2,"updated":0}"#)
            #expect(try await control(.GET, "records/Account").text.components(of: "\n") == 2)
            #expect(try await control(.GET, "records/Foo").status == 400)
            let refused = try await control(
                .POST, "records/Account", "{\"Name\":\"c\"}\n{\"Nmae\":\"d\"}\n")
            #expect(refused.status == 400)
            #expect(refused.text.contains("did you mean 'Name'"))
            #expect(try await control(.GET, "records/Account").text.components(of: "\n") == 2)

            let clock = try await control(.PUT, "clock", #"{"now":"2030-01-01T00:00:00Z"}"#)
            #expect(clock.text.hasPrefix(#"{"now":"2030-01-01T00:00:00"#))
            #expect(
                try await control(.PUT, "clock", #"{"advanceSeconds":86400}"#).text.contains(
                    "2030-01-02T"))
            #expect(try await control(.PUT, "clock", "{}").status == 400)
            #expect(
                try await TestClient.send(.GET, access.http, "/services/data").headers["Date"]
                    .first?.hasPrefix("Wed, 02 Jan 2030") == true)

            #expect(try await control(.GET, "nonsense").status == 404)
            #expect(try await control(.POST, "journal").status == 405)
            let journal = try await control(.GET, "journal").text
            #expect(journal.components(of: "\n") == 2)
            #expect(!journal.contains("__sandbox"))
            #expect(try await control(.GET, "journal?since=1").text.components(of: "\n") == 1)
            #expect(try await control(.GET, "journal?since=x").status == 400)
        }
    }

    @Test("Seeds, generated records and faults are there from the start; a second run finds them")
    func persistence() async throws {
        try await withFolder { folder in
            let seed = "\(folder)/seed/salesforce"
            try Files.makeFolder(seed)
            defer {
                Files.removeFolder(seed)
                Files.removeFolder("\(folder)/seed")
                Files.removeFolder("\(folder)/data")
            }
            try Files.replace(
                "\(seed)/Account.jsonl",
                with: Array(
                    #"{"Name":"Ann","Number__c":"7","SystemModstamp":"2026-01-01T00:00:00.000Z","Extra__c":true}"#
                        .utf8))
            try Files.replace(
                "\(seed)/Account.fields.json",
                with: Array(#"[{"name":"Number__c","type":"string","externalId":true}]"#.utf8))
            var options = SandboxOptions(["salesforce"])
            options.seed = "\(folder)/seed"
            options.records = 3
            options.data = "\(folder)/data"
            options.tlsPort = nil
            var secret = ""
            try await withSandbox(options) { sandbox, access in
                secret = access["clientSecret"] ?? ""
                let records = String(
                    decoding: try sandbox.records(of: "Account", in: "salesforce"), as: UTF8.self)
                #expect(records.components(of: "\n") == 4)
                #expect(records.contains(#""SystemModstamp":"2026-01-01T00:00:00.000+0000""#))
                #expect(records.contains(#""Extra__c":true"#))
                let token = try await logIn(access)
                #expect(try await create(access, token).status == 201)
            }
            options.seed = nil
            options.records = nil
            try await withSandbox(options) { sandbox, access in
                #expect(access["clientSecret"] == secret)
                let records = String(
                    decoding: try sandbox.records(of: "Account", in: "salesforce"), as: UTF8.self)
                #expect(records.components(of: "\n") == 5)
                let journal = String(decoding: try sandbox.journal(of: "salesforce"), as: UTF8.self)
                #expect(journal.components(of: #""op":"create""#) == 1)
                try sandbox.load(
                    Array(#"{"Name":"Bob","Number__c":"7"}"#.utf8), into: "Account",
                    of: "salesforce")
                #expect(
                    String(
                        decoding: try sandbox.records(of: "Account", in: "salesforce"),
                        as: UTF8.self
                    ).components(of: "\n") == 5)
            }
        }
    }

    @Test("A start that cannot work says why")
    func badStarts() async throws {
        let unknown = await #expect(throws: SandboxError.self) {
            try await Sandbox.start(SandboxOptions(["salesfroce"]))
        }
        #expect(unknown?.code == .unknownSandbox)
        #expect(unknown?.message.contains("did you mean 'salesforce'") == true)
        try await withSandbox { _, access in
            var options = SandboxOptions(["salesforce"])
            options.port = Int(access.http.split(separator: ":").last ?? "") ?? 0
            let taken = await #expect(throws: SandboxError.self) {
                try await Sandbox.start(options)
            }
            #expect(taken?.code == .sandboxPort)
        }
        try await withFolder { folder in
            try Files.makeFolder("\(folder)/salesforce")
            defer { Files.removeFolder("\(folder)/salesforce") }
            try Files.replace("\(folder)/salesforce/Account.jsonl", with: Array("{}\noops\n".utf8))
            var options = SandboxOptions(["salesforce"])
            options.seed = folder
            let seed = await #expect(throws: SandboxError.self) {
                try await Sandbox.start(options)
            }
            #expect(seed?.code == .sandboxSeed)
            #expect(seed?.message.contains("Account.jsonl: line 2") == true)
        }
    }

    private func logIn(_ access: SandboxReady.Access) async throws -> String {
        let form =
            "grant_type=client_credentials&client_id=\(access["clientId"] ?? "")&client_secret=\(access["clientSecret"] ?? "")"
        let answer = try await TestClient.send(
            .POST, access.http, "/services/oauth2/token", body: form)
        return try Value(json: answer.text)["access_token"]?.string ?? ""
    }

    @discardableResult
    private func create(_ access: SandboxReady.Access, _ token: String) async throws
        -> TestClient.Answer
    {
        try await TestClient.send(
            .POST, access.http, "/services/data/v59.0/sobjects/Account", body: #"{"Name":"x"}"#,
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"])
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
