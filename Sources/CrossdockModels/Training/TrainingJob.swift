internal import CrossdockData
internal import CrossdockDiagnostics

/// What a kind trains on: rows, labels, parameters.
struct TrainingJob {
    let task: ModelTask
    /// The positive class last, for binary tasks.
    let classes: [String]
    let pipeline: FeaturePipeline
    let table: TrainingTable
    /// The rows to train on.
    let rows: [Int]
    /// The rows to stop by; empty when nothing stops early.
    let validation: [Int]
    /// Per row of the table: the class's number or the number to predict.
    let targets: [Double]
    /// Columns of the training rows that replace the encoded ones, as out-of-fold encodings do.
    let overrides: [Int: [Double]]
    let parameters: [TrainerParameter]
    let seed: UInt64
    let keepGoing: @Sendable () -> Bool

    func labels(_ rows: [Int]) -> [Double] { rows.map { targets[$0] } }

    /// The training rows encoded, cast once.
    func encoded<Scalar: BinaryFloatingPoint>(as type: Scalar.Type) -> [Scalar] {
        var values = pipeline.encode(table, rows, as: type)
        for (column, replacements) in overrides {
            for (place, value) in replacements.enumerated() {
                values[place * pipeline.width + column] = Scalar(value)
            }
        }
        return values
    }

    // MARK: Parameters

    func number(_ name: String) throws(ModelError) -> Double? {
        guard let parameter = parameters.last(where: { $0.name == name }) else { return nil }
        guard let value = parameter.value.number?.double, value.isFinite else {
            throw refused(parameter, "must be a number")
        }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ModelError) -> Int? {
        guard let parameter = parameters.last(where: { $0.name == name }) else { return nil }
        guard let value = parameter.value.number?.int, range.contains(value) else {
            throw refused(
                parameter, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func refused(_ parameter: TrainerParameter, _ why: String) -> ModelError {
        ModelError(
            .specBadValue,
            "\(parameter.span.file):\(parameter.span.line):\(parameter.span.column): "
                + "'\(parameter.name)' \(why)")
    }
}

extension FeaturePipeline {
    /// Encodes rows of a table: the same steps as a record takes while serving.
    ///
    /// - Shape: row-major, `[rows.count, width]`.
    func encode<Scalar: BinaryFloatingPoint>(
        _ table: TrainingTable, _ rows: [Int], as type: Scalar.Type
    ) -> [Scalar] {
        var result = [Scalar](repeating: 0, count: rows.count * width)
        var row = [Double](repeating: 0, count: width)
        var texts: [String] = []
        for (place, number) in rows.enumerated() {
            row.withUnsafeMutableBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                encode(table, number, into: start, texts: &texts)
                for column in 0..<width { result[place * width + column] = Scalar(start[column]) }
            }
            texts.removeAll(keepingCapacity: true)
        }
        return result
    }

    /// Encodes one row of a table; what fails on missing gets its columns' zeros.
    func encode(
        _ table: TrainingTable, _ number: Int, into row: UnsafeMutablePointer<Double>,
        texts: inout [String]
    ) {
        row.update(repeating: 0, count: width)
        for feature in features.indices {
            table.columns[feature].withValue(number) {
                _ = plan.encode($0, feature: feature, into: row, texts: &texts)
            }
        }
    }
}
