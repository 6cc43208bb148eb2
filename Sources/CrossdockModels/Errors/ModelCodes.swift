public import CrossdockDiagnostics

/// The codes of models: files, specs, features, training, scoring, registry.
public enum ModelCodes {
    public static let all: [DiagnosticCode] = [
        .xgboostFailed, .xgboostMissing, .onnxFailed, .onnxRuntimeMissing, .modelFileBroken,
        .modelFileUnsupported, .modelTooLarge, .linearAlgebraMissing,
        .specUnknownKey, .specMissingKey, .specBadValue, .specUnknownKind, .specUnsuitable,
        .featureWrongType, .featureMissing, .tooManyCategories, .rowNotObject, .featureExpression,
        .trainingDataUnreadable, .labelMissing, .labelOneClass, .tooFewRows, .trainingFailed,
        .suspectFeature, .trainingCancelled,
        .scoreNotFinite, .scoreShape, .metricUnknown,
        .modelUnknown, .versionUnknown, .registryDamaged, .parityFailed, .registryUnwritable,
        .nameRefused, .nothingToRollBack, .versionInUse,
    ]
}

// Files and libraries.
extension DiagnosticCode {
    public static let xgboostFailed = DiagnosticCode(
        "CD5101", "XGBoost refused a call",
        """
        The XGBoost library reported an error while it trained or scored. The message carries its \
        first line. Common causes: a parameter value outside its range, labels that do not suit the \
        objective (an objective for probabilities wants labels from 0 to 1), too little memory.
        """)

    public static let xgboostMissing = DiagnosticCode(
        "CD5102", "the XGBoost library is not installed",
        """
        Training with `trainer.kind: xgboost` needs libxgboost, which is loaded at first use. Install \
        the package `libxgboost0` (or run `scripts/bootstrap`). Scoring of trained tree models does \
        not need it, and everything else works without it.
        """)

    public static let onnxFailed = DiagnosticCode(
        "CD5103", "ONNX Runtime refused a call",
        """
        The runtime reported an error while it loaded or ran a model; the message carries its text. \
        Common causes: an input of the wrong width or element type, a batch size that the model does \
        not accept, an operator or opset that the runtime does not know.
        """)

    public static let onnxRuntimeMissing = DiagnosticCode(
        "CD5104", "the ONNX Runtime library is not installed",
        """
        ONNX models need libonnxruntime, which is loaded at first use: from the path in \
        CROSSDOCK_ONNXRUNTIME, else from `.deps/libonnxruntime.so` beside the program or in the \
        working directory, else from the system. `scripts/bootstrap` fetches it. Models of other \
        kinds, and everything else, work without it.
        """)

    public static let modelFileBroken = DiagnosticCode(
        "CD5105", "a model file cannot be read",
        """
        The file is not what its name says, is cut off, or contradicts itself (a tree with a loop, a \
        child that does not exist). Nothing of it was used. Export or copy it again; compare sizes \
        and checksums on both sides.
        """)

    public static let modelFileUnsupported = DiagnosticCode(
        "CD5106", "a model file needs something that is not offered",
        """
        The file is well-formed but refers to something outside what is run here: data kept in other \
        files, operators of a custom library, an opset newer than the runtime, a booster or a base \
        score that the installed XGBoost would silently read wrong. Export the model again without it.
        """)

    public static let modelTooLarge = DiagnosticCode(
        "CD5107", "a model file is larger than allowed",
        """
        Files above 256 MiB, tensors that declare more than 2 GiB and ensembles of more than ten \
        million nodes are refused, so that no file can take the process down.
        """)

    public static let linearAlgebraMissing = DiagnosticCode(
        "CD5108", "the linear algebra library is not installed",
        """
        Linear models and clustering use OpenBLAS with LAPACK, which is loaded at first use. Install \
        `libopenblas0` and `liblapacke` (or run `scripts/bootstrap`). Everything else works without it.
        """)
}

// The spec, `model.yaml`.
extension DiagnosticCode {
    public static let specUnknownKey = DiagnosticCode(
        "CD5110", "model.yaml has an unknown key",
        """
        Only the keys of the model spec are read; a key that is not one of them is refused rather \
        than ignored, because a typo would silently change the model. Keys are written in camelCase.
        """)

    public static let specMissingKey = DiagnosticCode(
        "CD5111", "model.yaml lacks a required key",
        """
        `model`, `task`, `label.field` (where there is something to learn from), `features` and \
        `trainer.kind` must be given.
        """)

    public static let specBadValue = DiagnosticCode(
        "CD5112", "model.yaml has a value that cannot be used",
        """
        A value is of the wrong kind, outside its range, or not one of the words that are known \
        there. The message says what was expected.
        """)

    public static let specUnknownKind = DiagnosticCode(
        "CD5113", "there is no such model kind",
        """
        `trainer.kind` names the family of model to train. `crossdock list models` shows the families \
        in this binary, with their parameters and the tasks they serve.
        """)

    public static let specUnsuitable = DiagnosticCode(
        "CD5114", "parts of a model spec do not fit together",
        """
        A trainer cannot do the task, or an encoding cannot take the feature's type, or a trainer \
        that cannot handle missing values is asked to (`missing: model`). The message names both \
        sides.
        """)
}

// Rows and features.
extension DiagnosticCode {
    public static let featureWrongType = DiagnosticCode(
        "CD5120", "a feature has a value of the wrong type",
        """
        The row has text where the spec says number, a fraction where it says integer, and so on. \
        Values are never converted silently: numbers inside JSON text stay text, ids keep their \
        leading zeros. Change the mapping before the model, or the feature's type.
        """)

    public static let featureMissing = DiagnosticCode(
        "CD5121", "a feature that may not be missing is missing",
        """
        The spec says `missing: fail` for this feature and the row has no value, or null. Use another \
        policy (`mean`, `median`, `mode`, `model`, a constant) if a missing value is normal.
        """)

    public static let tooManyCategories = DiagnosticCode(
        "CD5122", "a feature has too many categories",
        """
        One column per category would make a row too wide. Encode it with `hash`, `target` or \
        `frequency`, or set `onehot: {minFrequency: N}` so that rare values share one column. A \
        column in which nearly every value is different is an id, not a feature.
        """)

    public static let rowNotObject = DiagnosticCode(
        "CD5123", "a row is no JSON object",
        """
        A model scores records: JSON objects with the fields that its features name. The message \
        says what was found instead.
        """)

    public static let featureExpression = DiagnosticCode(
        "CD5124", "a feature's expression failed",
        """
        The feature is computed by an expression, and evaluating it over this row failed. The \
        message carries the expression's own error.
        """)
}

// Training.
extension DiagnosticCode {
    public static let trainingDataUnreadable = DiagnosticCode(
        "CD5130", "training data cannot be read",
        """
        Training takes JSON lines or CSV with a header row. The message names the line. A row that \
        cannot be read stops the training: a model trained on part of a table by accident is worse \
        than none.
        """)

    public static let labelMissing = DiagnosticCode(
        "CD5131", "rows have no label",
        """
        No row carries the field that `label.field` names, or its values cannot be used for the task. \
        Rows whose label is null or absent are left out; at least two labelled rows are needed.
        """)

    public static let labelOneClass = DiagnosticCode(
        "CD5132", "all labels are the same",
        """
        A classifier needs examples of at least two classes in its training rows, and \
        `label.positive` must be one of them. Widen the window or check how the label is joined.
        """)

    public static let tooFewRows = DiagnosticCode(
        "CD5133", "there are too few rows",
        """
        After leaving out unlabelled rows and the test part, not enough rows remain to train or to \
        judge a model. The message has the counts.
        """)

    public static let trainingFailed = DiagnosticCode(
        "CD5134", "training failed",
        """
        The solver did not reach a usable model: parameters ran to infinity, or the data admit no \
        solution. Scale the features, add regularisation, or remove columns that repeat each other.
        """)

    public static let suspectFeature = DiagnosticCode(
        "CD5135", "a feature looks wrong",
        """
        A warning, not an error: the feature alone predicts the label almost perfectly (it may be \
        filled after the fact), or never changes, or is different in nearly every row like an id.
        """)

    public static let trainingCancelled = DiagnosticCode(
        "CD5136", "training was stopped",
        """
        Training was cancelled or ran past its time limit. The registered versions and their aliases \
        are as before; the champion goes on serving.
        """)
}

// Scoring and judging.
extension DiagnosticCode {
    public static let scoreNotFinite = DiagnosticCode(
        "CD5140", "a model answered with no number",
        """
        The score is NaN or infinite, which is never passed on. A missing input that the model cannot \
        handle is the usual cause: give the feature a `missing` policy other than `model`.
        """)

    public static let scoreShape = DiagnosticCode(
        "CD5141", "a model's answer does not fit its task",
        """
        A binary model must answer one probability (or two that sum to one), a multi-class model one \
        per class, a regression one number. The model file and the spec's `task` disagree.
        """)

    public static let metricUnknown = DiagnosticCode(
        "CD5142", "there is no such metric",
        """
        The metric's name is not known, or the metric does not suit the model's task.
        """)
}

// Registry.
extension DiagnosticCode {
    public static let modelUnknown = DiagnosticCode(
        "CD5150", "there is no such model",
        """
        The registry holds no model of this name. `crossdock model list` shows what there is; \
        `crossdock model train` and `crossdock model import` add to it.
        """)

    public static let versionUnknown = DiagnosticCode(
        "CD5151", "there is no such version or alias",
        """
        The model exists, but not in this version or under this alias. `crossdock model show NAME` \
        lists both.
        """)

    public static let registryDamaged = DiagnosticCode(
        "CD5152", "a registered model was changed on disk",
        """
        A version is immutable: a file of it is missing or its checksum differs from the one written \
        at registration. The version is not served. Restore the folder from a copy, or roll back.
        """)

    public static let parityFailed = DiagnosticCode(
        "CD5153", "a model does not repeat its own predictions",
        """
        Every version keeps sample rows with the trainer's predictions, which are scored again at \
        registration and at load. They differ by more than allowed: the file was read wrong (an \
        incompatible library version), or features lose their digits in 32-bit floats.
        """)

    public static let registryUnwritable = DiagnosticCode(
        "CD5154", "the model registry cannot be read or written",
        """
        A file operation in the registry's folder failed; the message carries the system's reason. \
        What was registered before is untouched: versions appear by a rename, whole or not at all.
        """)

    public static let nameRefused = DiagnosticCode(
        "CD5155", "a model or alias name cannot be used",
        """
        Names have 1 to 64 characters: letters, digits, `-`, `_` and `.`, beginning with a letter or \
        digit. They become folder names.
        """)

    public static let nothingToRollBack = DiagnosticCode(
        "CD5156", "there is no version to roll back to",
        """
        The alias has pointed to one version only, or the version before it is gone.
        """)

    public static let versionInUse = DiagnosticCode(
        "CD5157", "a version is still in use",
        """
        A version that an alias points to is not removed. Move the alias first.
        """)
}
