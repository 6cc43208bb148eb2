internal import CrossdockDiagnostics

/// Every family of models in this binary. What is not on the list does not exist.
public enum ModelKinds {
    static let all: [any ModelKind.Type] = [
        XGBoostKind.self, LogisticKind.self, LinearKind.self, RidgeKind.self, LassoKind.self,
        NaiveBayesKind.self, TreeKind.self, ForestKind.self, NeighboursKind.self, SGDKind.self,
        ImportedKind.self,
    ]

    static var names: [String] { all.map { $0.name } }

    static func find(_ name: String) -> (any ModelKind.Type)? { all.first { $0.name == name } }

    /// A family, described.
    public struct Description: Sendable {
        public let name: String
        public let summary: String
        public let tasks: [ModelTask]
        public let handlesMissing: Bool
        public let parameters: [ModelParameter]
    }

    public static var descriptions: [Description] {
        all.map {
            Description(
                name: $0.name, summary: $0.summary, tasks: $0.tasks,
                handlesMissing: $0.handlesMissing, parameters: $0.parameters)
        }
    }

    /// What does not fit between a spec's parts, if anything.
    static func complaint(about spec: ModelSpec) -> Diagnostic? {
        guard let kind = find(spec.trainer.kind) else { return nil }
        if !kind.tasks.contains(spec.task) {
            let tasks = kind.tasks.map(\.rawValue).joined(separator: ", ")
            return Diagnostic(
                .specUnsuitable,
                "'\(kind.name)' cannot do the task '\(spec.task.rawValue)', but \(tasks)",
                at: spec.trainer.kindSpan)
        }
        for parameter in spec.trainer.parameters
        where !kind.parameters.contains(where: { $0.name == parameter.name }) {
            return Diagnostic(
                .specUnknownKey, "'\(parameter.name)' is not a parameter of '\(kind.name)'",
                at: parameter.span,
                help: Suggestion.help(for: parameter.name, in: kind.parameters.map(\.name)))
        }
        for feature in spec.features {
            if feature.missing == .model, feature.type.isNumeric, !kind.handlesMissing {
                return Diagnostic(
                    .specUnsuitable,
                    "'\(feature.name)': '\(kind.name)' cannot handle missing numbers itself",
                    at: feature.span, help: "use 'missing: mean', 'median', 'mode' or a constant")
            }
            if case .target = feature.encoding, spec.task == .multiclass {
                return Diagnostic(
                    .specUnsuitable,
                    "'\(feature.name)': target encoding needs one number as label, not classes",
                    at: feature.span, help: "use 'onehot', 'ordinal' or 'hash'")
            }
            if feature.type.isText, feature.encoding == .none, kind != ImportedKind.self {
                return Diagnostic(
                    .specUnsuitable,
                    "'\(feature.name)': '\(kind.name)' takes numbers; encode the text",
                    at: feature.span, help: "use 'onehot', 'target', 'hash' or 'tfidf'")
            }
        }
        return nil
    }
}
