internal import CrossdockData

extension SalesforceSystem {
    /// `/composite` and everything below.
    func composite(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        switch call.path.count > 1 ? call.path[1] : nil {
        case nil:
            guard call.method == "POST" else { throw .notAllowed(call.method, "POST") }
            let json = try call.json()
            let parts = try runParts(
                json["compositeRequest"], allOrNone: json["allOrNone"]?.bool ?? false, limit: 25,
                call)
            return .json(200, ["compositeResponse": .array(parts.map(\.value))])
        case "sobjects": return try collections(call)
        case "batch" where call.path.count == 2: return try batch(call)
        case "graph" where call.path.count == 2: return try graphs(call)
        default: throw .notFound
        }
    }

    private struct Part {
        let reference: String
        var status: Int
        var headers = ValueObject()
        var body: Value

        var isGood: Bool { status < 400 }

        var value: Value {
            [
                "body": body, "httpHeaders": .object(headers), "httpStatusCode": .integer(status),
                "referenceId": .string(reference),
            ]
        }

        static func halted(_ reference: String, _ message: String) -> Part {
            Part(
                reference: reference, status: 400,
                body: [["errorCode": "PROCESSING_HALTED", "message": .string(message)]])
        }
    }

    private func runParts(
        _ list: JSONNode?, allOrNone: Bool, limit: Int, _ call: SalesforceCall
    ) throws(APIError) -> [Part] {
        guard let list, list.kind == .array else {
            throw APIError(400, "JSON_PARSER_ERROR", "The list of requests is missing")
        }
        guard list.count <= limit else {
            throw APIError(
                400, "LIMIT_EXCEEDED", "The maximum number of subrequests is \(limit)")
        }
        guard allOrNone else { return run(list, call, haltsOnError: false) }
        do {
            return try services.store.transaction {
                var parts = run(list, call, haltsOnError: true)
                let isGood = parts.allSatisfy(\.isGood)
                if !isGood {
                    parts = parts.map { part in
                        part.isGood
                            ? .halted(
                                part.reference,
                                "The transaction was rolled back since another operation in the "
                                    + "same transaction failed.") : part
                    }
                }
                return (parts, isGood)
            }
        } catch {
            throw APIError(503, "SERVER_UNAVAILABLE", "\(error)")
        }
    }

    private func run(_ list: JSONNode, _ call: SalesforceCall, haltsOnError: Bool) -> [Part] {
        var parts: [Part] = []
        var results: [String: Value] = [:]
        var hasFailed = false
        for request in list.elements {
            let reference = request["referenceId"]?.string ?? ""
            if haltsOnError, hasFailed {
                parts.append(
                    .halted(
                        reference,
                        "The transaction was rolled back since another operation in the same "
                            + "transaction failed."))
                continue
            }
            let part = run(request, reference, results, call)
            if part.isGood { results[reference] = part.body } else { hasFailed = true }
            parts.append(part)
        }
        return parts
    }

    private func run(
        _ request: JSONNode, _ reference: String, _ results: [String: Value],
        _ call: SalesforceCall
    ) -> Part {
        var references = CompositeReferences(results: results)
        let url = references.filled(request["url"]?.string ?? "")
        let body = request["body"].map {
            references.filled(String(decoding: $0.source, as: UTF8.self))
        }
        if let missing = references.missing {
            return .halted(
                reference,
                "Invalid reference specified. No value for \(missing) found in results so far")
        }
        guard
            let inner = call.inner(
                method: request["method"]?.string?.uppercased() ?? "GET", url: url,
                body: Array((body ?? "").utf8))
        else { return Part(reference: reference, status: 404, body: APIError.notFound.value) }
        return part(of: inner, reference)
    }

    private func part(of inner: SalesforceCall, _ reference: String) -> Part {
        // A composite inside a composite is not a thing.
        let isNested = inner.path.first == "composite" && inner.path.count < 2
        do throws(APIError) {
            guard !isNested else { throw .notFound }
            let response = try respond(to: inner)
            var part = Part(
                reference: reference, status: response.status,
                body: (try? Value(json: response.body)) ?? .null)
            if let location = response.headers["Location"] {
                part.headers["Location"] = .string(location)
            }
            return part
        } catch {
            return Part(reference: reference, status: error.status, body: error.value)
        }
    }

    /// `/composite/batch`: independent requests.
    private func batch(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard call.method == "POST" else { throw .notAllowed(call.method, "POST") }
        let json = try call.json()
        guard let list = json["batchRequests"], list.kind == .array, list.count <= 25 else {
            throw APIError(400, "LIMIT_EXCEEDED", "batchRequests is missing or too long")
        }
        let halts = json["haltOnError"]?.bool ?? false
        var results: [Value] = []
        var hasErrors = false
        for request in list.elements {
            if halts, hasErrors {
                results.append([
                    "statusCode": 412,
                    "result": [
                        [
                            "errorCode": "BATCH_PROCESSING_HALTED",
                            "message": "Batch processing halted per request",
                        ]
                    ],
                ])
                continue
            }
            // Here a URL may begin at the version.
            let url = request["url"]?.string ?? ""
            let full = url.hasPrefix("/services") ? url : "/services/data/\(url)"
            let inner = call.inner(
                method: request["method"]?.string?.uppercased() ?? "GET", url: full,
                body: request["richInput"].map { Array($0.source) } ?? [])
            let part: Part =
                inner.map { self.part(of: $0, "") }
                ?? Part(reference: "", status: 404, body: APIError.notFound.value)
            if !part.isGood { hasErrors = true }
            results.append(["statusCode": .integer(part.status), "result": part.body])
        }
        return .json(200, ["hasErrors": .bool(hasErrors), "results": .array(results)])
    }

    /// `/composite/graph`: each graph all or none.
    private func graphs(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard call.method == "POST" else { throw .notAllowed(call.method, "POST") }
        let json = try call.json()
        guard let graphs = json["graphs"], graphs.kind == .array, graphs.count <= 75 else {
            throw APIError(400, "LIMIT_EXCEEDED", "graphs is missing or too long")
        }
        var answers: [Value] = []
        for graph in graphs.elements {
            let parts = try runParts(
                graph["compositeRequest"], allOrNone: true, limit: 500, call)
            answers.append([
                "graphId": graph["graphId"]?.string.map { .string($0) } ?? .null,
                "graphResponse": ["compositeResponse": .array(parts.map(\.value))],
                "isSuccessful": .bool(parts.allSatisfy(\.isGood)),
            ])
        }
        return .json(200, ["graphs": .array(answers)])
    }
}

/// Fills `@{reference.field}` from the answers of earlier parts.
struct CompositeReferences {
    let results: [String: Value]
    /// A reference without a value; the part cannot run.
    private(set) var missing: String?

    init(results: [String: Value]) { self.results = results }

    mutating func filled(_ text: String) -> String {
        guard text.contains("@{") else { return text }
        var filled = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "@{") {
            filled += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            let path = rest[start.upperBound..<end]
            if let value = value(at: path) { filled += value } else { missing = String(path) }
            rest = rest[rest.index(after: end)...]
        }
        return filled + rest
    }

    /// `refAccount.id`, `refQuery.records[0].Id`.
    private func value(at path: Substring) -> String? {
        let steps = path.split(separator: ".")
        guard let first = steps.first, var value = results[String(first)] else { return nil }
        for step in steps.dropFirst() {
            let parts = step.split(separator: "[")
            guard let name = parts.first, let member = value[String(name)] else { return nil }
            value = member
            for index in parts.dropFirst() {
                guard let place = Int(index.dropLast()), let element = value[place] else {
                    return nil
                }
                value = element
            }
        }
        return value.scalarText
    }
}
