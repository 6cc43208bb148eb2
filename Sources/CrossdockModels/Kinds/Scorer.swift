/// A trained thing: encoded rows in, numbers out.
///
/// - Threads: never changes; any number of tasks may score at once.
protocol Scorer: Sendable {
    /// The columns of a row.
    var columns: Int { get }
    /// Numbers per row: the probability of the positive class, one probability per class, or the
    /// predicted number.
    var outputs: Int { get }

    /// Scores one row.
    ///
    /// - Parameters:
    ///   - row: `columns` values; NaN means missing.
    ///   - texts: The texts of features that are not encoded, in their order.
    ///   - scores: `outputs` values.
    func score(
        _ row: UnsafePointer<Double>, texts: [String], into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError)

    /// How much each column moved the model's inner sum of `output`, and what it is without any.
    ///
    /// - Returns: nil where the model cannot say.
    func contributions(_ row: UnsafePointer<Double>, output: Int) -> (
        columns: [Double], base: Double
    )?
}

extension Scorer {
    func contributions(
        _ row: UnsafePointer<Double>, output: Int
    ) -> (columns: [Double], base: Double)? { nil }
}

/// The file of a trained model.
struct ModelFile: Sendable {
    enum Format: String, Sendable, CaseIterable {
        case xgboostUBJ = "xgboost-ubj"
        case xgboostJSON = "xgboost-json"
        case onnx
        /// Our own JSON, for models of which it is all there is.
        case crossdock = "crossdock-json"

        /// The name of the file in a version's folder and in exports.
        var fileName: String {
            switch self {
            case .xgboostUBJ: "model.ubj"
            case .xgboostJSON, .crossdock: "model.json"
            case .onnx: "model.onnx"
            }
        }
    }

    var format: Format
    var bytes: [UInt8]

    /// Tells the format by the file's content, whatever its name.
    static func detect(_ bytes: [UInt8]) -> Format {
        guard bytes.first == UInt8(ascii: "{") else { return .onnx }
        guard bytes.dropFirst().first(where: { $0 > 0x20 }) == 0x22 else { return .xgboostUBJ }
        let start = String(decoding: bytes.prefix(200), as: UTF8.self)
        return start.contains("\"crossdock\"") ? .crossdock : .xgboostJSON
    }

    /// Makes the file's scorer.
    func scorer(_ shape: ScorerShape) throws(ModelError) -> any Scorer {
        switch format {
        case .xgboostUBJ, .xgboostJSON: try XGBoostScorers.make(bytes)
        case .onnx: try ONNXScorer(bytes, shape)
        case .crossdock: try NativeScorers.make(bytes)
        }
    }
}

/// What a scorer must know of the model around it.
struct ScorerShape: Sendable {
    var task: ModelTask
    /// The positive class last, for binary tasks.
    var classes: [String]
    /// In the order of the encoded row.
    var features: [(name: String, width: Int, isText: Bool)]

    var outputs: Int { task == .multiclass ? classes.count : 1 }
}
