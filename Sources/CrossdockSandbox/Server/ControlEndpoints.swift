internal import CrossdockData
internal import CrossdockDiagnostics

/// The endpoints below `/__sandbox` on every origin: for tests, without log-in, never journalled.
struct ControlEndpoints: Sendable {
    let host: SystemHost

    static func isControl(_ request: SandboxRequest) -> Bool {
        request.segments.first == "__sandbox"
    }

    func respond(to request: SandboxRequest) -> SandboxResponse {
        do {
            switch (request.segment(1), request.segment(2), request.segment(3)) {
            case (nil, nil, nil): return index()
            case ("journal", nil, nil): return try journal(request)
            case ("audit", nil, nil): return try audit(request)
            case ("records", let object?, nil): return try records(object, request)
            case ("faults", nil, nil): return try faults(request)
            case ("clock", nil, nil): return try clock(request)
            default: return refuse(404, "there is no such endpoint; GET /__sandbox lists them")
            }
        } catch let error as BadParameter {
            return refuse(400, error.message)
        } catch let error as any Classified {
            return refuse(400, error.description, code: error.code)
        } catch {
            return refuse(500, "\(error)")
        }
    }

    private func index() -> SandboxResponse {
        .json(
            200,
            [
                "system": .string(host.name),
                "endpoints": [
                    "GET /__sandbox/journal?since=SEQ", "GET /__sandbox/audit?since=SEQ",
                    "GET|POST /__sandbox/records/<Object>", "GET|PUT|DELETE /__sandbox/faults",
                    "GET|PUT /__sandbox/clock",
                ],
                "faults": .array(Fault.commonKinds.map { .string($0) }),
                "rules": .object(
                    ValueObject(host.rules.map { ($0.name, .string($0.summary)) })),
            ])
    }

    private func journal(_ request: SandboxRequest) throws -> SandboxResponse {
        guard request.method == "GET" else { return notAllowed("GET") }
        let kind = request.parameter("kind")
        return try lines(host.journal.lines(after: since(request), kind: kind))
    }

    private func audit(_ request: SandboxRequest) throws -> SandboxResponse {
        guard request.method == "GET" else { return notAllowed("GET") }
        return try lines(host.audit.lines(after: since(request)))
    }

    private func records(_ object: String, _ request: SandboxRequest) throws -> SandboxResponse {
        switch request.method {
        case "GET": return lines(try host.withSystem { try $0.records(of: object) })
        case "POST":
            let summary = try host.withSystem { try $0.load(request.body, into: object) }
            return .json(
                200,
                [
                    "loaded": .integer(summary.created + summary.updated),
                    "created": .integer(summary.created), "updated": .integer(summary.updated),
                ])
        default: return notAllowed("GET, POST")
        }
    }

    private func faults(_ request: SandboxRequest) throws -> SandboxResponse {
        switch request.method {
        case "GET": break
        case "PUT":
            host.faults.replace(
                with: try Fault.list(request.body, rules: host.rules.map(\.name)))
        case "DELETE": host.faults.replace(with: [])
        default: return notAllowed("GET, PUT, DELETE")
        }
        return .json(200, host.faults.value)
    }

    private func clock(_ request: SandboxRequest) throws -> SandboxResponse {
        switch request.method {
        case "GET": break
        case "PUT":
            let value = try Value(json: request.body)
            if let text = value["now"]?.string, let now = Timestamp.parse(text) {
                try host.setClock { $0.set(now) }
            } else if let seconds = value["advanceSeconds"]?.number?.double,
                abs(seconds) <= 100 * 366 * 86_400
            {
                try host.setClock { $0.advance(millis: Int64(seconds * 1_000)) }
            } else {
                return refuse(
                    400, #"send {"now": "2026-01-31T12:00:00Z"} or {"advanceSeconds": 60}"#)
            }
        default: return notAllowed("GET, PUT")
        }
        return .json(200, ["now": .string(Timestamp.text(host.clock.now))])
    }

    private func since(_ request: SandboxRequest) throws -> Int {
        guard let text = request.parameter("since") else { return 0 }
        guard let sequence = Int(text) else {
            throw BadParameter(message: "`since` is not a number")
        }
        return sequence
    }

    private func lines(_ bytes: [UInt8]) -> SandboxResponse {
        SandboxResponse(
            status: 200, headers: ["Content-Type": "application/x-ndjson;charset=UTF-8"],
            body: bytes)
    }

    private func notAllowed(_ methods: String) -> SandboxResponse {
        var response = refuse(405, "use \(methods)")
        response.headers["Allow"] = methods
        return response
    }

    private func refuse(
        _ status: Int, _ message: String, code: DiagnosticCode? = nil
    ) -> SandboxResponse {
        var error = ValueObject([("message", .string(message))])
        if let code { error["code"] = .string(code.id) }
        return .json(status, ["error": .object(error)])
    }

    private struct BadParameter: Error {
        let message: String
    }
}
