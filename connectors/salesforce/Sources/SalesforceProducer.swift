internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// Carries out one operation for each exchange.
final class SalesforceProducer: Producer {
    private let operation: SalesforceOperation
    private let options: SalesforceOptions
    private let session: SalesforceSession
    private let writes: Gather<WriteGroup, WriteRequest, Value>
    private let recorder: EffectRecorder

    init(
        operation: SalesforceOperation, options: SalesforceOptions, session: SalesforceSession,
        recorder: EffectRecorder
    ) {
        self.operation = operation
        self.options = options
        self.session = session
        self.recorder = recorder
        let writer = SalesforceWriter(
            session: session, version: options.apiVersion, allOrNone: false)
        let recorded = RecordedWrites(writer: writer, recorder: recorder)
        writes = Gather(
            limit: options.gather ? options.gatherSize : 1,
            linger: options.gather ? options.lingerMillis : .zero,
            concurrency: options.concurrentCalls
        ) { group, requests in
            await recorded.write(requests, group)
        }
    }

    func process(_ exchange: inout Exchange) async throws {
        switch operation {
        case .createSObject, .updateSObject, .upsertSObject, .deleteSObject:
            try await writeOne(&exchange)
        case .compositeCreateSObjectCollections, .compositeUpdateSObjectCollections,
            .compositeUpsertSObjectCollections, .compositeDeleteSObjectCollections:
            try await writeList(&exchange)
        case .deleteSObjectWithId: try await deleteByExternalID(&exchange)
        case .query, .queryAll: try await query(&exchange)
        case .getSObject, .getSObjectWithId: try await read(&exchange)
        case .getDescription, .getBasicInfo, .getGlobalObjects, .limits:
            try await inform(&exchange)
        case .changes: break  // an endpoint of this operation makes no producer
        }
    }

    private var object: String { options.sObjectName ?? "" }

    // MARK: Writing

    private func writeOne(_ exchange: inout Exchange) async throws {
        let request = try writeRequest(&exchange)
        let result = try await writes.submit(
            request, group: group(of: operation), target: request.target)
        exchange.message.body = .value(result)
    }

    private func group(of operation: SalesforceOperation) -> WriteGroup {
        let kind: WriteGroup.Kind =
            switch operation {
            case .createSObject, .compositeCreateSObjectCollections: .create
            case .updateSObject, .compositeUpdateSObjectCollections: .update
            case .upsertSObject, .compositeUpsertSObjectCollections: .upsert
            default: .delete
            }
        return WriteGroup(
            kind: kind, object: object, idName: kind == .upsert ? options.sObjectIdName : nil)
    }

    private func writeRequest(_ exchange: inout Exchange) throws -> WriteRequest {
        let intent = recorder.intent(for: exchange)
        if operation == .deleteSObject {
            let key = try options.sObjectIdValue ?? Self.id(in: &exchange.message.body)
            return WriteRequest(key: key, record: nil, intent: intent)
        }
        let record = try exchange.message.body.json().root
        guard record.kind == .object else {
            throw ConnectorError.badBody("a JSON object is expected as the record")
        }
        return WriteRequest(
            key: try key(of: record, operation), record: record, intent: intent)
    }

    private func key(of record: JSONNode, _ operation: SalesforceOperation) throws -> String? {
        let name: String
        switch operation {
        case .createSObject, .compositeCreateSObjectCollections: return nil
        case .upsertSObject, .compositeUpsertSObjectCollections:
            name = options.sObjectIdName ?? "Id"
        default: name = "Id"
        }
        if let key = options.sObjectIdValue ?? record[name]?.scalarText, !key.isEmpty { return key }
        throw ConnectorError.badBody("the record has no '\(name)'")
    }

    /// The id of the record to delete: the body's field `Id`, or the body itself.
    private static func id(in body: inout Body) throws -> String {
        if let id = try? body.json().root["Id"]?.string { return id }
        if let text = body.text, SOQL.isName(text) { return text }
        throw ConnectorError.badBody("the body names no record to delete")
    }

    private func writeList(_ exchange: inout Exchange) async throws {
        let root = try exchange.message.body.json().root
        guard root.kind == .array else {
            throw ConnectorError.badBody("a JSON list of records is expected")
        }
        let group = group(of: operation)
        let requests = try root.elements.map { element in
            if group.kind == .delete {
                let id = element.string ?? element["Id"]?.string
                guard let id else { throw ConnectorError.badBody("a record has no 'Id'") }
                return WriteRequest(key: id, record: nil, intent: nil)
            }
            return WriteRequest(key: try key(of: element, operation), record: element, intent: nil)
        }
        let limit = session.limits["collection", default: 200]
        guard !options.allOrNone || requests.count <= limit else {
            throw ConnectorError.badBody(
                "allOrNone holds within one call of \(limit) records; the list has \(requests.count)"
            )
        }
        let writer = SalesforceWriter(
            session: session, version: options.apiVersion, allOrNone: options.allOrNone)
        var rows: [Value] = []
        for start in stride(from: 0, to: requests.count, by: limit) {
            let part = Array(requests[start..<min(start + limit, requests.count)])
            rows += try await writer.write(part, group).map(Self.row)
        }
        exchange.message.body = .value(.array(rows))
    }

    /// A row of the result. What is no row's own error fails the exchange.
    private static func row(_ outcome: Result<Value, any Error>) throws -> Value {
        switch outcome {
        case .success(let value): return value
        case .failure(let error as ConnectorError) where error.status == 200:
            return [
                "success": false,
                "errors": [
                    [
                        "statusCode": .string(error.remoteCode ?? ""),
                        "message": .string(error.message),
                        "fields": .array(error.fields.map { .string($0) }),
                    ]
                ],
            ]
        case .failure(let error): throw error
        }
    }

    private func deleteByExternalID(_ exchange: inout Exchange) async throws {
        let url = try await externalURL(&exchange)
        _ = try await session.send(
            .delete, url, "deletion of \(object)", repetition: .onceOnKeptConnection)
        exchange.message.body = .empty
    }

    // MARK: Reading

    private func query(_ exchange: inout Exchange) async throws {
        guard let soql = options.sObjectQuery ?? exchange.message.body.text, !soql.isEmpty else {
            throw ConnectorError.badBody("there is no query: set sObjectQuery or the body")
        }
        let query = SalesforceQuery(
            session: session, soql: soql, includesDeleted: operation == .queryAll,
            pageSize: options.pageSize, version: options.apiVersion)
        var output: [UInt8] = [UInt8(ascii: "[")]
        var page = try await query.first()
        let total = page.total
        while true {
            for record in page.records {
                if output.count > 1 { output.append(UInt8(ascii: ",")) }
                FlatRecord.write(record, to: &output)
            }
            guard let next = page.next else { break }
            page = try await query.page(next)
        }
        output.append(UInt8(ascii: "]"))
        exchange.message.body = .bytes(output)
        exchange.message.control["CamelSalesforceQueryResultTotalSize"] = .integer(total)
    }

    private func read(_ exchange: inout Exchange) async throws {
        let query =
            options.sObjectFields.isEmpty
            ? [] : [(name: "fields", value: options.sObjectFields.joined(separator: ","))]
        let url: HTTPURL
        if operation == .getSObjectWithId {
            url = try await externalURL(&exchange, query)
        } else {
            let id = try options.sObjectIdValue ?? Self.id(in: &exchange.message.body)
            let path = try PercentEncoding.segment(object) + "/" + PercentEncoding.segment(id)
            url = try await session.url("/sobjects/" + path, query, version: options.apiVersion)
        }
        let response = try await session.send(.get, url, "reading of \(object)")
        let record = try session.json(response, "reading of \(object)")
        exchange.message.body = .bytes(FlatRecord.bytes(record))
    }

    private func externalURL(
        _ exchange: inout Exchange, _ query: [(name: String, value: String)] = []
    ) async throws -> HTTPURL {
        let field = options.sObjectIdName ?? "Id"
        let inBody = (try? exchange.message.body.json().root[field]?.scalarText) ?? nil
        guard let value = options.sObjectIdValue ?? inBody ?? exchange.message.body.text else {
            throw ConnectorError.badBody("the record has no '\(field)'")
        }
        let path = try [object, field, value].map { try PercentEncoding.segment($0) }
        return try await session.url(
            "/sobjects/" + path.joined(separator: "/"), query, version: options.apiVersion)
    }

    private func inform(_ exchange: inout Exchange) async throws {
        let object = try operation.needsObject ? PercentEncoding.segment(object) : ""
        let path =
            switch operation {
            case .getDescription: "/sobjects/\(object)/describe"
            case .getBasicInfo: "/sobjects/\(object)"
            case .getGlobalObjects: "/sobjects"
            default: "/limits"
            }
        let url = try await session.url(path, version: options.apiVersion)
        let response = try await session.send(.get, url, operation.rawValue)
        _ = try session.json(response, operation.rawValue)
        exchange.message.body = .bytes(response.body)
    }
}
