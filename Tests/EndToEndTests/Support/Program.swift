import Foundation
import Testing

/// The program under test, as a user starts it: a process of its own.
final class Program {
    static let path: String = {
        if let path = ProcessInfo.processInfo.environment["CROSSDOCK"] { return path }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return root.appendingPathComponent(".build/release/crossdock").path
    }()

    private let process = Process()
    private let output: URL
    private let errors: URL

    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Starts the program in `directory`; its output goes to files, so that no pipe can fill up.
    init(
        _ arguments: [String], in directory: URL, environment: [String: String] = [:],
        input: Data? = nil
    ) throws {
        let id = UUID().uuidString
        output = directory.appendingPathComponent("\(id).out")
        errors = directory.appendingPathComponent("\(id).err")
        for file in [output, errors] {
            try Data().write(to: file)
        }
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        if let input {
            let file = directory.appendingPathComponent("\(id).in")
            try input.write(to: file)
            process.standardInput = try FileHandle(forReadingFrom: file)
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        try process.run()
    }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func terminate() { process.terminate() }

    func wait() -> Result {
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: text(output), errors: text(errors))
    }

    private func text(_ file: URL) -> String {
        (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }

    static func run(
        _ arguments: [String], in directory: URL, environment: [String: String] = [:],
        input: Data? = nil
    ) throws -> Result {
        try Program(arguments, in: directory, environment: environment, input: input).wait()
    }
}

/// A folder that is gone when the test ends.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "crossdock-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
