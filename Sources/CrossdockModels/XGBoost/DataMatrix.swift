internal import CXGBoost

/// Rows as XGBoost keeps them for training.
///
/// - Ownership: holds the only `DMatrixHandle` and frees it in `deinit`; the library copies the rows.
struct DataMatrix: ~Copyable {
    let handle: DMatrixHandle
    let rows: Int

    private init(adopting handle: DMatrixHandle, rows: Int) {
        self.handle = handle
        self.rows = rows
    }

    deinit { _ = XGDMatrixFree(handle) }

    /// - Parameters:
    ///   - labels: One per row; empty for rows that are only scored.
    ///   - weights: One per row; empty for equal weights.
    static func make(
        _ features: FeatureMatrix, labels: [Float] = [], weights: [Float] = [], threads: Int = 1
    ) throws(ModelError) -> DataMatrix {
        try XGBoostLibrary.load()
        var created: DMatrixHandle?
        try XGBoostLibrary.check(
            try features.withArrayInterface { description throws(ModelError) in
                XGDMatrixCreateFromDense(
                    description, "{\"missing\":NaN,\"nthread\":\(max(1, threads))}", &created)
            })
        guard let created else { throw ModelError(.xgboostFailed, "XGBoost made no matrix") }
        let matrix = DataMatrix(adopting: created, rows: features.rows)
        try matrix.set("label", labels)
        try matrix.set("weight", weights)
        return matrix
    }

    private borrowing func set(_ field: String, _ values: [Float]) throws(ModelError) {
        guard !values.isEmpty else { return }
        guard values.count == rows else {
            throw ModelError(
                .xgboostFailed, "there are \(values.count) values of '\(field)' for \(rows) rows")
        }
        try XGBoostLibrary.check(
            XGDMatrixSetFloatInfo(handle, field, values, bst_ulong(values.count)))
    }
}
