/// Learns a feature's encoding from the training rows.
struct FeatureFitting {
    let feature: FeatureSpec
    let column: FeatureColumn
    /// The training rows.
    let rows: [Int]
    /// Per row of the table, for target encoding: 0 or 1, or the number to predict; NaN for none.
    let targets: [Double]
    /// Whether the trainer handles missing numbers itself.
    let trainerHandlesMissing: Bool

    /// More columns than this for one feature make every row too wide.
    static let maximumCategories = 2_000

    func fit() throws(ModelError) -> FittedFeature {
        let state: FeatureState
        switch feature.encoding {
        case .none where feature.type.isTemporal: state = .days(fill: try numberFill())
        case .none where feature.type.isText: state = .raw(fill: textFill())
        case .none, .standard, .minmax, .robust, .log1p: state = try fitNumber()
        case .onehot(let minimum): state = try fitOneHot(minimum)
        case .ordinal:
            let categories = sortedCategories()
            // Missing, where training had it, comes after all categories.
            let missing = counts().missing > 0 ? Double(categories.count) : -2
            state = .values(
                categories: categories, numbers: categories.indices.map(Double.init), unknown: -1,
                missing: missing, fill: textFill())
        case .frequency: state = fitFrequency()
        case .target(let smoothing): state = fitTarget(smoothing)
        case .hash(let bits): state = .hash(bits: bits, fill: textFill())
        case .tfidf(let options):
            state = .terms(
                TextVectorizer(fitting: rows.lazy.map { column.text($0) ?? "" }, options))
        case .cyclic(.period(let period)): state = .cycle(period: period, fill: try numberFill())
        case .cyclic(.part(let part, let zone)):
            state = .datePart(part, zone: zone, fill: try numberFill())
        }
        return FittedFeature(
            name: feature.name, source: feature.source, reader: column.reader,
            failsOnMissing: feature.missing == .fail, state: state)
    }

    // MARK: Numbers

    private func fitNumber() throws(ModelError) -> FeatureState {
        let fill = try numberFill()
        let logarithm = feature.encoding == .log1p
        var values = rows.map { row -> Double in
            let value = column.numbers[row]
            return value.isNaN ? fill ?? .nan : value
        }
        values.removeAll(where: \.isNaN)
        var shift = 0.0
        var scale = 1.0
        switch feature.encoding {
        case .standard:
            shift = Statistics.mean(values)
            scale = Statistics.variance(values, mean: shift).squareRoot()
        case .minmax:
            shift = values.min() ?? 0
            scale = (values.max() ?? 0) - shift
        case .robust:
            values.sort()
            shift = Statistics.quantile(values, 0.5)
            scale = Statistics.quantile(values, 0.75) - Statistics.quantile(values, 0.25)
        default: break
        }
        // A constant column carries nothing; dividing by 1 keeps it harmless.
        if !(scale > 10 * Double.ulpOfOne * max(1, abs(shift))) { scale = 1 }
        return .number(fill: fill, shift: shift, scale: scale, logarithm: logarithm)
    }

    /// What stands in for a missing number; nil leaves it to the model, or is never used.
    private func numberFill() throws(ModelError) -> Double? {
        switch feature.missing {
        case .model, .fail: return nil
        case .constant(.number(let value)): return value
        case .constant(.text(var text)):
            return text.withUTF8 { Timestamp($0)?.instant(in: nil) }
        case .mean: return Statistics.mean(present())
        case .median: return Statistics.quantile(present().sorted(), 0.5)
        case .mode: return Statistics.mode(present())
        case nil:
            if trainerHandlesMissing { return nil }
            return feature.type == .boolean
                ? Statistics.mode(present()) : Statistics.mean(present())
        }
    }

    /// The feature's values in the training rows, without the missing ones.
    private func present() -> [Double] {
        rows.compactMap { column.numbers[$0].isNaN ? nil : column.numbers[$0] }
    }

    // MARK: Categories

    /// How often each code occurs in the training rows, and how often none does.
    private func counts() -> (of: [Int], missing: Int) {
        var counts = [Int](repeating: 0, count: column.table.count)
        var missing = 0
        for row in rows {
            let code = Int(column.codes[row])
            if code < 0 { missing += 1 } else { counts[code] += 1 }
        }
        return (counts, missing)
    }

    private func textFill() -> String? {
        switch feature.missing {
        case .constant(.text(let text)): return text
        case .constant(.number(let number)): return Self.text(of: number)
        case .mode:
            let counts = counts().of
            guard let most = counts.max(), most > 0 else { return nil }
            return Self.sorted(
                counts.indices.filter { counts[$0] == most }.map { column.table[$0] }
            )
            .first
        default: return nil
        }
    }

    private static func text(of number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    static func sorted(_ texts: [String]) -> [String] {
        texts.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }

    private func sortedCategories(minimum: Int = 1) -> [String] {
        let counts = counts().of
        return Self.sorted(
            counts.indices.filter { counts[$0] >= max(1, minimum) }.map { column.table[$0] })
    }

    private func fitOneHot(_ minimum: Int) throws(ModelError) -> FeatureState {
        let counted = self.counts()
        let counts = counted.of
        let categories = sortedCategories(minimum: minimum)
        guard categories.count <= Self.maximumCategories else {
            throw ModelError(
                .tooManyCategories,
                """
                '\(feature.name)' has \(categories.count) categories; encode it with 'hash', 'target' \
                or 'frequency', or set onehot: {minFrequency: N}
                """, feature: feature.name)
        }
        let fill = textFill()
        // Missing is a category too, with a column of its own unless it is a rare one.
        let missing = fill == nil && feature.missing != .fail ? counted.missing : 0
        return .onehot(
            categories: categories, hasNull: missing >= max(1, minimum),
            hasOther: (counts + [missing]).contains { $0 > 0 && $0 < minimum }, fill: fill)
    }

    private func fitFrequency() -> FeatureState {
        let (counts, missing) = counts()
        let total = Double(max(1, rows.count))
        let categories = sortedCategories()
        let numbers = categories.map { category in
            Double(column.table.find(category).map { counts[$0] } ?? 0) / total
        }
        return .values(
            categories: categories, numbers: numbers, unknown: 0, missing: Double(missing) / total,
            fill: textFill())
    }

    private func fitTarget(_ smoothing: Double?) -> FeatureState {
        let encoding = TargetEncoding(
            codes: rows.map { Int(column.codes[$0]) }, targets: rows.map { targets[$0] },
            categories: column.table.count, smoothing: smoothing)
        let categories = sortedCategories()
        return .values(
            categories: categories,
            numbers: categories.map {
                column.table.find($0).map { encoding.values[$0] } ?? encoding.mean
            },
            unknown: encoding.mean, missing: encoding.missing, fill: textFill())
    }
}

/// The mean target per category, shrunk towards the mean of all rows.
///
/// (n·mean_c + m·mean) / (n + m); without a given m, m = the variance within the category over the
/// variance of all targets, so small and noisy categories shrink more.
///
/// - Source: Micci-Barreca (2001), as in scikit-learn's `TargetEncoder`.
struct TargetEncoding {
    let mean: Double
    /// Per code.
    let values: [Double]
    /// Of the rows without a category.
    let missing: Double

    /// - Parameter codes: −1 for missing.
    init(codes: [Int], targets: [Double], categories: Int, smoothing: Double?) {
        // The last place is for missing.
        var sums = [Double](repeating: 0, count: categories + 1)
        var counts = [Double](repeating: 0, count: categories + 1)
        for (code, target) in zip(codes, targets) where !target.isNaN {
            let place = code < 0 ? categories : code
            sums[place] += target
            counts[place] += 1
        }
        let known = targets.filter { !$0.isNaN }
        let mean = Statistics.mean(known)
        let variance = Statistics.variance(known, mean: mean)
        var squares = [Double](repeating: 0, count: categories + 1)
        for (code, target) in zip(codes, targets) where !target.isNaN {
            let place = code < 0 ? categories : code
            let difference = target - sums[place] / counts[place]
            squares[place] += difference * difference
        }
        let encoded = (0...categories).map { place -> Double in
            let n = counts[place]
            guard n > 0 else { return mean }
            if let smoothing { return (sums[place] + smoothing * mean) / (n + smoothing) }
            guard variance > 0 else { return mean }
            let m = squares[place] / n / variance
            return (sums[place] + m * mean) / (n + m)
        }
        self.mean = mean
        values = Array(encoded.prefix(categories))
        missing = encoded[categories]
    }
}
