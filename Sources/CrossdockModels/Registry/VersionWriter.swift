internal import CrossdockCrypto
internal import CrossdockData

/// Writes a version: into a folder beside its place, checked there, then renamed.
struct VersionWriter {
    let files: VersionFiles
    let version: Int
    let details: ValueObject
    let by: String
    let reason: String

    func write(into folder: String) throws(ModelError) {
        let temporary = "\(folder)/.new-\(version)"
        RegistryFiles.remove(temporary)
        try RegistryFiles.makeFolder(temporary)
        var isDone = false
        defer { if !isDone { RegistryFiles.remove(temporary) } }

        let created = RegistryFiles.now
        let card = ModelCard(
            artifact: files.artifact, version: version, details: details, created: created, by: by)
        let contents: [(name: String, bytes: [UInt8])] = [
            (files.artifact.file.format.fileName, files.artifact.file.bytes),
            (VersionRecord.specName, Array(files.artifact.spec.source.utf8)),
            (VersionRecord.pipelineName, files.pipeline),
            (VersionRecord.sampleName, files.sampleLines),
            (VersionRecord.cardName, card.value.json),
            (VersionRecord.cardTextName, Array(card.markdown.utf8)),
        ]
        for (name, bytes) in contents { try RegistryFiles.create("\(temporary)/\(name)", bytes) }
        let stored = record(contents, created: created)
        try check(temporary, try VersionRecord(stored: stored))
        try RegistryFiles.create("\(temporary)/\(VersionRecord.fileName)", stored.json)
        try RegistryFiles.syncFolder(temporary)
        guard try RegistryFiles.move(temporary, to: "\(folder)/\(version)") else {
            throw ModelError(.registryUnwritable, "'\(folder)/\(version)' exists already")
        }
        isDone = true
        try RegistryFiles.syncFolder(folder)
    }

    private func record(
        _ contents: [(name: String, bytes: [UInt8])], created: String
    ) -> Value {
        let artifact = files.artifact
        var object = ValueObject()
        object["format"] = 1
        object["model"] = .string(artifact.spec.model)
        object["version"] = .integer(version)
        object["kind"] = .string(artifact.spec.trainer.kind)
        object["task"] = .string(artifact.spec.task.rawValue)
        object["fileFormat"] = .string(artifact.file.format.rawValue)
        object["classes"] = .texts(artifact.classes)
        object["threshold"] = .double(artifact.threshold)
        object["contentHash"] = .string(files.contentHash)
        object["created"] = .string(created)
        object["by"] = .string(by)
        object["reason"] = .string(reason)
        for (key, value) in details { object[key] = value }
        object["files"] = .object(
            ValueObject(contents.map { ($0.name, .string(SHA256.hex($0.bytes))) }))
        return .object(object)
    }

    /// Reads back what was written, as a load will, and scores the sample with it.
    private func check(_ folder: String, _ record: VersionRecord) throws(ModelError) {
        let read = try VersionFiles.read(folder, record)
        let model = try LoadedModel(read.artifact, version: version)
        _ = try ParityCheck(model, read.sample)
    }
}

/// The sample of a version with its predictions, for comparing in other tools.
struct SampleTable {
    let model: LoadedModel
    let sample: [SampleRow]

    var csv: [UInt8] {
        let paths = model.pipeline.features.compactMap { feature -> FieldPath? in
            if case .field(let path) = feature.source { path } else { nil }
        }
        var lines = [paths.map(\.text) + ["score", "label"]]
        for row in sample {
            guard let document = try? JSONDocument(row.record),
                let prediction = try? model.score(document.root)
            else { continue }
            let cells = paths.map { document.root.node(at: $0)?.scalarText ?? "" }
            lines.append(cells + ["\(prediction.score)", prediction.label ?? ""])
        }
        let text = lines.map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
        return Array(text.utf8)
    }

    private static func quoted(_ cell: String) -> String {
        guard cell.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D })
        else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
