internal import CONNXRuntime

/// Names as C wants them, for the life of a session.
///
/// - Ownership: the texts are allocated once and freed in `deinit`.
/// - Threads: never changed after `init`.
final class NameList: @unchecked Sendable {
    let pointers: [UnsafePointer<CChar>]

    init(_ names: [String]) {
        pointers = names.map { name in
            let characters = name.utf8CString
            let memory = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
            for (at, character) in characters.enumerated() {
                (memory + at).initialize(to: character)
            }
            return UnsafePointer(memory)
        }
    }

    deinit { for pointer in pointers { pointer.deallocate() } }
}

/// Keeps the memory of tensors alive while a model runs on them.
struct TensorKeeper: ~Copyable {
    private var memory: [UnsafeMutableRawPointer] = []

    deinit { for block in memory { block.deallocate() } }

    mutating func make(
        _ tensor: ONNXTensor, _ environment: ONNXRuntime.Environment
    ) throws(ModelError) -> OpaquePointer {
        switch tensor {
        case .floats(let values, let shape): try make(values, shape, ORT_FLOAT, environment)
        case .doubles(let values, let shape): try make(values, shape, ORT_DOUBLE, environment)
        case .integers(let values, let shape): try make(values, shape, ORT_INT64, environment)
        case .booleans(let values, let shape):
            try make(values.map { UInt8($0 ? 1 : 0) }, shape, ORT_BOOL, environment)
        case .texts(let texts, let shape): try make(texts, shape)
        }
    }

    private mutating func make<Element>(
        _ values: [Element], _ shape: [Int], _ type: OrtElementType,
        _ environment: ONNXRuntime.Environment
    ) throws(ModelError) -> OpaquePointer {
        let size = values.count * MemoryLayout<Element>.stride
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, size), alignment: MemoryLayout<Element>.alignment)
        memory.append(block)
        values.withUnsafeBytes {
            block.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(block), byteCount: $0.count)
        }
        var made: OpaquePointer?
        let dimensions = shape.map { Int64($0) }
        try ONNXRuntime.check(
            crossdock_ort_create_tensor(
                environment.memory, block, size, dimensions, dimensions.count, type, &made))
        guard let made else { throw ModelError(.onnxFailed, "no tensor") }
        return made
    }

    private func make(_ texts: [String], _ shape: [Int]) throws(ModelError) -> OpaquePointer {
        let names = NameList(texts)
        let dimensions = shape.map { Int64($0) }
        var made: OpaquePointer?
        let status = withExtendedLifetime(names) {
            crossdock_ort_create_string_tensor(
                names.pointers, texts.count, dimensions, dimensions.count, &made)
        }
        try ONNXRuntime.check(status)
        guard let made else { throw ModelError(.onnxFailed, "no tensor") }
        return made
    }
}

extension ONNXPort.Element {
    init(_ type: OrtElementType) {
        self =
            switch type {
            case ORT_FLOAT: .float
            case ORT_DOUBLE: .double
            case ORT_INT64: .int64
            case ORT_INT32: .int32
            case ORT_STRING: .text
            case ORT_BOOL: .boolean
            default: .other
            }
    }
}

extension ONNXSession {
    /// Copies what a run answered.
    static func read(_ value: OpaquePointer) throws(ModelError) -> ONNXValue {
        var kind = ORT_KIND_UNKNOWN
        try ONNXRuntime.check(crossdock_ort_value_kind(value, &kind))
        switch kind {
        case ORT_KIND_TENSOR: return .tensor(try tensor(value))
        case ORT_KIND_SEQUENCE: return .maps(try maps(value))
        default: throw ModelError(.scoreShape, "the model answers neither a tensor nor maps")
        }
    }

    /// Lends a float tensor's elements.
    static func withFloats<Result>(
        _ value: OpaquePointer, _ body: (UnsafeBufferPointer<Float>) throws(ModelError) -> Result
    ) throws(ModelError) -> Result {
        let (type, _, count) = try description(of: value)
        guard type == ORT_FLOAT else {
            throw ModelError(.scoreShape, "the answer is no float tensor")
        }
        return try body(try elements(value, count, as: Float.self))
    }

    private static func description(
        of value: OpaquePointer
    ) throws(ModelError) -> (OrtElementType, [Int], Int) {
        var info: OpaquePointer?
        try ONNXRuntime.check(crossdock_ort_value_info(value, &info))
        guard let info else { throw ModelError(.onnxFailed, "a tensor has no type") }
        defer { crossdock_ort_release_tensor_info(info) }
        var type = ORT_UNDEFINED
        try ONNXRuntime.check(crossdock_ort_element_type(info, &type))
        var rank = 0
        try ONNXRuntime.check(crossdock_ort_dimension_count(info, &rank))
        var dimensions = [Int64](repeating: 0, count: max(0, min(rank, 32)))
        try ONNXRuntime.check(crossdock_ort_dimensions(info, &dimensions, dimensions.count))
        var count = 0
        try ONNXRuntime.check(crossdock_ort_element_count(info, &count))
        return (type, dimensions.map { Int($0) }, count)
    }

    private static func tensor(_ value: OpaquePointer) throws(ModelError) -> ONNXTensor {
        let (type, shape, count) = try description(of: value)
        switch type {
        case ORT_FLOAT:
            return .floats(Array(try elements(value, count, as: Float.self)), shape: shape)
        case ORT_DOUBLE:
            return .doubles(Array(try elements(value, count, as: Double.self)), shape: shape)
        case ORT_INT64:
            return .integers(Array(try elements(value, count, as: Int64.self)), shape: shape)
        case ORT_INT32:
            let values = try elements(value, count, as: Int32.self)
            return .integers(values.map(Int64.init), shape: shape)
        case ORT_BOOL:
            return .booleans(
                try elements(value, count, as: UInt8.self).map { $0 != 0 }, shape: shape)
        case ORT_STRING: return .texts(try texts(value, count), shape: shape)
        default: throw ModelError(.scoreShape, "the model answers an element type not read here")
        }
    }

    private static func elements<Element>(
        _ value: OpaquePointer, _ count: Int, as type: Element.Type
    ) throws(ModelError) -> UnsafeBufferPointer<Element> {
        guard count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
        var data: UnsafeMutableRawPointer?
        try ONNXRuntime.check(crossdock_ort_data(value, &data))
        guard let data else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(
            start: UnsafePointer(data.assumingMemoryBound(to: Element.self)), count: count)
    }

    private static func texts(_ value: OpaquePointer, _ count: Int) throws(ModelError) -> [String] {
        guard count > 0 else { return [] }
        var length = 0
        try ONNXRuntime.check(crossdock_ort_string_length(value, &length))
        var bytes = [UInt8](repeating: 0, count: max(1, length))
        var starts = [Int](repeating: 0, count: count)
        try ONNXRuntime.check(crossdock_ort_strings(value, &bytes, length, &starts, count))
        return starts.indices.map { at in
            let end = at + 1 < count ? starts[at + 1] : length
            return String(decoding: bytes[starts[at]..<end], as: UTF8.self)
        }
    }

    /// Reads a sequence of maps from label to number.
    private static func maps(_ value: OpaquePointer) throws(ModelError) -> [[String: Double]] {
        var count = 0
        try ONNXRuntime.check(crossdock_ort_element_values(value, &count))
        var maps: [[String: Double]] = []
        for row in 0..<count {
            let map = try element(value, row)
            defer { crossdock_ort_release_value(map) }
            var kind = ORT_KIND_UNKNOWN
            try ONNXRuntime.check(crossdock_ort_value_kind(map, &kind))
            guard kind == ORT_KIND_MAP else {
                throw ModelError(
                    .scoreShape, "the model answers a sequence of something other than maps")
            }
            let keys = try element(map, 0)
            defer { crossdock_ort_release_value(keys) }
            let numbers = try element(map, 1)
            defer { crossdock_ort_release_value(numbers) }
            maps.append(try Self.map(try tensor(keys), try tensor(numbers)))
        }
        return maps
    }

    private static func map(
        _ keys: ONNXTensor, _ numbers: ONNXTensor
    ) throws(ModelError) -> [String: Double] {
        let names: [String]
        switch keys {
        case .texts(let texts, _): names = texts
        case .integers(let numbers, _): names = numbers.map { "\($0)" }
        default: throw ModelError(.scoreShape, "the model answers maps with odd keys")
        }
        guard let values = numbers.numbers, values.count == names.count else {
            throw ModelError(.scoreShape, "the model answers maps without numbers")
        }
        return Dictionary(zip(names, values)) { first, _ in first }
    }

    private static func element(
        _ value: OpaquePointer, _ index: Int
    ) throws(ModelError) -> OpaquePointer {
        var made: OpaquePointer?
        try ONNXRuntime.check(crossdock_ort_element(value, CInt(index), &made))
        guard let made else { throw ModelError(.onnxFailed, "an element is missing") }
        return made
    }
}
