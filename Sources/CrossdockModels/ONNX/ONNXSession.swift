internal import CONNXRuntime

/// A model loaded by ONNX Runtime.
///
/// - Ownership: holds the only session handle and frees it in `deinit`.
/// - Threads: the runtime allows any number of runs at once on one session. It computes on the
///   caller's thread: routes give the parallelism, and a pool per session would only spin.
public struct ONNXSession: ~Copyable, @unchecked Sendable {
    private let handle: OpaquePointer
    private let environment: ONNXRuntime.Environment
    public let inputs: [ONNXPort]
    public let outputs: [ONNXPort]
    /// What the exporter noted in the file.
    public let metadata: [String: String]
    private let inputNames: NameList
    private let outputNames: NameList

    deinit { crossdock_ort_release_session(handle) }

    /// Loads a model from its bytes.
    ///
    /// - Throws: CD5104 without the library, CD5105 for a broken file, CD5106 for one that needs other
    ///   files, operators or versions, CD5107 for one that is too large.
    public init(_ bytes: [UInt8]) throws(ModelError) {
        let file = try ONNXFile(bytes)
        let environment = try ONNXRuntime.environment()
        var options: OpaquePointer?
        try ONNXRuntime.check(crossdock_ort_create_session_options(&options))
        guard let options else { throw ModelError(.onnxFailed, "no session options") }
        defer { crossdock_ort_release_session_options(options) }
        try ONNXRuntime.check(crossdock_ort_set_threads(options, 1, 1))
        try ONNXRuntime.check(crossdock_ort_set_log_severity(options, 4))
        var created: OpaquePointer?
        try ONNXRuntime.check(
            bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return nil }
                return crossdock_ort_create_session(
                    environment.handle, start, bytes.count, options, &created)
            }, loading: true)
        guard let created else { throw ModelError(.modelFileBroken, "the model file is empty") }
        let (inputs, outputs): ([ONNXPort], [ONNXPort])
        do {
            inputs = try Self.ports(of: created, inputs: true)
            outputs = try Self.ports(of: created, inputs: false)
        } catch {
            crossdock_ort_release_session(created)
            throw error
        }
        handle = created
        self.environment = environment
        self.inputs = inputs
        self.outputs = outputs
        metadata = file.metadata
        inputNames = NameList(inputs.map(\.name))
        outputNames = NameList(outputs.map(\.name))
    }

    private static func ports(
        of session: OpaquePointer, inputs: Bool
    ) throws(ModelError) -> [ONNXPort] {
        var count = 0
        try ONNXRuntime.check(crossdock_ort_count(session, inputs, &count))
        var ports: [ONNXPort] = []
        for index in 0..<count { ports.append(try port(of: session, inputs, index)) }
        return ports
    }

    private static func port(
        of session: OpaquePointer, _ inputs: Bool, _ index: Int
    ) throws(ModelError) -> ONNXPort {
        var name: UnsafeMutablePointer<CChar>?
        try ONNXRuntime.check(crossdock_ort_name(session, inputs, index, &name))
        defer { if let name { crossdock_ort_free(name) } }
        var info: OpaquePointer?
        try ONNXRuntime.check(crossdock_ort_type_info(session, inputs, index, &info))
        guard let info, let name else { throw ModelError(.onnxFailed, "an input has no type") }
        defer { crossdock_ort_release_type_info(info) }
        var kind = ORT_KIND_UNKNOWN
        try ONNXRuntime.check(crossdock_ort_kind(info, &kind))
        guard kind == ORT_KIND_TENSOR else {
            return ONNXPort(
                name: String(cString: name), element: kind == ORT_KIND_SEQUENCE ? .maps : .other,
                shape: [])
        }
        var tensor: OpaquePointer?
        try ONNXRuntime.check(crossdock_ort_tensor_info(info, &tensor))
        guard let tensor else { throw ModelError(.onnxFailed, "a tensor has no type") }
        let (element, shape) = try Self.shape(of: tensor)
        return ONNXPort(
            name: String(cString: name), element: ONNXPort.Element(element),
            shape: shape.map { $0 < 0 ? nil : $0 })
    }

    private static func shape(of tensor: OpaquePointer) throws(ModelError) -> (
        OrtElementType, [Int]
    ) {
        var element = ORT_UNDEFINED
        try ONNXRuntime.check(crossdock_ort_element_type(tensor, &element))
        var rank = 0
        try ONNXRuntime.check(crossdock_ort_dimension_count(tensor, &rank))
        guard rank <= 32 else {
            throw ModelError(.modelFileUnsupported, "a tensor of rank \(rank)")
        }
        var dimensions = [Int64](repeating: 0, count: rank)
        try ONNXRuntime.check(crossdock_ort_dimensions(tensor, &dimensions, rank))
        return (element, dimensions.map { Int($0) })
    }
}

extension ONNXSession {
    /// Runs the model.
    ///
    /// - Parameter feed: One tensor per input, by name.
    /// - Returns: One value per output, in the order of ``outputs``.
    /// - Throws: CD5103 when an input is missing, unknown, or of the wrong type or shape.
    public borrowing func run(_ feed: [String: ONNXTensor]) throws(ModelError) -> [ONNXValue] {
        for name in feed.keys where !inputs.contains(where: { $0.name == name }) {
            throw ModelError(.onnxFailed, "the model has no input '\(name)'")
        }
        var tensors: [OpaquePointer?] = []
        defer { for tensor in tensors { if let tensor { crossdock_ort_release_value(tensor) } } }
        var keeper = TensorKeeper()
        for input in inputs {
            guard let tensor = feed[input.name] else {
                throw ModelError(.onnxFailed, "the model's input '\(input.name)' is missing")
            }
            try Self.check(tensor, for: input)
            tensors.append(try keeper.make(tensor, environment))
        }
        return try run(tensors) { values throws(ModelError) in
            var results: [ONNXValue] = []
            for value in values { results.append(try Self.read(value)) }
            return results
        }
    }

    /// The model's own complaint about a shape is long; this one says what to do.
    private static func check(_ tensor: ONNXTensor, for input: ONNXPort) throws(ModelError) {
        guard tensor.shape.allSatisfy({ $0 >= 0 }), tensor.shape.reduce(1, *) == tensor.count else {
            throw ModelError(.onnxFailed, "a tensor's shape does not match its elements")
        }
        if let rows = input.fixedRows, input.shape.count > 1, tensor.shape.first != rows {
            throw ModelError(
                .onnxFailed,
                "the model accepts exactly \(rows) rows, not \(tensor.shape.first ?? 0)")
        }
    }

    /// Runs the model on one float matrix in the caller's memory, for models with one such input.
    ///
    /// - Ownership: the values are valid during `body` only.
    borrowing func run<Result>(
        _ features: UnsafeMutableBufferPointer<Float>, rows: Int, columns: Int,
        _ body: (UnsafeBufferPointer<OpaquePointer>) throws(ModelError) -> Result
    ) throws(ModelError) -> Result {
        var tensor: OpaquePointer?
        guard let start = features.baseAddress else {
            throw ModelError(.onnxFailed, "there are no features")
        }
        var shape = (Int64(rows), Int64(columns))
        try ONNXRuntime.check(
            withUnsafeBytes(of: &shape) { shape in
                guard let shape = shape.baseAddress else { return nil }
                return crossdock_ort_create_tensor(
                    environment.memory, start, features.count * 4,
                    shape.assumingMemoryBound(to: Int64.self), 2, ORT_FLOAT, &tensor)
            })
        guard let tensor else { throw ModelError(.onnxFailed, "no tensor") }
        defer { crossdock_ort_release_value(tensor) }
        return try run([tensor], body)
    }

    private borrowing func run<Result>(
        _ tensors: [OpaquePointer?],
        _ body: (UnsafeBufferPointer<OpaquePointer>) throws(ModelError) -> Result
    ) throws(ModelError) -> Result {
        let present = tensors.compactMap(\.self)
        var made = [OpaquePointer?](repeating: nil, count: outputs.count)
        let status = crossdock_ort_run(
            handle, nil, inputNames.pointers, present, present.count, outputNames.pointers,
            outputs.count, &made)
        defer { for value in made { if let value { crossdock_ort_release_value(value) } } }
        try ONNXRuntime.check(status)
        let values = made.compactMap(\.self)
        guard values.count == outputs.count else {
            throw ModelError(.onnxFailed, "the model left an output out")
        }
        return try values.withUnsafeBufferPointer { values throws(ModelError) in try body(values) }
    }
}
