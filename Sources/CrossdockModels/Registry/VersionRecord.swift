internal import CrossdockCrypto
public import CrossdockData

/// What is written about a version when it is registered.
public struct VersionRecord: Sendable {
    public let model: String
    public let version: Int
    public let kind: String
    /// A digest of everything that decides a score; equal content is one version.
    public let contentHash: String
    /// RFC 3339, UTC.
    public let created: String
    public let by: String
    public let reason: String
    public let library: String
    /// The whole record as JSON.
    public let value: Value

    static let fileName = "version.json"
    static let pipelineName = "pipeline.json"
    static let specName = "spec.yaml"
    static let sampleName = "sample.jsonl"
    static let cardName = "card.json"
    static let cardTextName = "card.md"

    init(stored: Value) throws(ModelError) {
        model = try stored.storedText("model")
        version = try stored.storedInteger("version", in: 1...Int(Int32.max))
        kind = try stored.storedText("kind")
        contentHash = try stored.storedText("contentHash")
        created = try stored.storedText("created")
        by = try stored.storedText("by")
        reason = stored["reason"]?.string ?? ""
        library = stored["library"]?.string ?? ""
        value = stored
    }
}

/// Turns a version into files and back.
struct VersionFiles {
    let artifact: ModelArtifact
    let sample: [SampleRow]

    var pipeline: [UInt8] {
        let value: Value = ["format": 1, "features": .array(artifact.features.map(\.stored))]
        return value.json
    }

    var sampleLines: [UInt8] {
        sample.flatMap { row -> [UInt8] in
            Array("{\"record\":".utf8) + row.record + Array(",\"scores\":".utf8)
                + Value.numbers(row.scores).json + Array("}\n".utf8)
        }
    }

    /// Digests everything that decides a score: spec, features, model, classes, threshold.
    var contentHash: String {
        let decision: Value = [
            "format": .string(artifact.file.format.rawValue), "classes": .texts(artifact.classes),
            "threshold": .double(artifact.threshold),
        ]
        let parts = [
            Array(artifact.spec.source.utf8), pipeline, artifact.file.bytes, decision.json,
        ]
        // Digests of fixed length, so that nothing can move from one part to the next.
        return SHA256.hex(parts.flatMap { SHA256.digest($0) })
    }

    /// Reads a version's folder, checking every file against the record.
    static func read(
        _ folder: String, _ record: VersionRecord
    ) throws(ModelError) -> VersionFiles {
        func file(_ name: String) throws(ModelError) -> [UInt8] {
            let bytes: [UInt8]
            do { bytes = try RegistryFiles.read("\(folder)/\(name)") } catch {
                throw ModelError(
                    .registryDamaged, "'\(name)' of \(record.model):\(record.version) is missing",
                    cause: error)
            }
            guard record.value["files"]?[name]?.string == SHA256.hex(bytes) else {
                throw ModelError(
                    .registryDamaged, "'\(name)' of \(record.model):\(record.version) was changed")
            }
            return bytes
        }
        guard let format = ModelFile.Format(rawValue: try record.value.storedText("fileFormat"))
        else {
            throw Value.damaged("the file format is unknown")
        }
        let spec: ModelSpec
        let text = String(decoding: try file(VersionRecord.specName), as: UTF8.self)
        do { spec = try ModelSpec(yaml: text, file: "\(folder)/\(VersionRecord.specName)") } catch {
            throw ModelError(
                .registryDamaged, "the spec of \(record.model) is damaged", cause: error)
        }
        var features: [FittedFeature] = []
        let pipeline = try json(try file(VersionRecord.pipelineName))
        for stored in try pipeline.stored("features").array ?? [] {
            features.append(try FittedFeature(stored: stored))
        }
        var sample: [SampleRow] = []
        for line in try file(VersionRecord.sampleName).split(separator: 0x0A) {
            let row = try json(Array(line))
            sample.append(
                SampleRow(
                    record: try row.stored("record").json, scores: try row.storedNumbers("scores")))
        }
        let artifact = ModelArtifact(
            spec: spec, features: features,
            file: ModelFile(format: format, bytes: try file(format.fileName)),
            classes: try record.value.storedTexts("classes"),
            threshold: try record.value.storedNumber("threshold"))
        return VersionFiles(artifact: artifact, sample: sample)
    }

    static func json(_ bytes: [UInt8]) throws(ModelError) -> Value {
        do { return try Value(json: bytes) } catch {
            throw ModelError(.registryDamaged, "a stored file is not JSON", cause: error)
        }
    }
}
