internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// Carries out one operation for each exchange.
final class SAPProducer: Producer {
    private let set: String
    private let options: SAPOptions
    private let service: SAPService
    private let writes: Gather<SAPWriter.Kind, SAPWriteRequest, Value>
    private let recorded: RecordedSAPWrites

    init(
        set: String, options: SAPOptions, service: SAPService, recorder: EffectRecorder,
        clock: any HubClock
    ) {
        self.set = set
        self.options = options
        self.service = service
        let writer = SAPWriter(
            service: service, set: set, matchOn: options.matchOn, clock: clock)
        let recorded = RecordedSAPWrites(writer: writer, recorder: recorder)
        self.recorded = recorded
        writes = Gather(
            limit: options.gather ? options.gatherSize : 1,
            linger: options.gather ? options.lingerMillis : .zero,
            concurrency: options.concurrentCalls
        ) { kind, requests in
            await recorded.write(requests, kind)
        }
    }

    func process(_ exchange: inout Exchange) async throws {
        switch options.operation {
        case .create: try await write(&exchange, .create)
        case .update: try await write(&exchange, .update)
        case .upsert: try await write(&exchange, .upsert)
        case .delete: try await write(&exchange, .delete)
        case .batch: try await writeList(&exchange)
        case .read: try await read(&exchange)
        case .function: try await call(&exchange)
        case .changes: break  // an endpoint of this operation makes no producer
        }
    }

    // MARK: Writing

    private func write(_ exchange: inout Exchange, _ kind: SAPWriter.Kind) async throws {
        let intent = recorded.recorder.intent(for: exchange)
        let request = try await request(&exchange.message.body, kind, intent)
        let result = try await writes.submit(request, group: kind, target: request.target)
        exchange.message.body = .value(result)
    }

    private func request(
        _ body: inout Body, _ kind: SAPWriter.Kind, _ intent: EffectIntent?
    ) async throws -> SAPWriteRequest {
        let record = try? body.json().root
        guard let record, record.kind == .object else {
            guard kind == .delete, let key = options.key ?? body.text, !key.isEmpty else {
                throw ConnectorError(
                    .recordRefused, "a JSON object is expected as the record", .permanent)
            }
            return SAPWriteRequest(
                record: nil, keyPredicate: try await predicate(key), matchValue: nil,
                intent: intent)
        }
        return try await request(record, kind, intent)
    }

    private func request(
        _ record: JSONNode, _ kind: SAPWriter.Kind, _ intent: EffectIntent?
    ) async throws -> SAPWriteRequest {
        let match = options.matchOn.flatMap { record[$0]?.scalarText }.flatMap {
            $0.isEmpty ? nil : $0
        }
        if kind == .upsert, match == nil {
            throw ConnectorError(
                .recordRefused, "the record has no '\(options.matchOn ?? "")'", .permanent,
                fields: [options.matchOn ?? ""])
        }
        var predicate: String?
        if kind == .update || kind == .delete {
            predicate = try await self.predicate(of: record)
            guard predicate != nil || match != nil else {
                throw ConnectorError(
                    .recordRefused, "the record has no key: set key= or give the key fields",
                    .permanent)
            }
        }
        return SAPWriteRequest(
            record: record, keyPredicate: predicate, matchValue: match, intent: intent)
    }

    private func writeList(_ exchange: inout Exchange) async throws {
        let root = try exchange.message.body.json().root
        guard root.kind == .array else {
            throw ConnectorError(.recordRefused, "a JSON list of records is expected", .permanent)
        }
        let kind: SAPWriter.Kind = options.matchOn == nil ? .create : .upsert
        var requests: [SAPWriteRequest] = []
        for record in root.elements { requests.append(try await request(record, kind, nil)) }
        var rows: [Value] = []
        for start in stride(from: 0, to: requests.count, by: options.gatherSize) {
            let part = Array(requests[start..<min(start + options.gatherSize, requests.count)])
            for outcome in await recorded.write(part, kind) { rows.append(try Self.row(outcome)) }
        }
        exchange.message.body = .value(.array(rows))
    }

    private static func row(_ outcome: Result<Value, any Error>) throws -> Value {
        switch outcome {
        case .success(let value): return value
        case .failure(let error as ConnectorError) where error.disposition == .permanent:
            return [
                "error": [
                    "code": .string(error.remoteCode ?? error.code.id),
                    "message": .string(error.message),
                ]
            ]
        case .failure(let error): throw error
        }
    }

    // MARK: Keys

    /// The key predicate from the key fields of a record, or from `key=`; nil when they are missing.
    private func predicate(of record: JSONNode) async throws -> String? {
        if let key = options.key { return try await predicate(key) }
        let type = try await service.type(of: set)
        let values = type.keys.compactMap { name in
            record[name]?.scalarText.map { (name: name, value: $0) }
        }
        guard !values.isEmpty, values.count == type.keys.count,
            values.allSatisfy({ !$0.value.isEmpty })
        else { return nil }
        return encoded(values, type)
    }

    /// The key predicate of a value, or of `A='1',B='2'` as it is written.
    private func predicate(_ key: String) async throws -> String {
        let type = try await service.type(of: set)
        guard type.keys.count == 1 else { return PercentEncoding.query(key) }
        return encoded([(type.keys[0], key)], type)
    }

    private func encoded(
        _ values: [(name: String, value: String)], _ type: ODataModel.EntityType
    ) -> String {
        let parts = values.map { name, value in
            let literal = ODataName.literal(
                value, type: type.property(name)?.type ?? "Edm.String")
            let encoded = PercentEncoding.query(literal)
            return values.count == 1 ? encoded : "\(name)=\(encoded)"
        }
        return parts.joined(separator: ",")
    }

    // MARK: Reading

    private func read(_ exchange: inout Exchange) async throws {
        let query = [
            ("$filter", options.filter), ("$select", options.select), ("$expand", options.expand),
            ("$orderby", options.orderBy), ("$top", options.top.map(String.init)),
        ].compactMap { name, value in value.map { (name: name, value: $0) } }
        let what = "reading of \(set)"
        if let key = options.key {
            let path = "/\(set)(\(try await predicate(key)))"
            let response = try await service.send(
                HTTPRequest(.get, service.url(path, query)), what)
            exchange.message.body = .bytes(FlatEntity.bytes(try service.data(response, what)))
            return
        }
        var pages = ODataPages(
            service: service, first: try service.url("/\(set)", query), what: what)
        var output: [UInt8] = [UInt8(ascii: "[")]
        var left = options.top ?? .max
        while left > 0, let page = try await pages.next() {
            for entity in page.prefix(left) {
                if output.count > 1 { output.append(UInt8(ascii: ",")) }
                FlatEntity.write(entity, to: &output)
            }
            left -= min(left, page.count)
        }
        output.append(UInt8(ascii: "]"))
        exchange.message.body = .bytes(output)
    }

    /// Calls a function import with the body's members as arguments.
    private func call(_ exchange: inout Exchange) async throws {
        let name = options.function ?? ""
        let model = try await service.model()
        guard let function = model.functions[name] else {
            let help = Suggestion.help(for: name, in: model.functions.keys).map { "; \($0)" } ?? ""
            throw ConnectorError(
                .remoteRefused, "the service has no function import '\(name)'\(help)", .permanent)
        }
        let arguments = exchange.message.body.isEmpty ? nil : try exchange.message.body.json().root
        let query = function.parameters.compactMap { parameter in
            arguments?[parameter.name]?.scalarText.map {
                (name: parameter.name, value: ODataName.literal($0, type: parameter.type))
            }
        }
        let method: HTTPMethod = function.method.uppercased() == "GET" ? .get : .post
        let what = "function \(name)"
        let response = try await service.send(
            HTTPRequest(method, service.url("/\(name)", query)), what)
        guard !response.body.isEmpty else { return exchange.message.body = .empty }
        let data = try service.data(response, what, repetition: .onceOnFreshConnection)
        exchange.message.body = .bytes(FlatEntity.bytes(data))
    }
}
