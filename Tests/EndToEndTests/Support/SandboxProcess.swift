import Foundation

/// The sandboxes as a process of their own, so that they outlive every hub that is killed.
final class SandboxProcess {
    private let program: Program
    let ready: [String: Any]
    /// What `--env-file` wrote: where the systems are and how to log in.
    let environment: [String: String]

    struct NotReady: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: [String], in folder: URL) throws {
        let readyFile = folder.appendingPathComponent("ready.json")
        let environmentFile = folder.appendingPathComponent("sandbox.env")
        program = try Program(
            ["sandbox"] + arguments + [
                "--port", "0", "--ready-file", readyFile.path, "--env-file", environmentFile.path,
            ], in: folder)
        let deadline = Date().addingTimeInterval(30)
        while !FileManager.default.fileExists(atPath: readyFile.path) {
            guard program.isRunning, Date() < deadline else {
                program.kill()
                throw NotReady(description: "no sandbox: \(program.wait().errors)")
            }
            usleep(20_000)
        }
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: readyFile))
        ready = json as? [String: Any] ?? [:]
        let lines = try String(contentsOf: environmentFile, encoding: .utf8).split(separator: "\n")
        environment = Dictionary(
            lines.compactMap { line in
                let parts = line.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                return (String(parts[0]), parts[1].trimmingCharacters(in: ["'"]))
            }, uniquingKeysWith: { $1 })
    }

    deinit { program.kill() }

    func origin(_ system: String) -> String {
        let systems = ready["systems"] as? [String: [String: Any]]
        return systems?[system]?["http"] as? String ?? ""
    }

    /// The records of an object, one dictionary each.
    func records(_ object: String, of system: String) throws -> [[String: Any]] {
        try lines(HTTPCall.get(origin(system) + "/__sandbox/records/\(object)"))
    }

    /// What a system has done: every create, update and delete, in order.
    func effects(of system: String) throws -> [[String: Any]] {
        try lines(HTTPCall.get(origin(system) + "/__sandbox/journal?since=0"))
            .filter { $0["kind"] as? String == "effect" }
    }

    func load(_ records: [[String: Any]], as object: String, into system: String) throws {
        let body = try records.map { try JSONSerialization.data(withJSONObject: $0) }
            .reduce(into: Data()) { $0 += $1 + Data("\n".utf8) }
        _ = try HTTPCall.send("POST", origin(system) + "/__sandbox/records/\(object)", body)
    }

    /// Replaces the faults of a system, as a JSON array.
    func setFaults(_ json: String, of system: String) throws {
        _ = try HTTPCall.send("PUT", origin(system) + "/__sandbox/faults", Data(json.utf8))
    }

    /// How many requests a system has answered with a status.
    func answers(_ status: Int, of system: String) throws -> Int {
        try lines(HTTPCall.get(origin(system) + "/__sandbox/journal?since=0"))
            .count { $0["status"] as? Int == status }
    }

    private func lines(_ data: Data) throws -> [[String: Any]] {
        try data.split(separator: UInt8(ascii: "\n")).map { line in
            try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
        }
    }
}
