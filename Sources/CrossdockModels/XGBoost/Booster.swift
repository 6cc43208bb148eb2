internal import CXGBoost

/// A trained gradient-boosted model, run by the XGBoost library.
///
/// The route scores trees natively (``TreeEnsemble``); this type trains, reads files of every booster
/// kind, and is the oracle that the native evaluator is checked against.
///
/// - Ownership: holds the only `BoosterHandle` and frees it in `deinit`. It cannot be copied, so the
///   handle cannot be freed twice.
/// - Threads: a tree model may be scored by many tasks at once, but not while it trains. Training
///   makes a booster of its own and hands it out finished; there is nothing that changes one later.
/// - Source: XGBoost manual, "Prediction", section "Thread Safety".
public struct Booster: ~Copyable, @unchecked Sendable {
    private let handle: BoosterHandle
    /// How many columns a row must have.
    public let features: Int
    /// Boosting rounds that count: early stopping leaves later ones in the file, but never scores them.
    public let rounds: Int
    private let scoreOptions: String
    private let marginOptions: String

    /// From here on only this value may free `handle`.
    private init(adopting handle: BoosterHandle, features: Int, rounds: Int) {
        self.handle = handle
        self.features = features
        self.rounds = rounds
        scoreOptions = Self.options(.score, rounds: rounds)
        marginOptions = Self.options(.margin, rounds: rounds)
    }

    deinit { _ = XGBoosterFree(handle) }

    /// What is computed for a row.
    public enum Output: Int, Sendable {
        /// In the unit of the objective: a probability for `binary:logistic`.
        case score = 0
        /// The sum of the leaves, before the objective's transformation.
        case margin = 1
        /// How much each column moved the margin; the last column is the base. They sum to the margin.
        case contributions = 2
        /// The number of the leaf that each tree ends in.
        case leaves = 6
    }

    /// Reads a model saved as JSON or UBJSON.
    ///
    /// The file is checked before the library sees it; a base score in the vector form of version 3.1
    /// and later is rewritten for older libraries, which would read it as 0.5 without a word.
    ///
    /// - Throws: CD5102, CD5105, CD5106, CD5107, CD5101.
    public static func load(_ bytes: [UInt8]) throws(ModelError) -> Booster {
        let file = try XGBoostFile(bytes)
        let portable = try file.portable(bytes, library: try XGBoostLibrary.version())
        XGBoostLibrary.hush()
        var created: BoosterHandle?
        try XGBoostLibrary.check(XGBoosterCreate(nil, 0, &created))
        guard let created else { throw ModelError(.xgboostFailed, "XGBoost made no booster") }
        let booster = Booster(adopting: created, features: file.features, rounds: file.scoredRounds)
        try XGBoostLibrary.check(
            portable.withUnsafeBytes {
                guard let start = $0.baseAddress else { return -1 }
                return XGBoosterLoadModelFromBuffer(booster.handle, start, bst_ulong($0.count))
            })
        try booster.set("nthread", "1")
        try booster.warm()
        return booster
    }

    /// The library configures a booster at its first call; done here, scoring only reads.
    private borrowing func warm() throws(ModelError) {
        let row = [Float](repeating: .nan, count: features)
        _ = try score(FeatureMatrix(unchecked: 1, features, row))
    }

    private borrowing func set(_ name: String, _ value: String) throws(ModelError) {
        try XGBoostLibrary.check(XGBoosterSetParam(handle, name, value))
    }

    /// Scores rows.
    ///
    /// - Returns: Row-major, shape `[rows, outputs]`.
    public borrowing func score(
        _ rows: FeatureMatrix, _ output: Output = .score
    ) throws(ModelError) -> [Float] {
        guard rows.columns == features else {
            throw ModelError(
                .scoreShape, "the model takes \(features) columns, the rows have \(rows.columns)")
        }
        guard rows.rows > 0 else { return [] }
        switch output {
        case .score, .margin:
            return try rows.values.withUnsafeBufferPointer { buffer throws(ModelError) -> [Float] in
                try score(buffer, rows: rows.rows, output) { Array($0) }
            }
        case .contributions, .leaves:
            let matrix = try DataMatrix.make(rows)
            var shape: UnsafePointer<bst_ulong>?
            var rank: bst_ulong = 0
            var values: UnsafePointer<Float>?
            try XGBoostLibrary.check(
                XGBoosterPredictFromDMatrix(
                    handle, matrix.handle, Self.options(output, rounds: rounds), &shape, &rank,
                    &values))
            return Array(Self.result(shape, rank, values))
        }
    }

    /// Scores rows in the caller's memory and lends the answer.
    ///
    /// - Parameter rows: How many rows `features` holds.
    /// - Ownership: the answer belongs to the library, which reuses it on this thread's next call.
    borrowing func score<Result>(
        _ features: UnsafeBufferPointer<Float>, rows: Int, _ output: Output = .score,
        _ body: (UnsafeBufferPointer<Float>) throws(ModelError) -> Result
    ) throws(ModelError) -> Result {
        var shape: UnsafePointer<bst_ulong>?
        var rank: bst_ulong = 0
        var values: UnsafePointer<Float>?
        let options = output == .margin ? marginOptions : scoreOptions
        try XGBoostLibrary.check(
            try FeatureMatrix.withArrayInterface(features, rows: rows, columns: self.features) {
                description throws(ModelError) in
                XGBoosterPredictFromDense(
                    handle, description, options, nil, &shape, &rank, &values)
            })
        return try body(Self.result(shape, rank, values))
    }

    private static func result(
        _ shape: UnsafePointer<bst_ulong>?, _ rank: bst_ulong, _ values: UnsafePointer<Float>?
    ) -> UnsafeBufferPointer<Float> {
        let dimensions = UnsafeBufferPointer(start: shape, count: shape == nil ? 0 : Int(rank))
        let count = dimensions.isEmpty ? 0 : dimensions.reduce(1, *)
        return UnsafeBufferPointer(start: values, count: values == nil ? 0 : Int(count))
    }

    private static func options(_ output: Output, rounds: Int) -> String {
        """
        {"type":\(output.rawValue),"training":false,"iteration_begin":0,"iteration_end":\(rounds),\
        "strict_shape":false,"missing":NaN,"cache_id":0}
        """
    }

    /// The file formats of a model.
    public enum Format: String, Sendable {
        case json
        case ubj
    }

    public borrowing func encoded(as format: Format) throws(ModelError) -> [UInt8] {
        var length: bst_ulong = 0
        var bytes: UnsafePointer<CChar>?
        try XGBoostLibrary.check(
            XGBoosterSaveModelToBuffer(
                handle, "{\"format\":\"\(format.rawValue)\"}", &length, &bytes))
        // The buffer belongs to the library, which reuses it on this thread's next call.
        return UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(length))
            .map { UInt8(bitPattern: $0) }
    }
}

extension Booster {
    /// What training does with a booster, round by round.
    struct Schedule: Sendable {
        var rounds = 100
        /// Stop when the last metric of the validation rows has not improved for so many rounds.
        var earlyStopping: Int?
        /// Whether a larger value of that metric is better.
        var maximize = false
    }

    /// What training saw: the last metric of the validation rows, after each round.
    struct History: Sendable {
        var validation: [Double] = []
        var bestRound: Int?
    }

    /// Trains a booster.
    ///
    /// - Parameters:
    ///   - parameters: XGBoost's own names; a name may stand more than once (`eval_metric`).
    ///   - validation: Judged after each round; needed for early stopping.
    ///   - keepGoing: Asked before every round; false stops with CD5136.
    static func train(
        _ training: borrowing DataMatrix, validation: borrowing DataMatrix?,
        features: Int, parameters: [(name: String, value: String)], schedule: Schedule,
        keepGoing: () -> Bool = { true }
    ) throws(ModelError) -> (bytes: [UInt8], history: History) {
        XGBoostLibrary.hush()
        var created: BoosterHandle?
        let judged: DMatrixHandle? =
            switch validation {
            case .some(let matrix): matrix.handle
            case .none: nil
            }
        var matrices: [DMatrixHandle?] = [training.handle]
        if let judged { matrices.append(judged) }
        try XGBoostLibrary.check(XGBoosterCreate(&matrices, bst_ulong(matrices.count), &created))
        guard let created else { throw ModelError(.xgboostFailed, "XGBoost made no booster") }
        let booster = Booster(adopting: created, features: features, rounds: 0)
        try booster.set("verbosity", "0")
        for parameter in parameters { try booster.set(parameter.name, parameter.value) }

        var history = History()
        var best = schedule.maximize ? -Double.infinity : Double.infinity
        for round in 0..<max(1, schedule.rounds) {
            guard keepGoing() else {
                throw ModelError(.trainingCancelled, "stopped after \(round) boosting rounds")
            }
            try XGBoostLibrary.check(
                XGBoosterUpdateOneIter(booster.handle, CInt(round), training.handle))
            guard let judged else { continue }
            let value = try booster.metric(round, on: judged)
            history.validation.append(value)
            if schedule.maximize ? value > best : value < best {
                best = value
                history.bestRound = round
            }
            if let patience = schedule.earlyStopping,
                round - (history.bestRound ?? 0) >= patience
            {
                break
            }
        }
        if schedule.earlyStopping != nil, let round = history.bestRound {
            try booster.setAttribute("best_iteration", "\(round)")
            try booster.setAttribute("best_score", "\(best)")
        }
        return (try booster.encoded(as: .ubj), history)
    }

    private borrowing func setAttribute(_ name: String, _ value: String) throws(ModelError) {
        try XGBoostLibrary.check(XGBoosterSetAttr(handle, name, value))
    }

    /// The last metric of the line that the library prints after a round: `[3]\tv-auc:0.9\tv-logloss:0.2`.
    private borrowing func metric(_ round: Int, on rows: DMatrixHandle) throws(ModelError) -> Double
    {
        var matrices: [DMatrixHandle?] = [rows]
        var text: UnsafePointer<CChar>?
        let status = "v".withCString { name in
            var names: [UnsafePointer<CChar>?] = [name]
            return XGBoosterEvalOneIter(handle, CInt(round), &matrices, &names, 1, &text)
        }
        try XGBoostLibrary.check(status)
        let line = text.map { String(cString: $0) } ?? ""
        guard let value = line.split(separator: ":").last.flatMap({ Double($0) }) else {
            throw ModelError(.xgboostFailed, "XGBoost gave no metric: '\(line)'")
        }
        return value
    }
}
