import CrossdockCore
import CrossdockDiagnostics
import CrossdockExpressions
import CrossdockProcessors
import CrossdockRouting
import CrossdockSettings
import Logging
import Testing

@Suite("What is wrong with a route file")
struct FindingsTests {
    static func findings(_ texts: String...) -> [Diagnostic] {
        let files = texts.enumerated().map { index, text in
            RouteFile.read(
                text, file: "\(index + 1).camel.yaml",
                placeholders: Placeholders(properties: ["known": "x"], environment: { _ in nil }))
        }
        let catalog = Catalog(
            components: InProcessComponents.all(), processors: RouteSteps.all,
            languages: ExpressionLanguages.all, beans: RouteBeans.all + RoutingBeans.all)
        let assembly = RouteAssembly(
            catalog: catalog, placeholders: Placeholders(properties: ["known": "x"]),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return assembly.build(files).findings
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let code: String
        let line: Int
        let column: Int
        let message: String
        var help: String?

        var testDescription: String { name }
    }

    /// Each is a file with one fault.
    static let cases: [Case] = [
        Case(
            name: "a step that does not exist",
            text: "- from:\n    uri: direct:a\n    steps:\n      - setBdy: { constant: x }\n",
            code: "CD1106", line: 4, column: 9, message: "setBdy", help: "setBody"),
        Case(
            name: "an option that does not exist",
            text: """
                - from:
                    uri: direct:a
                    steps:
                      - log: { message: x, logingLevel: INFO }
                """, code: "CD0101", line: 4, column: 28, message: "logingLevel",
            help: "loggingLevel"),
        Case(
            name: "an option of an address that does not exist",
            text: "- from:\n    uri: direct:a\n    steps:\n      - to: seda:b?sise=3\n",
            code: "CD0101", line: 4, column: 13, message: "sise", help: "size"),
        Case(
            name: "a scheme that does not exist",
            text: "- from:\n    uri: direct:a\n    steps:\n      - to: dirct:b\n", code: "CD1101",
            line: 4, column: 13, message: "dirct", help: "direct"),
        Case(
            name: "a scheme of Camel's that is not offered",
            text: "- from:\n    uri: jms:queue:a\n    steps:\n      - to: mock:b\n", code: "CD1102",
            line: 2, column: 10, message: "jms", help: "bus:"),
        Case(
            name: "a language that does not exist",
            text: "- from:\n    uri: direct:a\n    steps:\n      - setBody: { simpel: x }\n",
            code: "CD1103", line: 4, column: 20, message: "simpel", help: "simple"),
        Case(
            name: "a Java class",
            text: """
                - beans:
                    - name: mine
                      type: com.example.Mine
                - from: { uri: direct:a, steps: [ { split: { simple: "${body}", aggregationStrategy: mine, steps: [] } } ] }
                """, code: "CD1104", line: 3, column: 13, message: "com.example.Mine"),
        Case(
            name: "a function that does not exist",
            text: """
                - from:
                    uri: direct:a
                    steps:
                      - setBody: { simple: "x ${bdy} y" }
                """, code: "CD1111", line: 4, column: 33, message: "bdy", help: "body"),
        Case(
            name: "an expression that does not end",
            text:
                "- from:\n    uri: direct:a\n    steps:\n      - filter: { simple: '${body} ==' }\n",
            code: "CD1110", line: 4, column: 36, message: "=="),
        Case(
            name: "an entry that does not exist", text: "- rout:\n    from: { uri: direct:a }\n",
            code: "CD1114", line: 1, column: 3, message: "rout", help: "route"),
        Case(
            name: "a route without a source", text: "- route:\n    id: a\n", code: "CD1108",
            line: 2, column: 5, message: "from"),
        Case(
            name: "two error handlers at once",
            text: """
                - errorHandler:
                    noErrorHandler: {}
                    deadLetterChannel: { deadLetterUri: "mock:a" }
                - from: { uri: direct:a, steps: [ { to: "mock:b" } ] }
                """, code: "CD1108", line: 2, column: 5, message: "2"),
        Case(
            name: "a receiver that is none",
            text: "- from: { uri: 'mock:a', steps: [ { stop: {} } ] }\n",
            code: "CD1107", line: 1, column: 16, message: "received"),
        Case(
            name: "a placeholder for nothing",
            text: "- from:\n    uri: direct:a\n    steps:\n      - to: mock:{{knwn}}\n",
            code: "CD0104",
            line: 4, column: 13, message: "knwn"),
        Case(
            name: "two routes of one name",
            text: """
                - route: { id: a, from: { uri: direct:a, steps: [ { stop: {} } ] } }
                - route: { id: a, from: { uri: direct:b, steps: [ { stop: {} } ] } }
                """, code: "CD1109", line: 2, column: 10, message: "'a'"),
        Case(
            name: "two routes that start at once",
            text: """
                - route: { id: a, startupOrder: 5, from: { uri: direct:a, steps: [ { stop: {} } ] } }
                - route: { id: b, startupOrder: 5, from: { uri: direct:b, steps: [ { stop: {} } ] } }
                """, code: "CD1118", line: 2, column: 10, message: "5"),
        Case(
            name: "a template that does not exist",
            text: "- templatedRoute: { routeTemplateRef: nothing, parameters: [] }\n",
            code: "CD1117",
            line: 1, column: 19, message: "nothing"),
        Case(
            name: "a parameter that a template needs",
            text: """
                - routeTemplate:
                    id: t
                    parameters: [ { name: p } ]
                    from: { uri: "direct:{{p}}", steps: [ { stop: {} } ] }
                - templatedRoute: { routeTemplateRef: t }
                """, code: "CD1117", line: 5, column: 19, message: "'p'"),
        Case(
            name: "a number that is none",
            text: "- from:\n    uri: timer:a?repeatCount=many\n    steps: [ { stop: {} } ]\n",
            code: "CD0103", line: 2, column: 10, message: "repeatCount"),
        Case(
            name: "a pattern that is none",
            text: """
                - from:
                    uri: direct:a
                    steps:
                      - filter: { simple: "${body} regex '[a'", steps: [ { stop: {} } ] }
                """, code: "CD1112", line: 4, column: 42, message: "[a"),
    ]

    @Test("Each fault has its code, its place and what helps", arguments: cases)
    func fault(_ given: Case) throws {
        let errors = Self.findings(given.text).filter { $0.severity == .error }
        let found = try #require(errors.first)
        #expect(errors.count == 1, "\(errors.map { "\($0)" })")
        #expect(found.code.id == given.code, "\(found)")
        #expect(found.span?.line == given.line, "\(found)")
        #expect(found.span?.column == given.column, "\(found)")
        #expect(found.message.contains(given.message), "\(found)")
        if let help = given.help { #expect(found.help?.contains(help) == true, "\(found)") }
    }

    @Test("A finding names file, line and column before it says what is wrong and what was meant")
    func rendered() {
        let findings = Self.findings(
            "- from: { uri: direct:ok, steps: [ { stop: {} } ] }\n",
            """
            - from:
                uri: direct:a
                steps:
                  - choice:
                      when:
                        - simple: "${body} == 1"
                          steps:
                            - log: { message: x, loggingLevl: INFO }
                            - setBody: { simple: a, constant: b }
            """)
        #expect(
            findings.map { $0.rendered() } == [
                "2.camel.yaml:8:38: error[CD0101]: 'loggingLevl' is not known here\n"
                    + "    help: did you mean 'loggingLevel'?",
                "2.camel.yaml:9:30: error[CD0103]: one expression is expected, not simple, constant",
            ])
    }

    @Test("All faults of all files are found at once")
    func all() {
        let findings = Self.findings(
            """
            - from:
                uri: direct:a
                steps:
                  - setBdy: { constant: x }
                  - to: dirct:b
                  - log: { message: x, logingLevel: INFO }
                  - choice:
                      when:
                        - simple: "${bdy}"
                          steps: [ { to: "nowhere:x" } ]
            """,
            "- from: { uri: nothing:a, steps: [ { stop: {} } ] }\n")
        let codes = findings.filter { $0.severity == .error }.map(\.code.id)
        #expect(
            codes.sorted() == ["CD0101", "CD1101", "CD1101", "CD1101", "CD1106", "CD1111"])
    }

    @Test("A sender that nobody receives from is worth a warning")
    func unreachable() {
        let findings = Self.findings(
            "- from: { uri: direct:a, steps: [ { to: 'direct:aa' }, { to: 'direct:a' } ] }\n")
        #expect(findings.map(\.code.id) == ["CD1116"])
        #expect(findings.first?.severity == .warning)
    }

    @Test("Old spellings are read and worth a warning")
    func hyphens() {
        let findings = Self.findings(
            "- from: { uri: direct:a, steps: [ { set-body: { constant: x } } ] }\n")
        #expect(findings.map(\.code.id) == ["CD1115"])
    }

    @Test("A file that is no YAML, or no list, says where")
    func noYAML() {
        #expect(Self.findings("- from: [").first?.span?.file == "1.camel.yaml")
        #expect(Self.findings("text").first?.code.id == "CD1108")
    }

    @Test("Nothing is wrong with an empty file")
    func empty() { #expect(Self.findings("").filter { $0.severity == .error }.isEmpty) }
}
