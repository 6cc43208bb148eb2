/// An ONNX model, run by ONNX Runtime.
///
/// Inputs are either one matrix that takes the whole encoded row, or one column per feature, found by
/// name. Of the outputs, the probabilities (or the number) count; a separate label output is left aside,
/// because the label follows from the score and the threshold.
final class ONNXScorer: Scorer {
    private enum Feed {
        /// One float matrix: the fast way.
        case floats(columns: Int)
        /// One matrix of another type.
        case matrix(ONNXPort)
        case columns([Column])
    }

    private struct Column {
        let port: ONNXPort
        /// The first column of the row, or the place among the texts.
        let place: Int
        let isText: Bool
    }

    private let session: ONNXSession
    private let feed: Feed
    /// Which output holds the scores.
    private let answer: Int
    private let shape: ScorerShape
    let columns: Int
    var outputs: Int { shape.outputs }

    init(_ bytes: [UInt8], _ shape: ScorerShape) throws(ModelError) {
        session = try ONNXSession(bytes)
        self.shape = shape
        columns = shape.features.reduce(0) { $0 + $1.width }
        feed = try Self.feed(session.inputs, shape, columns)
        answer = try Self.answer(session.outputs)
    }

    private static func feed(
        _ inputs: [ONNXPort], _ shape: ScorerShape, _ columns: Int
    ) throws(ModelError) -> Feed {
        if inputs.count == 1, let input = inputs.first, input.shape.count == 2,
            input.element == .float || input.element == .double,
            !shape.features.contains(where: \.isText)
        {
            guard input.width == nil || input.width == columns else {
                throw ModelError(
                    .scoreShape,
                    "the model takes \(input.width ?? 0) columns, its features make \(columns)")
            }
            return input.element == .float && input.fixedRows == nil
                ? .floats(columns: columns) : .matrix(input)
        }
        var all: [Column] = []
        for input in inputs {
            var column = 0
            var text = 0
            guard
                let feature = shape.features.first(where: { feature in
                    if feature.name == input.name { return true }
                    column += feature.width
                    text += feature.isText ? 1 : 0
                    return false
                })
            else {
                throw ModelError(
                    .scoreShape, "the model's input '\(input.name)' is none of the features")
            }
            let isText = input.element == .text
            guard isText == feature.isText, isText || feature.width == input.width ?? 1 else {
                throw ModelError(
                    .scoreShape,
                    "the model's input '\(input.name)' does not fit the feature of that name")
            }
            all.append(Column(port: input, place: isText ? text : column, isText: isText))
        }
        return .columns(all)
    }

    private static func answer(_ outputs: [ONNXPort]) throws(ModelError) -> Int {
        if let place = outputs.firstIndex(where: { $0.element == .maps }) { return place }
        let numbers = outputs.indices.filter {
            outputs[$0].element == .float || outputs[$0].element == .double
        }
        // Probabilities come after the label; a model with one output has nothing else.
        guard let place = numbers.last else {
            throw ModelError(.scoreShape, "no output of the model holds numbers")
        }
        return place
    }

    func score(
        _ row: UnsafePointer<Double>, texts: [String], into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        switch feed {
        case .floats(let columns): try scoreFloats(row, columns, into: scores)
        case .matrix(let port):
            try take(try session.run([port.name: matrix(row, port)])[answer], into: scores)
        case .columns(let all):
            var tensors: [String: ONNXTensor] = [:]
            for column in all { tensors[column.port.name] = try tensor(column, row, texts) }
            try take(try session.run(tensors)[answer], into: scores)
        }
    }

    private func scoreFloats(
        _ row: UnsafePointer<Double>, _ columns: Int, into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        let features = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, columns))
        defer { features.deallocate() }
        for column in 0..<columns { features[column] = Float(row[column]) }
        let used = UnsafeMutableBufferPointer(rebasing: features[..<columns])
        try session.run(used, rows: 1, columns: columns) { values throws(ModelError) in
            if session.outputs[answer].element == .float {
                try ONNXSession.withFloats(values[answer]) { numbers throws(ModelError) in
                    try take(numbers.count, { Double(numbers[$0]) }, into: scores)
                }
            } else {
                try take(try ONNXSession.read(values[answer]), into: scores)
            }
        }
    }

    /// One row, repeated where the model insists on more.
    private func matrix(_ row: UnsafePointer<Double>, _ port: ONNXPort) -> ONNXTensor {
        let rows = port.fixedRows ?? 1
        let values = (0..<rows).flatMap { _ in (0..<columns).map { row[$0] } }
        return port.element == .float
            ? .floats(values.map { Float($0) }, shape: [rows, columns])
            : .doubles(values, shape: [rows, columns])
    }

    private func tensor(
        _ column: Column, _ row: UnsafePointer<Double>, _ texts: [String]
    ) throws(ModelError) -> ONNXTensor {
        let rank = column.port.shape.count
        if column.isText {
            guard texts.indices.contains(column.place) else {
                throw ModelError(.scoreShape, "the text of '\(column.port.name)' is missing")
            }
            return .texts([texts[column.place]], shape: rank == 1 ? [1] : [1, 1])
        }
        let width = column.port.width ?? 1
        let values = (0..<width).map { row[column.place + $0] }
        let shape = rank == 1 ? [1] : [1, width]
        switch column.port.element {
        case .float: return .floats(values.map { Float($0) }, shape: shape)
        case .double: return .doubles(values, shape: shape)
        case .int64, .int32:
            let whole = values.map { Int64(exactly: $0.rounded()) }
            guard !whole.contains(nil) else {
                throw ModelError(
                    .featureMissing,
                    "'\(column.port.name)' is missing, and the model takes integers")
            }
            return .integers(whole.compactMap(\.self), shape: shape)
        case .boolean: return .booleans(values.map { $0 != 0 }, shape: shape)
        case .text, .maps, .other:
            throw ModelError(
                .scoreShape, "the model's input '\(column.port.name)' is of an odd type")
        }
    }

    private func take(
        _ value: ONNXValue, into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        switch value {
        case .maps(let maps):
            guard let map = maps.first else {
                throw ModelError(.scoreShape, "the model answers nothing")
            }
            let numbers = try probabilities(map)
            try take(numbers.count, { numbers[$0] }, into: scores)
        case .tensor(let tensor):
            guard let numbers = tensor.numbers else {
                throw ModelError(.scoreShape, "the model answers texts")
            }
            let rows = max(1, tensor.shape.first ?? 1)
            try take(numbers.count / rows, { numbers[$0] }, into: scores)
        }
    }

    /// A map's probabilities in the order of the classes; by number where its labels are numbers.
    private func probabilities(_ map: [String: Double]) throws(ModelError) -> [Double] {
        let byClass = shape.classes.compactMap { map[$0] }
        if byClass.count == shape.classes.count, !byClass.isEmpty { return byClass }
        let sorted = map.keys.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) }
        return sorted.compactMap { map[$0] }
    }

    private func take(
        _ count: Int, _ number: (Int) -> Double, into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        switch shape.task {
        case .binary where count == 2: scores[0] = number(1)
        case .multiclass:
            guard count == outputs else {
                throw ModelError(
                    .scoreShape, "the model answers \(count) numbers for \(outputs) classes")
            }
            for output in 0..<outputs { scores[output] = number(output) }
        default:
            guard count == 1 else {
                throw ModelError(.scoreShape, "the model answers \(count) numbers, not one")
            }
            scores[0] = number(0)
        }
    }
}
