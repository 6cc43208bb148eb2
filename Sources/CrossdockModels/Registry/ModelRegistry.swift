public import CrossdockData

/// The models of a project: their versions, immutable, and the aliases that say which one serves.
///
/// A folder per model with a folder per version. A version appears by a rename, whole or not at all;
/// aliases are a file that is only ever appended to. Several processes may use one registry.
///
/// - Shape: `<directory>/<model>/<version>/{version.json, model.*, spec.yaml, pipeline.json,
///   sample.jsonl, card.json, card.md}`, `<directory>/<model>/aliases.jsonl`.
public struct ModelRegistry: Sendable {
    public let directory: String

    /// - Parameter directory: Made when something is registered first.
    public init(directory: String) { self.directory = directory }

    // MARK: Looking

    /// What the registry holds of one model.
    public struct Summary: Sendable {
        public let name: String
        public let versions: [Int]
        public let aliases: [(alias: String, version: Int)]

        public var value: Value {
            [
                "model": .string(name), "versions": .array(versions.map { .integer($0) }),
                "aliases": .object(ValueObject(aliases.map { ($0.alias, .integer($0.version)) })),
            ]
        }
    }

    /// All models that have a version, by name.
    public func list() -> [Summary] {
        RegistryFiles.names(in: directory).filter { ModelName.isValid($0) }.sorted().compactMap {
            name in
            let versions = numbers(of: name)
            guard !versions.isEmpty else { return nil }
            return Summary(name: name, versions: versions, aliases: history(name).aliases)
        }
    }

    /// - Throws: CD5150 when there is no such model.
    public func summary(of name: String) throws(ModelError) -> Summary {
        let versions = numbers(of: name)
        guard ModelName.isValid(name), !versions.isEmpty else {
            throw ModelError(.modelUnknown, "there is no model '\(name)' in '\(directory)'")
        }
        return Summary(name: name, versions: versions, aliases: history(name).aliases)
    }

    /// The moves of a model's aliases, oldest first.
    public func aliasHistory(of name: String) throws(ModelError) -> [AliasChange] {
        _ = try summary(of: name)
        return history(name).changes
    }

    public func record(_ reference: ModelReference) throws(ModelError) -> VersionRecord {
        let version = try resolve(reference)
        let path = "\(folder(reference.name, version))/\(VersionRecord.fileName)"
        return try VersionRecord(stored: try VersionFiles.json(try RegistryFiles.read(path)))
    }

    /// The card of a version, as JSON.
    public func card(_ reference: ModelReference) throws(ModelError) -> Value {
        let version = try resolve(reference)
        return try VersionFiles.json(
            try RegistryFiles.read("\(folder(reference.name, version))/\(VersionRecord.cardName)"))
    }

    /// The version's number that a reference means now.
    ///
    /// - Throws: CD5150, CD5151.
    public func resolve(_ reference: ModelReference) throws(ModelError) -> Int {
        let summary = try summary(of: reference.name)
        switch reference.selector {
        case .version(let version):
            guard summary.versions.contains(version) else {
                throw ModelError(
                    .versionUnknown, "'\(reference.name)' has no version \(version)")
            }
            return version
        case .alias(let alias):
            guard let version = summary.aliases.first(where: { $0.alias == alias })?.version else {
                throw ModelError(
                    .versionUnknown, "no version of '\(reference.name)' is '\(alias)'")
            }
            guard summary.versions.contains(version) else {
                throw ModelError(
                    .versionUnknown,
                    "'\(reference)' means version \(version), which is not there any more")
            }
            return version
        }
    }

    /// Loads a version: every file is checked against its digest, and the sample is scored again.
    ///
    /// - Throws: CD5150 to CD5153, and what reading the model file throws.
    public func load(_ reference: ModelReference) throws(ModelError) -> LoadedModel {
        let record = try record(reference)
        let files = try VersionFiles.read(folder(reference.name, record.version), record)
        guard files.contentHash == record.contentHash else {
            throw ModelError(
                .registryDamaged, "\(record.model):\(record.version) is not what was registered")
        }
        let model = try LoadedModel(files.artifact, version: record.version)
        _ = try ParityCheck(model, files.sample)
        return model
    }

    // MARK: Changing

    /// Registers a trained model as the next version.
    ///
    /// - Returns: The version's number; of one that exists already when the content is the same.
    /// - Throws: CD5153 when the written files do not repeat the trainer's predictions; CD5154, CD5155.
    public func register(
        _ candidate: Candidate, by: String, reason: String = ""
    ) throws(ModelError) -> Int {
        try register(
            VersionFiles(artifact: candidate.model.artifact, sample: candidate.sample),
            details: candidate.details, by: by, reason: reason)
    }

    func register(
        _ files: VersionFiles, details: ValueObject, by: String, reason: String
    ) throws(ModelError) -> Int {
        let name = files.artifact.spec.model
        guard ModelName.isValid(name) else {
            throw ModelError(.nameRefused, "'\(name)' is no model name")
        }
        try RegistryFiles.makeFolder("\(directory)/\(name)")
        return try RegistryFiles.locked("\(directory)/\(name)/.lock") {
            () throws(ModelError) -> Int in
            let hash = files.contentHash
            for version in numbers(of: name) {
                let reference = ModelReference(name: name, selector: .version(version))
                if let record = try? record(reference), record.contentHash == hash {
                    return version
                }
            }
            let version = (numbers(of: name).last ?? 0) + 1
            let writer = VersionWriter(
                files: files, version: version, details: details, by: by, reason: reason)
            try writer.write(into: "\(directory)/\(name)")
            return version
        }
    }

    /// Points an alias at a version.
    ///
    /// - Parameter gate: What the gate said, kept with the move.
    public func promote(
        _ name: String, version: Int, alias: String = ModelReference.champion, by: String,
        reason: String, gate: Value? = nil
    ) throws(ModelError) {
        guard ModelName.isValid(alias) else {
            throw ModelError(.nameRefused, "'\(alias)' is no alias")
        }
        let summary = try summary(of: name)
        guard summary.versions.contains(version) else {
            throw ModelError(.versionUnknown, "'\(name)' has no version \(version)")
        }
        try move(name, alias, to: version, .promote, by: by, reason: reason, gate: gate)
    }

    /// Points an alias back at the version it meant before.
    ///
    /// - Returns: That version.
    /// - Throws: CD5156 when there is none.
    public func rollback(
        _ name: String, alias: String = ModelReference.champion, by: String, reason: String
    ) throws(ModelError) -> Int {
        let summary = try summary(of: name)
        guard let version = history(name).previous(alias), summary.versions.contains(version) else {
            throw ModelError(
                .nothingToRollBack, "'\(name)@\(alias)' has no version before the present one")
        }
        try move(name, alias, to: version, .rollback, by: by, reason: reason, gate: nil)
        return version
    }

    private func move(
        _ name: String, _ alias: String, to version: Int, _ kind: AliasChange.Kind, by: String,
        reason: String, gate: Value?
    ) throws(ModelError) {
        try RegistryFiles.locked("\(directory)/\(name)/.lock") { () throws(ModelError) in
            let change = AliasChange(
                alias: alias, kind: kind, version: version, previous: history(name).current(alias),
                at: RegistryFiles.now, by: by, reason: reason, gate: gate)
            try RegistryFiles.append(change.value.json, to: aliasPath(name))
        }
    }

    /// Removes a version that no alias points to.
    ///
    /// - Throws: CD5157.
    public func remove(_ name: String, version: Int) throws(ModelError) {
        let summary = try summary(of: name)
        guard summary.versions.contains(version) else {
            throw ModelError(.versionUnknown, "'\(name)' has no version \(version)")
        }
        if let alias = summary.aliases.first(where: { $0.version == version })?.alias {
            throw ModelError(.versionInUse, "version \(version) of '\(name)' is '\(alias)'")
        }
        let trash = "\(directory)/\(name)/.removed-\(version)"
        RegistryFiles.remove(trash)
        guard try RegistryFiles.move(folder(name, version), to: trash) else { return }
        RegistryFiles.remove(trash)
    }

    /// Writes a version's files, and its sample with predictions as CSV, into a folder.
    ///
    /// - Returns: The files' names.
    public func export(
        _ reference: ModelReference, to target: String
    ) throws(ModelError) -> [String] {
        let record = try record(reference)
        let source = folder(reference.name, record.version)
        let files = try VersionFiles.read(source, record)
        try RegistryFiles.makeFolder(target)
        let names = [
            files.artifact.file.format.fileName, VersionRecord.specName, VersionRecord.pipelineName,
            VersionRecord.cardName, VersionRecord.cardTextName, VersionRecord.fileName,
        ]
        for name in names {
            try replace("\(target)/\(name)", try RegistryFiles.read("\(source)/\(name)"))
        }
        let model = try LoadedModel(files.artifact, version: record.version)
        try replace("\(target)/sample.csv", SampleTable(model: model, sample: files.sample).csv)
        return names + ["sample.csv"]
    }

    private func replace(_ path: String, _ bytes: [UInt8]) throws(ModelError) {
        let temporary = "\(path).new"
        RegistryFiles.remove(temporary)
        try RegistryFiles.create(temporary, bytes)
        _ = try RegistryFiles.move(temporary, to: path)
    }

    // MARK: Places

    private func folder(_ name: String, _ version: Int) -> String {
        "\(directory)/\(name)/\(version)"
    }
    private func aliasPath(_ name: String) -> String { "\(directory)/\(name)/aliases.jsonl" }

    private func numbers(of name: String) -> [Int] {
        RegistryFiles.names(in: "\(directory)/\(name)").compactMap { entry in
            guard let number = Int(entry), number > 0, "\(number)" == entry else { return nil }
            return RegistryFiles.exists("\(folder(name, number))/\(VersionRecord.fileName)")
                ? number : nil
        }.sorted()
    }

    private func history(_ name: String) -> AliasHistory {
        AliasHistory((try? RegistryFiles.read(aliasPath(name))) ?? [])
    }

    /// Changes whenever an alias of the model moves.
    func aliasStamp(_ name: String) -> [Int]? { RegistryFiles.stamp(aliasPath(name)) }
}
