import CrossdockDiagnostics
import Testing

@testable import CrossdockModels

@Suite("Model specs")
struct SpecTests {
    private static let small = """
        model: churn
        task: binary
        label: { field: y }
        features: [{ field: a }]
        trainer: { kind: xgboost }
        """

    private func problems(_ yaml: String) -> [Diagnostic] {
        do {
            _ = try ModelSpec(yaml: yaml, file: "m.yaml")
            return []
        } catch { return (error as DiagnosticsError).diagnostics }
    }

    @Test("The smallest spec is enough, and what it leaves out has usual values")
    func smallest() throws {
        let spec = try ModelSpec(yaml: Self.small, file: "m.yaml")
        #expect(spec.split.kind == .stratified && spec.split.test == 0.2)
        #expect(spec.features[0].name == "a" && spec.features[0].type == .number)
        #expect(spec.features[0].encoding == .none && spec.features[0].missing == nil)
        #expect(spec.deployment.champion == 1 && spec.monitors.isEmpty)
    }

    @Test("Every key of the contract is read")
    func everything() throws {
        let spec = try ModelSpec(
            yaml: """
                model: deal-size
                task: regression
                key: Id
                label: { field: Amount, horizon: 90d, join: { key: "Opportunity.Id", choice: first, negativeAfter: 26w } }
                features:
                  - { name: age, field: Age, type: integer, encode: standard, missing: median }
                  - { name: size, field: Size, encode: minmax, missing: { constant: 0 } }
                  - { name: r, field: R, encode: robust, missing: mean }
                  - { name: l, field: L, encode: log1p, missing: fail }
                  - { name: c, field: 'lines[0]."odd.name"', type: category, encode: { onehot: { minFrequency: 3 } } }
                  - { name: o, field: O, type: category, encode: ordinal, missing: mode }
                  - { name: t, field: T, type: category, encode: { target: { smoothing: 10 } } }
                  - { name: f, field: F, type: category, encode: frequency, missing: { constant: none } }
                  - { name: h, field: H, type: category, encode: { hash: { bits: 6 } } }
                  - { name: x, field: X, type: text, encode: { tfidf: { ngrams: 2, minFrequency: 2 } } }
                  - { name: y, field: Y, type: dateTime, encode: { cyclic: { period: weekday, zone: Europe/Berlin } } }
                  - { name: z, field: Z, encode: { cyclic: { period: 24 } } }
                  - { name: b, expr: "$length(Name) > 3", type: boolean }
                trainer:
                  kind: xgboost
                  params: { eta: 0.1, eval_metric: mae }
                  search: { kind: tpe, trials: 30, timeLimit: 10m, space: { max_depth: { low: 2, high: 8, type: integer }, eta: { low: 0.01, high: 0.3, log: true }, booster: [gbtree, dart] } }
                split: { kind: time, by: CloseDate, test: 0.25, seed: 7 }
                gate: { metric: rmse, margin: 1, minRows: 200 }
                monitor:
                  - { field: age, test: psi, window: 1000, threshold: 0.2, action: notify }
                  - { score: true, test: ks, window: 7d }
                  - { metric: mae, test: bound, action: rollback }
                deployment: { challenger: 0.1, control: 0.05, shadow: [next], stickyBy: Id }
                """, file: "m.yaml")
        #expect(spec.features.count == 13)
        #expect(spec.features[4].encoding == .onehot(minimum: 3))
        #expect(spec.features[8].encoding == .hash(bits: 6))
        #expect(spec.features[10].encoding == .cyclic(.part(.weekday, zone: "Europe/Berlin")))
        #expect(spec.features[7].missing == .constant(.text("none")))
        #expect(spec.label?.horizon == .seconds(90 * 86_400))
        #expect(spec.label?.join.choice == .first)
        #expect(spec.trainer.search?.kind == .tpe && spec.trainer.search?.space.count == 3)
        #expect(spec.split.kind == .time && spec.split.seed == 7)
        #expect(spec.monitors.map(\.test) == ["psi", "ks", "bound"])
        #expect(spec.monitors[1].window == .time(.seconds(7 * 86_400)))
        #expect(spec.deployment.champion == 0.9)
    }

    @Test("A typo is refused with its place and what was meant")
    func typo() throws {
        let found = problems(Self.small.replacing("features", with: "feature"))
        #expect(found.map(\.code).contains(.specUnknownKey))
        let unknown = try #require(found.first { $0.code == .specUnknownKey })
        #expect(unknown.span?.line == 4 && unknown.span?.column == 1)
        #expect(unknown.help == "did you mean 'features'?")
    }

    @Test(
        "What cannot work is refused where it stands",
        arguments: [
            ("task: binary", "task: binery", DiagnosticCode.specBadValue, 2),
            ("kind: xgboost", "kind: xgbost", .specUnknownKind, 5),
            ("kind: xgboost", "kind: linear", .specUnsuitable, 5),
            ("kind: xgboost", "kind: xgboost, params: { etta: 1 }", .specUnknownKey, 5),
            ("{ field: a }", "{ field: a, type: category, encode: standard }", .specUnsuitable, 4),
            ("{ field: a }", "{ field: a, type: category, missing: mean }", .specUnsuitable, 4),
            ("{ field: a }", "{ field: a, missing: { constant: x } }", .specUnsuitable, 4),
            ("{ field: a }", "{ field: a, missing: nothing }", .specBadValue, 4),
            ("{ field: a }", "{ field: a, encode: onhot }", .specBadValue, 4),
            ("{ field: a }", "{ field: 'a..b' }", .specBadValue, 4),
            ("{ field: a }", "{ expr: '1 +', name: b }", .featureExpression, 4),
            ("{ field: a }", "{ expr: '1' }", .specMissingKey, 4),
            ("{ field: a }", "{ field: a }, { field: a }", .specBadValue, 4),
            (
                "{ field: a }",
                "{ field: a, type: dateTime, encode: { cyclic: { period: hour, zone: Mars } } }",
                .specBadValue, 4
            ),
            ("model: churn", "model: ../x", .specBadValue, 1),
            ("label: { field: y }", "split: { kind: time }", .specMissingKey, 1),
            ("label: { field: y }", "label: { field: y, horizon: soon }", .specBadValue, 3),
        ])
    func refused(_ from: String, _ to: String, _ code: DiagnosticCode, _ line: Int) throws {
        let found = problems(Self.small.replacing(from, with: to))
        let problem = try #require(
            found.first { $0.code == code }, "\(found.map { $0.rendered() })")
        #expect(problem.span?.line == line)
    }

    @Test("A linear model may not be asked to handle missing numbers itself")
    func missingForLinear() throws {
        let yaml = Self.small.replacing("{ field: a }", with: "{ field: a, missing: model }")
            .replacing("xgboost", with: "logistic")
        #expect(problems(yaml).first?.code == .specUnsuitable)
    }

    @Test(
        "Field paths",
        arguments: [
            ("a", true), ("a.b", true), ("a[0].b", true), ("\"x.y\".z", true), ("", false),
            (".a", false),
            ("a.", false), ("a..b", false), ("[0]", false), ("a[x]", false), ("a[-1]", false),
            ("\"open", false),
        ])
    func paths(_ text: String, _ isPath: Bool) {
        #expect((FieldPath(text) != nil) == isPath)
    }

    @Test("References name a model and which version of it")
    func references() throws {
        #expect(try ModelReference("churn") == ModelReference(name: "churn"))
        #expect(try ModelReference("churn@next").selector == .alias("next"))
        #expect(try ModelReference("churn:3").selector == .version(3))
        for text in ["", "@x", "churn:", "churn:0", "churn:x", "../churn", "churn@", "a/b"] {
            #expect(throws: ModelError.self) { try ModelReference(text) }
        }
    }
}
