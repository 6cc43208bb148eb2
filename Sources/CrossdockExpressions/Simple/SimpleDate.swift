internal import CrossdockCore
internal import CrossdockData
internal import CrossdockSettings

/// `${date:command:pattern}` and `${date-with-timezone:command:zone:pattern}`.
enum SimpleDate {
    static func make(
        _ text: String, hasZone: Bool, _ parser: SimpleParser
    ) throws -> any CompiledExpression {
        var rest = text[...]
        func next() -> String {
            let part = rest.prefix { $0 != ":" }
            rest = rest.dropFirst(part.count + 1)
            return String(part)
        }
        let moment = try DateCommand(next(), parser.scope)
        var zone = DateZone.local
        if hasZone {
            let name = next()
            guard let known = DateZone(name) else {
                throw FunctionProblem(message: "'\(name)' is no time zone that is known here")
            }
            zone = known
        }
        let pattern = String(rest)
        guard !pattern.isEmpty else {
            return Computed { exchange in
                try moment.instant(in: exchange).map { .string(Timestamp.text($0)) } ?? .null
            }
        }
        let format: DatePattern
        do { format = try DatePattern(pattern) } catch {
            throw FunctionProblem(message: error.message)
        }
        let chosen = zone
        return Computed { exchange in
            guard let instant = try moment.instant(in: exchange) else { return .null }
            return .string(format.text(instant, in: chosen))
        }
    }
}

/// A point in time, with an offset behind it: `now`, `header.created+1h30m`.
private struct DateCommand: Sendable {
    private enum Source: Sendable {
        case now(any HubClock)
        case header(HeaderName)
        case variable(VariableName, VariableStore)
        case property(String)
        case file
    }

    private let source: Source
    private let offset: Duration

    init(_ text: String, _ scope: ExpressionScope) throws {
        let command = text.prefix { $0 != "+" && $0 != "-" }
        var offset = Duration.zero
        var rest = text.dropFirst(command.count)
        while let sign = rest.first {
            let amount = rest.dropFirst().prefix { $0 != "+" && $0 != "-" }
            guard let step = Duration(settingText: String(amount)) else {
                throw FunctionProblem(
                    message: "'\(amount)' is no amount of time, such as 24h or 1h30m")
            }
            offset = sign == "-" ? offset - step : offset + step
            rest = rest.dropFirst(amount.count + 1)
        }
        self.offset = offset
        source = try Self.source(String(command), scope)
    }

    private static func source(_ command: String, _ scope: ExpressionScope) throws -> Source {
        for (prefix, make) in [
            ("header.", { (name: String) in Source.header(HeaderName(name)) }),
            ("in.header.", { Source.header(HeaderName($0)) }),
            ("variable.", { Source.variable(VariableName($0), scope.variables) }),
            ("exchangeProperty.", { Source.property($0) }),
        ] where command.hasPrefix(prefix) {
            return make(String(command.dropFirst(prefix.count)))
        }
        switch command {
        case "now", "exchangeCreated", "millis": return .now(scope.clock)
        case "file": return .file
        default:
            throw FunctionProblem(
                message: "'\(command)' is no point in time; use now, header.name, variable.name, "
                    + "exchangeProperty.name or file")
        }
    }

    func instant(in exchange: Exchange) throws -> Instant? {
        let base: Instant?
        switch source {
        case .now(let clock): base = clock.now
        case .header(let name): base = try Self.read(exchange.message[header: name])
        case .variable(let name, let store):
            base = try Self.read(try name.value(in: exchange, store)?.value())
        case .property(let name): base = try Self.read(exchange.property(name))
        case .file: base = try Self.read(exchange.message[header: "CamelFileLastModified"])
        }
        return base.map {
            Instant(millisecondsSince1970: $0.millisecondsSince1970 &+ offset.milliseconds)
        }
    }

    /// Milliseconds since 1970, or text that says when.
    private static func read(_ value: Value?) throws -> Instant? {
        switch value {
        case nil, .null?: return nil
        case .number(let number)?:
            if let millis = number.int64 { return Instant(millisecondsSince1970: millis) }
        case .string(let text)?:
            if let instant = Timestamp.instant(text) { return instant }
            if let millis = Int64(text) { return Instant(millisecondsSince1970: millis) }
        default: break
        }
        throw ExpressionError(
            "a \(value?.typeName ?? "null") is no point in time",
            exceptionClass: "java.lang.IllegalArgumentException")
    }
}
