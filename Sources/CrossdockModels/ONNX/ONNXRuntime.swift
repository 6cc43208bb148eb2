internal import CONNXRuntime
internal import Foundation
internal import Synchronization

/// The ONNX Runtime library, loaded at first use, with one environment for the process.
enum ONNXRuntime {
    /// - Threads: the runtime's environment and memory description may be used from any thread.
    struct Environment: @unchecked Sendable {
        let handle: OpaquePointer
        let memory: OpaquePointer
        let version: String
    }

    private static let current = Mutex<Environment?>(nil)

    /// - Throws: CD5104 when the library cannot be loaded.
    static func environment() throws(ModelError) -> Environment {
        try current.withLock { current throws(ModelError) -> Environment in
            if let current { return current }
            let made = try make()
            current = made
            return made
        }
    }

    private static func make() throws(ModelError) -> Environment {
        try open()
        // Level 4 is "fatal": what goes wrong is reported by status, not on standard error.
        var handle: OpaquePointer?
        try check(crossdock_ort_create_env(4, "crossdock", &handle))
        var memory: OpaquePointer?
        try check(crossdock_ort_create_cpu_memory_info(&memory))
        guard let handle, let memory else { throw ModelError(.onnxFailed, "no environment") }
        return Environment(
            handle: handle, memory: memory, version: String(cString: crossdock_ort_version()))
    }

    private static func open() throws(ModelError) {
        var complaints: [String] = []
        for path in candidates() {
            var error = [CChar](repeating: 0, count: 512)
            if crossdock_ort_open(path, &error, error.count) { return }
            complaints.append(
                String(decoding: error.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
        }
        throw ModelError(
            .onnxRuntimeMissing,
            """
            the ONNX Runtime library cannot be loaded (\(complaints.last ?? "no place to look")); run \
            scripts/bootstrap or set CROSSDOCK_ONNXRUNTIME to its path
            """)
    }

    /// Where to look, in order. A path that is set explicitly is the only one.
    private static func candidates() -> [String] {
        if let path = ProcessInfo.processInfo.environment["CROSSDOCK_ONNXRUNTIME"], !path.isEmpty {
            return [path]
        }
        let files = FileManager.default
        var folders = [URL(fileURLWithPath: files.currentDirectoryPath)]
        // From a build folder, the project is a few levels up.
        var folder = (Bundle.main.executableURL ?? folders[0]).resolvingSymlinksInPath()
        for _ in 0..<5 {
            folder = folder.deletingLastPathComponent()
            folders.append(folder)
        }
        return folders.map { $0.appendingPathComponent(".deps/libonnxruntime.so").path }
            .filter { files.fileExists(atPath: $0) } + ["libonnxruntime.so"]
    }

    /// Turns a status into an error and frees it.
    ///
    /// - Parameter loading: Whether a model is being read, so that a refusal is about its file.
    static func check(_ status: OpaquePointer?, loading: Bool = false) throws(ModelError) {
        guard let status else { return }
        let text = String(cString: crossdock_ort_error_message(status))
        let number = crossdock_ort_error_code(status)
        crossdock_ort_release_status(status)
        let line = text.split(separator: "\n").prefix(3).joined(separator: " ").prefix(400)
        guard loading else { throw ModelError(.onnxFailed, "ONNX Runtime: \(line)") }
        // 7 is "invalid protobuf", 2 "invalid argument"; the others say that the model needs more.
        throw ModelError(
            number == 7 || number == 2 ? .modelFileBroken : .modelFileUnsupported,
            "ONNX Runtime refuses the model: \(line)")
    }
}
