public import CrossdockData
internal import CrossdockDiagnostics

/// A model file that was trained elsewhere, on its way in.
///
/// - Trust: untrusted: the file is read and checked before any library sees it, and only data formats
///   are taken, nothing that can carry code.
public struct ModelImport: Sendable {
    let artifact: ModelArtifact
    let model: LoadedModel

    /// The model, scored without a registry.
    public var loaded: LoadedModel { model }

    /// Takes a file with the spec that says which fields its inputs are.
    ///
    /// Features must need no training rows: numbers as they are, constants for missing ones.
    ///
    /// - Parameter bytes: ONNX, or XGBoost's JSON or UBJSON.
    public init(_ bytes: [UInt8], spec: ModelSpec) throws(ModelError) {
        let file = ModelFile(format: ModelFile.detect(bytes), bytes: bytes)
        var features: [FittedFeature] = []
        for feature in spec.features { features.append(try Self.fitted(feature)) }
        let classes = try Self.classes(spec, file)
        artifact = ModelArtifact(spec: spec, features: features, file: file, classes: classes)
        model = try LoadedModel(artifact)
    }

    /// Takes a file alone: fields are named like its inputs, or as told.
    ///
    /// - Parameters:
    ///   - inputs: Fields for the columns, in order; nil takes the file's own names.
    ///   - task: nil asks the file.
    public init(
        _ bytes: [UInt8], name: String, inputs: [String]? = nil, task: ModelTask? = nil
    ) throws(ModelError) {
        let description = try FileDescription(bytes, inputs: inputs, task: task)
        let spec: ModelSpec
        do {
            spec = try ModelSpec(yaml: description.yaml(name: name), file: "\(name)/model.yaml")
        } catch {
            throw ModelError(
                .specUnsuitable, "the file's inputs cannot be features: \(error.message)",
                cause: error)
        }
        try self.init(bytes, spec: spec)
    }

    private static func fitted(_ feature: FeatureSpec) throws(ModelError) -> FittedFeature {
        let state: FeatureState
        switch (feature.encoding, feature.missing) {
        case (.none, .mean), (.none, .median), (.none, .mode): throw needsRows(feature)
        case (.none, let missing):
            var number: Double?
            var text: String?
            if case .constant(.number(let value)) = missing { number = value }
            if case .constant(.text(let value)) = missing { text = value }
            if feature.type.isText {
                state = .raw(fill: text)
            } else if feature.type.isTemporal {
                state = .days(fill: number)
            } else {
                state = .number(fill: number, shift: 0, scale: 1, logarithm: false)
            }
        case (.log1p, nil), (.log1p, .model), (.log1p, .fail):
            state = .number(fill: nil, shift: 0, scale: 1, logarithm: true)
        case (.hash(let bits), _): state = .hash(bits: bits, fill: nil)
        case (.cyclic(.period(let period)), _): state = .cycle(period: period, fill: nil)
        case (.cyclic(.part(let part, let zone)), _):
            state = .datePart(part, zone: zone, fill: nil)
        default: throw needsRows(feature)
        }
        return FittedFeature(
            name: feature.name, source: feature.source, reader: ValueReader(feature),
            failsOnMissing: feature.missing == .fail, state: state)
    }

    private static func needsRows(_ feature: FeatureSpec) -> ModelError {
        ModelError(
            .specUnsuitable,
            """
            '\(feature.name)': what '\(feature.encoding.name)' needs is learned from training rows, which \
            an imported model does not bring; let the file do it, and pass the value as it is
            """, feature: feature.name)
    }

    private static func classes(_ spec: ModelSpec, _ file: ModelFile) throws(ModelError) -> [String]
    {
        switch spec.task {
        case .binary:
            let positive = spec.label?.positive ?? "1"
            let negatives = ["1": "0", "true": "false", "Yes": "No", "yes": "no", "True": "False"]
            return [negatives[positive] ?? "not \(positive)", positive]
        case .multiclass:
            let count = try FileDescription(file.bytes, inputs: nil, task: .multiclass).outputs
            return (0..<count).map { "\($0)" }
        default: return []
        }
    }
}

/// What a model file says of its inputs and its task.
struct FileDescription {
    private let features: [(name: String, type: FeatureType)]
    let task: ModelTask
    let outputs: Int

    init(_ bytes: [UInt8], inputs: [String]?, task: ModelTask?) throws(ModelError) {
        switch ModelFile.detect(bytes) {
        case .xgboostJSON, .xgboostUBJ:
            let file = try XGBoostFile(bytes)
            outputs = file.outputs
            let own = file.featureNames.count == file.features ? file.featureNames : nil
            features = try Self.names(inputs ?? own, count: file.features).map { ($0, .number) }
            let isLogistic = ["binary:logistic", "reg:logistic", "binary:hinge"].contains(
                file.objective)
            self.task =
                task ?? (file.outputs > 1 ? .multiclass : isLogistic ? .binary : .regression)
        case .onnx:
            let session = try ONNXSession(bytes)
            features = try Self.features(session.inputs, inputs)
            (self.task, outputs) = Self.task(session.outputs, task)
        case .crossdock:
            throw ModelError(
                .modelFileUnsupported, "this file belongs to a version; import its whole folder")
        }
    }

    private static func names(_ given: [String]?, count: Int) throws(ModelError) -> [String] {
        guard let given else { return (0..<count).map { "f\($0)" } }
        guard given.count == count else {
            throw ModelError(
                .scoreShape, "the model takes \(count) columns, \(given.count) fields are named")
        }
        return given
    }

    private static func features(
        _ ports: [ONNXPort], _ inputs: [String]?
    ) throws(ModelError) -> [(name: String, type: FeatureType)] {
        if ports.count == 1, let port = ports.first, port.shape.count == 2, port.element != .text {
            guard let width = port.width ?? inputs?.count else {
                throw ModelError(
                    .scoreShape, "the model does not say how many columns it takes: name its inputs"
                )
            }
            return try names(inputs, count: width).map { ($0, .number) }
        }
        let names = try names(inputs ?? ports.map(\.name), count: ports.count)
        return zip(ports, names).map { port, name in
            (name, port.element == .text ? .category : .number)
        }
    }

    private static func task(_ outputs: [ONNXPort], _ given: ModelTask?) -> (ModelTask, Int) {
        let hasLabel = outputs.contains { $0.element == .int64 || $0.element == .text }
        let width = outputs.last { $0.element == .float || $0.element == .double }?.width
        let isMaps = outputs.contains { $0.element == .maps }
        if let given { return (given, width ?? 2) }
        if isMaps || (hasLabel && width == 2) { return (.binary, 2) }
        if hasLabel, let width, width > 2 { return (.multiclass, width) }
        return (.regression, 1)
    }

    /// A spec that names what the file takes.
    func yaml(name: String) -> String {
        var lines = ["model: \(Self.quoted(name))", "task: \(task.rawValue)"]
        lines.append("label: { field: label\(task == .binary ? ", positive: \"1\"" : "") }")
        lines.append("features:")
        for feature in features {
            let path = FieldPath(feature.name) == nil ? "\"\(feature.name)\"" : feature.name
            lines.append(
                "  - { name: \(Self.quoted(feature.name)), field: \(Self.quoted(path)), "
                    + "type: \(feature.type.rawValue), encode: none }")
        }
        lines.append("trainer: { kind: imported }")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Text that YAML reads as it is, whatever it holds.
    private static func quoted(_ text: String) -> String {
        String(decoding: Value.string(text).json, as: UTF8.self)
    }
}

extension ModelRegistry {
    /// Registers a model that came as a file.
    ///
    /// - Parameter sample: Records with what the trainer said of each, to be repeated at every load.
    ///   Without one, nothing proves that the file is read as its trainer meant it; the card says so.
    public func register(
        _ model: ModelImport, sample: [(record: Value, scores: [Double])] = [], by: String,
        reason: String = ""
    ) throws(ModelError) -> Int {
        var rows: [SampleRow] = []
        for (record, scores) in sample {
            rows.append(SampleRow(record: record.json, scores: scores))
        }
        var details = ValueObject()
        details["library"] = .string("imported \(model.artifact.file.format.rawValue)")
        details["notes"] = .texts(
            sample.isEmpty ? ["imported without a sample: predictions were not compared"] : [])
        return try register(
            VersionFiles(artifact: model.artifact, sample: rows), details: details, by: by,
            reason: reason)
    }
}
