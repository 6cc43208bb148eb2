internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// Writes records: one by the single call, several by sObject Collections, each with its own result.
struct SalesforceWriter: Sendable {
    typealias Outcome = Result<Value, any Error>

    let session: SalesforceSession
    let version: String?
    let allOrNone: Bool
    let backoff = Backoff(attempts: 4, base: .milliseconds(200), cap: .seconds(5))

    /// Writes records of one group.
    ///
    /// Rows that are locked by another transaction are tried again a few times. When the whole call
    /// is refused because of one row, the call is halved until that row stands alone.
    func write(_ requests: [WriteRequest], _ group: WriteGroup) async -> [Outcome] {
        var outcomes = await attempt(requests, group)
        for failures in 1..<backoff.attempts where !allOrNone {
            let locked = outcomes.indices.filter { outcomes[$0].isLocked }
            guard !locked.isEmpty else { break }
            do { try await Task.sleep(for: backoff.delay(after: failures)) } catch { break }
            let again = await attempt(locked.map { requests[$0] }, group)
            for (at, outcome) in zip(locked, again) { outcomes[at] = outcome }
        }
        return outcomes
    }

    private func attempt(_ requests: [WriteRequest], _ group: WriteGroup) async -> [Outcome] {
        do {
            if requests.count == 1, let only = requests.first, !allOrNone {
                return [.success(try await single(only, group))]
            }
            return try await collection(requests, group)
        } catch {
            guard requests.count > 1, !allOrNone, Self.isFaultOfOneRow(error) else {
                return requests.map { _ in .failure(error) }
            }
            let half = requests.count / 2
            let first = await attempt(Array(requests[..<half]), group)
            return first + (await attempt(Array(requests[half...]), group))
        }
    }

    private static func isFaultOfOneRow(_ error: any Error) -> Bool {
        guard let error = error as? ConnectorError, error.disposition == .permanent else {
            return false
        }
        return error.code == .recordRefused || error.code == .remoteRefused
    }

    // MARK: The single call

    private func single(_ request: WriteRequest, _ group: WriteGroup) async throws -> Value {
        let what = "\(group.kind) of \(group.object)"
        let object = "/sobjects/\(try PercentEncoding.segment(group.object))"
        switch group.kind {
        case .create:
            let response = try await session.send(
                .post, try await session.url(object, version: version), what,
                body: request.json(type: nil, id: nil, skipping: []))
            return try result(response, what, key: nil)
        case .update:
            let url = try await recordURL(object, request)
            let body = request.json(type: nil, id: nil, skipping: [])
            let response = try await session.send(
                .patch, url, what, body: body, repetition: .allowed)
            return try result(response, what, key: request.key)
        case .delete:
            let url = try await recordURL(object, request)
            let response = try await session.send(
                .delete, url, what, repetition: .onceOnKeptConnection)
            return try result(response, what, key: request.key)
        case .upsert:
            let field = group.idName ?? "Id"
            let url = try await recordURL(
                object + "/\(try PercentEncoding.segment(field))", request)
            let body = request.json(type: nil, id: nil, skipping: [field])
            let response = try await session.send(
                .patch, url, what, body: body, repetition: .allowed)
            return try result(response, what, key: nil)
        }
    }

    private func recordURL(_ path: String, _ request: WriteRequest) async throws -> HTTPURL {
        guard let key = request.key, !key.isEmpty else {
            throw ConnectorError.badBody("the record has no id")
        }
        return try await session.url(
            path + "/\(try PercentEncoding.segment(key))", version: version)
    }

    /// The result in one shape, also where the answer has no body.
    private func result(_ response: HTTPResponse, _ what: String, key: String?) throws -> Value {
        if response.body.isEmpty {
            var result = ValueObject([("success", true), ("errors", .array([]))])
            if let key { result["id"] = .string(key) }
            if response.status == 204, key == nil { result["created"] = false }
            return .object(result)
        }
        let root = try session.json(response, what, repetition: .onceOnKeptConnection)
        guard root["success"]?.bool == true, root["id"]?.string != nil else {
            throw ConnectorError.unexpectedAnswer(
                what, response, repetition: .onceOnKeptConnection)
        }
        var value = try root.value()
        if case .object(var members) = value, response.status == 201, members["created"] == nil,
            what.hasPrefix("upsert")
        {
            members["created"] = true
            value = .object(members)
        }
        return value
    }

    // MARK: Collections

    private func collection(
        _ requests: [WriteRequest], _ group: WriteGroup
    ) async throws -> [Outcome] {
        let what = "\(group.kind) of \(requests.count) records of \(group.object)"
        let repetition: HTTPRequest.Repetition =
            switch group.kind {
            case .create: .onceOnFreshConnection
            case .delete: .onceOnKeptConnection
            case .update, .upsert: .allowed
            }
        let response = try await session.send(
            method(of: group.kind), try await url(requests, group), what,
            body: group.kind == .delete ? nil : body(requests, group), repetition: repetition)
        let root = try session.json(response, what, repetition: repetition)
        guard root.kind == .array, root.count == requests.count else {
            throw ConnectorError.unexpectedAnswer(what, response, repetition: repetition)
        }
        return root.elements.map { row in
            guard row["success"]?.bool == true else {
                let problem = SalesforceProblem.read(row: row)
                return .failure(
                    session.system.errors.error("\(group.kind) of \(group.object)", problem))
            }
            return Result { try row.value() }
        }
    }

    private func method(of kind: WriteGroup.Kind) -> HTTPMethod {
        switch kind {
        case .create: .post
        case .update, .upsert: .patch
        case .delete: .delete
        }
    }

    private func url(_ requests: [WriteRequest], _ group: WriteGroup) async throws -> HTTPURL {
        switch group.kind {
        case .create, .update:
            return try await session.url("/composite/sobjects", version: version)
        case .upsert:
            let object = try PercentEncoding.segment(group.object)
            let field = try PercentEncoding.segment(group.idName ?? "Id")
            return try await session.url("/composite/sobjects/\(object)/\(field)", version: version)
        case .delete:
            let ids = requests.compactMap(\.key).joined(separator: ",")
            return try await session.url(
                "/composite/sobjects", [("ids", ids), ("allOrNone", "\(allOrNone)")],
                version: version)
        }
    }

    private func body(_ requests: [WriteRequest], _ group: WriteGroup) -> [UInt8] {
        var output = Array("{\"allOrNone\":\(allOrNone),\"records\":[".utf8)
        for (at, request) in requests.enumerated() {
            if at > 0 { output.append(UInt8(ascii: ",")) }
            output += request.json(
                type: group.object, id: group.kind == .update ? request.key : nil, skipping: [])
        }
        output += Array("]}".utf8)
        return output
    }
}

extension Result where Failure == any Error {
    fileprivate var isLocked: Bool {
        guard case .failure(let error as ConnectorError) = self else { return false }
        return error.code == .recordLocked
    }
}
