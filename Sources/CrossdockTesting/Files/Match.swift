internal import CrossdockCore
internal import CrossdockData
internal import CrossdockSettings

/// Compares what came out with what a test expects.
enum Match {
    static func mock(_ expected: Expectations.Mock, _ received: [Exchange]) -> String? {
        let name = expected.name
        if let count = expected.count ?? expected.bodies?.count, received.count != count {
            return "\(name) received \(received.count) messages, not \(count)"
                + shown(received.map(\.message))
        }
        if let bodies = expected.bodies {
            let complaint =
                expected.isStrict
                ? strictly(bodies, received.map(\.message.body), name)
                : inAnyOrder(bodies, received.map(\.message.body), name)
            if let complaint { return complaint + shown(received.map(\.message)) }
        }
        for (index, exchange) in received.enumerated() {
            let number = received.count == 1 ? name : "message \(index + 1) of \(name)"
            if let complaint = headers(item(expected.headers, index), exchange.message, number) {
                return complaint
            }
            if let complaint = properties(item(expected.properties, index), exchange, number) {
                return complaint
            }
        }
        if received.isEmpty, expected.headers != nil || expected.properties != nil {
            return "\(name) received nothing"
        }
        return nil
    }

    static func message(
        _ message: Message, body: YAMLNode?, headers: YAMLNode?, name: String
    ) -> String? {
        if let body, !matches(body, message.body) {
            return "\(name) has the body \(shown(message.body)), not \(shown(body))"
        }
        return self.headers(headers, message, name)
    }

    /// A list holds one expectation for each message, a map one for all.
    private static func item(_ node: YAMLNode?, _ index: Int) -> YAMLNode? {
        guard let items = node?.sequence else { return node }
        return items.indices.contains(index) ? items[index] : nil
    }

    // MARK: - Bodies

    private static func strictly(
        _ expected: [YAMLNode], _ bodies: [Body], _ name: String
    ) -> String? {
        for (index, node) in expected.enumerated() {
            guard index < bodies.count else { return "\(name) has no message \(index + 1)" }
            if !matches(node, bodies[index]) {
                return
                    "message \(index + 1) of \(name) is \(shown(bodies[index])), not \(shown(node))"
            }
        }
        return nil
    }

    /// Each expected body takes the first that fits; what fits several may have to move on.
    private static func inAnyOrder(
        _ expected: [YAMLNode], _ bodies: [Body], _ name: String
    ) -> String? {
        var owner = [Int?](repeating: nil, count: bodies.count)
        func place(_ node: Int, _ tried: inout Set<Int>) -> Bool {
            for body in bodies.indices where !tried.contains(body) {
                guard matches(expected[node], bodies[body]) else { continue }
                tried.insert(body)
                if let other = owner[body], !place(other, &tried) { continue }
                owner[body] = node
                return true
            }
            return false
        }
        for node in expected.indices {
            var tried: Set<Int> = []
            if !place(node, &tried) { return "\(name) did not receive \(shown(expected[node]))" }
        }
        return nil
    }

    /// Objects may have more members than expected; text must be the same.
    static func matches(_ expected: YAMLNode, _ body: Body) -> Bool {
        if expected.isNull { return body.isNull }
        if let scalar = expected.scalar {
            if let text = body.text, text == scalar.text { return true }
            guard let value = try? body.value() else { return false }
            return matches(expected.value, value) && value.string == nil
        }
        var copy = body
        let value = copy.jsonContainer().flatMap { try? $0.root.value() } ?? (try? body.value())
        return value.map { matches(expected.value, $0) } ?? false
    }

    static func matches(_ expected: Value, _ actual: Value) -> Bool {
        switch (expected, actual) {
        case (.object(let wanted), .object(let members)):
            wanted.allSatisfy { key, value in
                members[key].map { matches(value, $0) } ?? value.isNull
            }
        case (.array(let wanted), .array(let elements)):
            wanted.count == elements.count && zip(wanted, elements).allSatisfy { matches($0, $1) }
        default: expected == actual
        }
    }

    // MARK: - Headers and properties

    private static func headers(_ node: YAMLNode?, _ message: Message, _ name: String) -> String? {
        for member in node?.mapping ?? [] {
            let actual = message[header: member.key] ?? .null
            if !isSame(member.value, actual) {
                return "\(name) has the header \(member.key): \(actual.jsonText), "
                    + "not \(shown(member.value))"
            }
        }
        return nil
    }

    private static func properties(
        _ node: YAMLNode?, _ exchange: Exchange, _ name: String
    ) -> String? {
        for member in node?.mapping ?? [] {
            if member.key == Exchange.PropertyName.caught {
                guard !isCaught(member.value, exchange) else { continue }
                let caught = exchange.caught.map { ExceptionName.describe($0) } ?? "nothing"
                return "\(name) has caught \(caught), not \(shown(member.value))"
            }
            let actual = exchange.property(member.key) ?? .null
            if !isSame(member.value, actual) {
                return "\(name) has the property \(member.key): \(actual.jsonText), "
                    + "not \(shown(member.value))"
            }
        }
        return nil
    }

    private static func isCaught(_ expected: YAMLNode, _ exchange: Exchange) -> Bool {
        guard let name = expected.text else { return exchange.caught == nil }
        guard let error = exchange.caught else { return false }
        let wanted = ExceptionName.resolve(name) ?? name
        return ExceptionName.distance(from: ExceptionName.of(error), to: wanted) != nil
    }

    /// Scalars are the same when their text is: headers are mostly text, whatever they look like.
    private static func isSame(_ expected: YAMLNode, _ actual: Value) -> Bool {
        if expected.isNull { return actual.isNull }
        if let scalar = expected.scalar, let text = actual.scalarText, scalar.text == text {
            return true
        }
        return matches(expected.value, actual)
    }

    // MARK: - Messages

    private static func shown(_ node: YAMLNode) -> String {
        node.scalar.map { "'\($0.text.prefix(200))'" } ?? String(node.value.jsonText.prefix(200))
    }

    private static func shown(_ body: Body) -> String {
        body.isNull ? "empty" : "'\((body.text ?? "\(body.bytes.count) bytes").prefix(200))'"
    }

    private static func shown(_ messages: [Message]) -> String {
        messages.isEmpty
            ? "" : ": " + messages.prefix(10).map { shown($0.body) }.joined(separator: ", ")
    }
}
