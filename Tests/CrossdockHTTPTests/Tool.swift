import Foundation

/// Runs tools of the operating system that make test data.
enum Tool {
    struct Failure: Error { let status: Int32 }

    /// The standard output of a shell command.
    ///
    /// Waited for on a thread of its own: the tasks of other tests need theirs.
    static func run(_ command: String, in folder: URL? = nil) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try wait(for: command, in: folder) })
            }
        }
    }

    private static func wait(for command: String, in folder: URL?) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(status: process.terminationStatus)
        }
        return Array(data)
    }
}
