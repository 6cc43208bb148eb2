/// All that serving needs of a version: features, model file, classes, threshold.
struct ModelArtifact: Sendable {
    var spec: ModelSpec
    var features: [FittedFeature]
    var file: ModelFile
    /// The positive class last, for binary tasks; empty for numbers.
    var classes: [String]
    /// A binary score of this or more is the positive class.
    var threshold: Double = 0.5

    var shape: ScorerShape {
        ScorerShape(
            task: spec.task, classes: classes,
            features: features.map { feature in
                var isText = false
                if case .raw = feature.state { isText = true }
                return (feature.name, feature.width, isText)
            })
    }
}
