public import CrossdockData
public import CrossdockDiagnostics

/// What became of one inline test.
public struct MappingTestResult: Sendable {
    public let name: String
    public let span: SourceSpan
    /// Empty when the test passed.
    public let problems: [Diagnostic]

    public var isPassed: Bool { problems.isEmpty }
    public var message: String? {
        problems.isEmpty ? nil : problems.map(\.message).joined(separator: "; ")
    }
}

extension Mapping {
    /// Runs the tests of the file, each on its own.
    public func runTests(services: MappingServices = .none) -> [MappingTestResult] {
        file.tests.map { test in
            var run = MappingTestRun(mapping: self, test: test, services: services)
            run.run()
            return MappingTestResult(name: test.name, span: test.span, problems: run.problems)
        }
    }

    /// Returns the mapped value of a record given as a tree; for tools and tests.
    public func apply(
        _ record: Value, direction: MappingDirection = .toRight, services: MappingServices = .none
    ) throws -> Value {
        let document = try JSONDocument(record.json)
        return try Value(json: try compiled(direction).apply(document.root, services: services))
    }
}

private struct MappingTestRun {
    let mapping: Mapping
    let test: MappingTest
    let services: MappingServices
    var problems: [Diagnostic] = []

    mutating func run() {
        let output: Value
        do {
            output = try mapping.apply(
                test.given, direction: test.direction, services: services)
        } catch let failure as MappingFailure {
            judge(failure)
            return
        } catch {
            fail("\((error as? any Classified)?.message ?? "\(error)")")
            return
        }
        let decimals = (try? mapping.compiled(test.direction).decimalTargets) ?? []
        switch test.expectation {
        case .subset(let expected):
            ValueComparison(isSubset: true, decimals: decimals)
                .compare(expected, output, at: "") { problems.append(problem($0)) }
        case .exactly(let expected):
            ValueComparison(isSubset: false, decimals: decimals)
                .compare(expected, output, at: "") { problems.append(problem($0)) }
        case .failure(let field, let code):
            let wanted = [code, field].compactMap { $0 }.joined(separator: " in ")
            fail(
                "the record should have failed\(wanted.isEmpty ? "" : " with \(wanted)"), it did not"
            )
        case nil: break
        }
        if !test.roundtrip.isEmpty { roundtrip(output) }
    }

    private mutating func judge(_ failure: MappingFailure) {
        guard case .failure(let field, let code)? = test.expectation else {
            fail("the record failed: \(failure.code.id) \(failure.message)")
            return
        }
        if let code, code != failure.code.id {
            fail(
                "\(code) was expected, the record failed with \(failure.code.id): \(failure.reason)"
            )
        }
        if let field, field != failure.field {
            fail(
                "the failure was expected in `\(field)`, it is in `\(failure.field ?? "the record")`"
            )
        }
    }

    private mutating func roundtrip(_ output: Value) {
        let back: Value
        do {
            back = try mapping.apply(
                output, direction: test.direction.other, services: services)
        } catch {
            fail("the way back failed: \((error as? any Classified)?.message ?? "\(error)")")
            return
        }
        for path in test.roundtrip {
            let given = test.given.find(path.path)
            let returned = back.find(path.path)
            guard given != returned else { continue }
            fail(
                "`\(path.path)` came back as \(Self.shown(returned)), it was \(Self.shown(given))")
        }
    }

    private static func shown(_ value: Value?) -> String { value?.jsonText ?? "nothing" }

    private mutating func fail(_ message: String) { problems.append(problem(message)) }

    private func problem(_ message: String) -> Diagnostic {
        Diagnostic(.mappingTestFailed, message, at: test.span)
    }
}

extension Value {
    /// The value at a path; nil where the way ends.
    func find(_ path: FieldPath) -> Value? {
        var value: Value? = self
        for step in path.steps {
            switch step {
            case .name(let name): value = value?[name]
            case .index(let index): value = value?[index]
            }
        }
        return value
    }
}
