import CrossdockCore
import CrossdockData
import CrossdockTesting
import Testing

/// Each step in the notation that people write and in the canonical one, which leaves nothing out.
@Suite("Classic and canonical notation")
struct NotationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let step: String
        let classic: String
        let canonical: String
        var body = "x"
        var headers: [String: String] = [:]
        /// Bodies by mock.
        var received: [String: [String]] = [:]
        /// Headers of the first message at `mock:out`; nil for one that must not be there.
        var outHeaders: [String: String?] = [:]
        var logged: String?
        var exception: String?
        var elapsed = Duration.zero

        var testDescription: String { step }
    }

    private static let messageSteps: [Case] = [
        Case(
            step: "to", classic: "- to: mock:out",
            canonical: "- to: { uri: mock, parameters: { name: out } }",
            received: ["mock:out": ["x"]]),
        Case(
            step: "toD", classic: "- toD: \"mock:${header.where}\"",
            canonical: "- toD: { uri: \"mock:${header.where}\", parameters: { retainFirst: 5 } }",
            headers: ["where": "out"], received: ["mock:out": ["x"]]),
        Case(
            step: "log", classic: "- log: \"got ${body}\"",
            canonical: "- log: { message: \"got ${body}\", loggingLevel: INFO, logName: orders }",
            logged: "info got x "),
        Case(
            step: "setBody", classic: "- setBody: { simple: \"${body}!\" }\n- to: mock:out",
            canonical: """
                - setBody: { expression: { simple: { expression: "${body}!" } } }
                - to: mock:out
                """, received: ["mock:out": ["x!"]]),
        Case(
            step: "setHeader",
            classic: "- setHeader: { name: h, simple: \"${body}1\" }\n- to: mock:out",
            canonical: """
                - setHeader:
                    name: h
                    expression: { simple: { expression: "${body}1", trim: true } }
                - to: mock:out
                """, received: ["mock:out": ["x"]], outHeaders: ["h": "x1"]),
        Case(
            step: "setHeaders",
            classic: """
                - setHeaders: { headers: [ { name: a, constant: "1" }, { name: b, header: a } ] }
                - to: mock:out
                """,
            canonical: """
                - setHeaders:
                    headers:
                      - { name: a, expression: { constant: { expression: "1" } } }
                      - { name: b, expression: { header: { expression: a } } }
                - to: mock:out
                """, received: ["mock:out": ["x"]], outHeaders: ["a": "1", "b": "1"]),
        Case(
            step: "setProperty",
            classic: """
                - setProperty: { name: p, simple: "${body}" }
                - setBody: { exchangeProperty: p }
                - setHeader: { name: h, simple: "${exchangeProperty.p}${header.p}" }
                - to: mock:out
                """,
            canonical: """
                - setProperty: { name: p, expression: { simple: { expression: "${body}" } } }
                - setBody: { expression: { exchangeProperty: { expression: p } } }
                - setHeader: { name: h, expression: { simple: { expression: "${exchangeProperty.p}" } } }
                - to: mock:out
                """, received: ["mock:out": ["x"]], outHeaders: ["h": "x", "p": nil]),
        Case(
            step: "setVariable",
            classic: """
                - setVariable: { name: v, simple: "${body}2" }
                - setBody: { variable: v }
                - to: mock:out
                """,
            canonical: """
                - setVariable: { name: v, expression: { simple: { expression: "${body}2" } } }
                - setBody: { expression: { variable: { expression: v } } }
                - to: mock:out
                """, received: ["mock:out": ["x2"]], outHeaders: ["v": nil]),
        Case(
            step: "removeHeader", classic: "- removeHeader: a\n- to: mock:out",
            canonical: "- removeHeader: { name: a }\n- to: mock:out",
            headers: ["a": "1", "b": "2"], received: ["mock:out": ["x"]],
            outHeaders: ["a": nil, "b": "2"]),
        Case(
            step: "removeHeaders", classic: "- removeHeaders: \"a*\"\n- to: mock:out",
            canonical: """
                - removeHeaders: { pattern: "A.+|a", excludePattern: "none*" }
                - to: mock:out
                """, headers: ["a": "1", "ab": "2", "b": "3"], received: ["mock:out": ["x"]],
            outHeaders: ["a": nil, "ab": nil, "b": "3"]),
    ]

    private static let flowSteps: [Case] = [
        Case(
            step: "choice",
            classic: """
                - choice:
                    when:
                      - { simple: "${body} == 'y'", steps: [ { to: "mock:y" } ] }
                      - { simple: "${body} == 'x'", steps: [ { to: "mock:x" } ] }
                    otherwise: { steps: [ { to: "mock:other" } ] }
                - to: mock:out
                """,
            canonical: """
                - choice:
                    when:
                      - expression: { simple: { expression: "${body} == 'y'" } }
                        steps: [ { to: { uri: "mock:y" } } ]
                      - expression: { simple: { expression: "${body} == 'x'" } }
                        steps: [ { to: { uri: "mock:x" } } ]
                    otherwise: { steps: [ { to: { uri: "mock:other" } } ] }
                - to: mock:out
                """,
            received: ["mock:x": ["x"], "mock:y": [], "mock:other": [], "mock:out": ["x"]]),
        Case(
            step: "filter",
            classic: """
                - filter: { simple: "${body} == 'y'" }
                - to: mock:never
                """,
            canonical: """
                - filter:
                    expression: { simple: { expression: "${body} == 'y'" } }
                    steps: [ { to: { uri: "mock:never" } } ]
                """, received: ["mock:never": []]),
        Case(
            step: "split",
            classic: "- split: { tokenize: \";\" }\n- to: mock:out",
            canonical: """
                - split:
                    expression: { tokenize: { token: ";" } }
                    steps: [ { to: { uri: "mock:out" } } ]
                """, body: "a;b", received: ["mock:out": ["a", "b"]]),
        Case(
            step: "multicast", classic: "- multicast: {}\n- to: mock:a\n- to: mock:b",
            canonical: """
                - multicast:
                    parallelProcessing: false
                    steps: [ { to: { uri: "mock:a" } }, { to: { uri: "mock:b" } } ]
                """, received: ["mock:a": ["x"], "mock:b": ["x"]]),
        Case(
            step: "pipeline",
            classic: """
                - pipeline: { steps: [ { setBody: { constant: "y" } }, { to: "mock:in" } ] }
                - to: mock:out
                """,
            canonical: """
                - pipeline:
                    id: group
                    description: two steps
                    steps:
                      - setBody: { expression: { constant: { expression: "y" } } }
                      - to: { uri: "mock:in" }
                - to: { uri: "mock:out" }
                """, received: ["mock:in": ["y"], "mock:out": ["y"]]),
        Case(
            step: "doTry",
            classic: """
                - doTry:
                    steps: [ { throwException: { exceptionType: java.io.IOException, message: no } } ]
                    doCatch:
                      - exception: [ java.io.IOException ]
                        onWhen: { simple: "${body} == 'x'" }
                        steps: [ { to: "mock:caught" } ]
                    doFinally: { steps: [ { to: "mock:finally" } ] }
                - to: mock:out
                """,
            canonical: """
                - doTry:
                    id: try
                    steps:
                      - throwException: { id: t, exceptionType: java.io.IOException, message: no }
                    doCatch:
                      - exception: [ java.lang.IllegalStateException, java.io.IOException ]
                        onWhen: { expression: { simple: { expression: "${body} == 'x'" } } }
                        steps: [ { to: { uri: "mock:caught" } } ]
                    doFinally: { id: last, steps: [ { to: { uri: "mock:finally" } } ] }
                - to: { uri: "mock:out" }
                """,
            received: ["mock:caught": ["x"], "mock:finally": ["x"], "mock:out": ["x"]]),
        Case(
            step: "stop", classic: "- to: mock:out\n- stop: {}\n- to: mock:never",
            canonical: """
                - to: { uri: "mock:out" }
                - stop: { id: end, description: the end }
                - to: { uri: "mock:never" }
                """, received: ["mock:out": ["x"], "mock:never": []]),
        Case(
            step: "throwException",
            classic: """
                - throwException: { exceptionType: java.lang.IllegalStateException, message: "no ${body}" }
                - to: mock:never
                """,
            canonical: """
                - throwException:
                    id: t
                    exceptionType: java.lang.IllegalStateException
                    message: "no ${body}"
                - to: { uri: "mock:never" }
                """, received: ["mock:never": []],
            exception: "java.lang.IllegalStateException: no x"),
        Case(
            step: "delay", classic: "- delay: { constant: \"1500\" }\n- to: mock:out",
            canonical: """
                - delay: { expression: { constant: { expression: "1500" } }, asyncDelayed: true }
                - to: { uri: "mock:out" }
                """, received: ["mock:out": ["x"]], elapsed: .milliseconds(1_500)),
    ]

    @Test("A step does the same in both notations", arguments: messageSteps + flowSteps)
    func same(_ given: Case) async throws {
        try await check(given, "- from:\n    uri: direct:in\n    steps:\n", given.classic, by: 6)
        try await check(
            given,
            "- route:\n    from:\n      uri: direct\n      parameters: { name: in }\n      steps:\n",
            given.canonical, by: 8)
    }

    private func check(
        _ given: Case, _ head: String, _ steps: String, by indentation: Int
    ) async throws {
        let indent = String(repeating: " ", count: indentation)
        let lines = steps.split(separator: "\n").map { indent + $0 }
        let hub = try await TestHub(route: head + lines.joined(separator: "\n"))
        let start = hub.clock.elapsed
        let headers = given.headers.map { ($0.key, Value.string($0.value)) }
        var failure: String?
        do { try await hub.send(.text(given.body), headers: headers, to: "direct:in") } catch {
            failure = ExceptionName.describe(error)
        }
        #expect(failure == given.exception, "\(steps)")
        #expect(hub.clock.elapsed - start == given.elapsed, "\(steps)")
        for (mock, bodies) in given.received {
            let texts = await hub.received(at: mock).map { $0.body.text }
            #expect(texts == bodies, "\(mock) after \(steps)")
        }
        let out = await hub.received(at: "mock:out").first
        for (name, value) in given.outHeaders {
            #expect(out?.headers[name]?.scalarText == value, "\(name) after \(steps)")
        }
        if let line = given.logged {
            #expect(hub.log.lines.contains { $0.hasPrefix(line) }, "\(hub.log.lines)")
        }
        await hub.stop()
    }
}
