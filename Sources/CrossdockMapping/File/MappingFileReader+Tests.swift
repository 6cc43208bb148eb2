internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

extension MappingFileReader {
    mutating func tests(_ map: inout NodeMap) -> [MappingTest] {
        guard let member = map.take("tests"), !member.value.isNull else { return [] }
        guard let nodes = member.value.sequence else {
            complaints.add(
                "`tests` must be a list, not \(member.value.kindDescription)",
                at: member.value.span)
            return []
        }
        return nodes.enumerated().compactMap { test($0.element, number: $0.offset + 1) }
    }

    private mutating func test(_ node: YAMLNode, number: Int) -> MappingTest? {
        guard var map = NodeMap(node, what: "a test", &complaints) else { return nil }
        let name = map.text("name", &complaints)?.text ?? "test \(number)"
        let given = map.take("given")
        let direction: MappingDirection = map.choice("direction", &complaints) ?? .toRight
        let expectation = expectation(&map)
        let roundtrip = map.paths("roundtrip", &complaints)
        map.finish(what: "a test", &complaints)
        guard let given, given.value.mapping != nil else {
            complaints.add("a test needs `given`: the record as a map", at: node.span)
            return nil
        }
        if expectation == nil, roundtrip.isEmpty {
            complaints.add(
                "a test needs `expect`, `expectExactly`, `fails` or `roundtrip`", at: node.span)
        }
        return MappingTest(
            name: name, span: node.span, given: MappingLiteral.value(of: given.value),
            direction: direction, expectation: expectation, roundtrip: roundtrip)
    }

    private mutating func expectation(_ map: inout NodeMap) -> MappingTest.Expectation? {
        let subset = map.take("expect")
        let exactly = map.take("expectExactly")
        let fails = map.take("fails")
        let given = [subset, exactly, fails].compactMap { $0 }
        if given.count > 1 {
            complaints.add(
                "a test has one of `expect`, `expectExactly` and `fails`", at: given[1].keySpan)
        }
        if let subset { return .subset(MappingLiteral.value(of: subset.value)) }
        if let exactly { return .exactly(MappingLiteral.value(of: exactly.value)) }
        guard let fails, var map = NodeMap(fails.value, what: "`fails`", &complaints) else {
            return nil
        }
        let field = map.text("field", &complaints)?.text
        let code = map.text("code", &complaints)?.text
        map.finish(what: "`fails`", &complaints)
        return .failure(field: field, code: code)
    }
}

/// Scalars of a mapping file as values.
enum MappingLiteral {
    /// Unquoted `true`, `false`, `null` and JSON numbers are literals; every other scalar is text.
    static func value(of node: YAMLNode) -> Value {
        switch node.content {
        case .scalar(let scalar):
            scalar.isPlain && scalar.text == "~" ? .string("~") : scalar.literal
        case .sequence(let nodes): .array(nodes.map(value))
        case .mapping(let members):
            .object(ValueObject(members.map { ($0.key, value(of: $0.value)) }))
        }
    }
}
