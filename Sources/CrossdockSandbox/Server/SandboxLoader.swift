internal import CrossdockData
internal import CrossdockDiagnostics

/// Makes the systems and fills them as the options say.
struct SandboxLoader {
    let options: SandboxOptions
    let home: String

    func hosts() throws -> [SystemHost] {
        let names = options.systems.isEmpty ? Sandbox.systemNames : options.systems
        var hosts: [SystemHost] = []
        for name in names {
            guard !hosts.contains(where: { $0.name == name }) else { continue }
            guard let type = SandboxSystems.named(name) else {
                let help = Suggestion.help(for: name, in: Sandbox.systemNames)
                throw SandboxError(
                    .unknownSandbox, "no sandbox '\(name)'" + (help.map { "; \($0)" } ?? ""))
            }
            let host = try SystemHost(type, home: home, data: options.data)
            try fill(host)
            hosts.append(host)
        }
        return hosts
    }

    private func fill(_ host: SystemHost) throws {
        if let seed = options.seed { try load(from: "\(seed)/\(host.name)", host) }
        if let records = options.records, records > 0 {
            try host.withSystem { try $0.generate(records) }
        }
        if let file = options.faults {
            host.faults.replace(
                with: try Fault.list(try Files.read(file), rules: host.rules.map(\.name)))
        }
    }

    /// Declarations come before any data, whatever the files are called.
    private func load(from folder: String, _ host: SystemHost) throws {
        guard Files.exists(folder) else { return }
        let names = try Files.names(in: folder)
        for name in names where name.hasSuffix(".fields.json") {
            try named("\(folder)/\(name)") { json in
                let object = String(name.dropLast(".fields.json".count))
                try host.withSystem { try $0.declareFields(json, of: object) }
            }
        }
        for name in names where name.hasSuffix(".jsonl") {
            try named("\(folder)/\(name)") { lines in
                let object = String(name.dropLast(".jsonl".count))
                _ = try host.withSystem { try $0.load(lines, into: object) }
            }
        }
    }

    /// Puts the file's name in front of what is wrong with it.
    private func named(_ path: String, _ body: ([UInt8]) throws -> Void) throws {
        let bytes = try Files.read(path)
        do { try body(bytes) } catch let error as SandboxError {
            throw SandboxError(error.code, "\(path): \(error.message)", cause: error.cause)
        }
    }
}
