internal import Foundation

/// The fitted features compiled to flat steps: the one code that encodes rows, in training as in
/// serving.
///
/// Everything a step needs lies in a few arrays of trivial elements, so encoding a row neither
/// allocates nor counts references. Computation is in 64-bit floats; the cast to what a model takes
/// comes after, once.
struct FeaturePlan: Sendable {
    private enum Operation: UInt8 {
        case number, logarithm, days, onehot, values, hash, terms, cycle, datePart, raw
    }

    private struct Step: Sendable {
        var operation: Operation
        var failsOnMissing: Bool
        /// The first of the feature's columns.
        var column: Int
        /// The first of the step's numbers in ``FeaturePlan/numbers``.
        var number: Int
        /// The step's hash table, its size less one in `mask`.
        var table = 0
        var mask = 0
        /// Of one-hot: the column, within the feature, of missing and of other values; −1 for none.
        var missing = -1
        var other = -1
        /// Which vectorizer, zone or name.
        var extra = 0
    }

    private struct Slot: Sendable {
        var hash: UInt32
        var start: Int32
        /// −1 for a free slot.
        var length: Int32
        /// The category's number.
        var category: Int32
    }

    /// The columns of an encoded row.
    let width: Int
    private var steps: [Step] = []
    private var numbers: [Double] = []
    private var slots: [Slot] = []
    private var names: [UInt8] = []
    private var vectorizers: [TextVectorizer] = []
    private var zones: [(part: FeatureEncoding.DatePart, zone: String)] = []
    /// For hashing: the feature's name, and what stands in for a missing text.
    private var hashed: [(name: [UInt8], fill: [UInt8]?, bits: Int)] = []
    private var fills: [String?] = []

    init(_ features: [FittedFeature]) {
        width = features.reduce(0) { $0 + $1.width }
        var column = 0
        for feature in features {
            append(feature, column: column)
            column += feature.width
        }
    }

    private mutating func append(_ feature: FittedFeature, column: Int) {
        var step = Step(
            operation: .number, failsOnMissing: feature.failsOnMissing, column: column,
            number: numbers.count)
        switch feature.state {
        case .number(let fill, let shift, let scale, let logarithm):
            step.operation = logarithm ? .logarithm : .number
            numbers += [fill ?? .nan, shift, scale]
        case .days(let fill):
            step.operation = .days
            numbers.append(fill ?? .nan)
        case .onehot(let categories, let hasNull, let hasOther, let fill):
            step.operation = .onehot
            (step.table, step.mask) = addTable(categories)
            if hasOther { step.other = categories.count + (hasNull ? 1 : 0) }
            step.missing = hasNull ? categories.count : step.other
            if let fill { step.missing = Self.place(of: fill, in: categories) ?? step.other }
        case .values(let categories, let values, let unknown, let missing, let fill):
            step.operation = .values
            (step.table, step.mask) = addTable(categories)
            let standIn = fill.map {
                Self.place(of: $0, in: categories).map { values[$0] } ?? unknown
            }
            numbers += [unknown, standIn ?? missing] + values
        case .hash(let bits, let fill):
            step.operation = .hash
            step.extra = hashed.count
            hashed.append((Array(feature.name.utf8), fill.map { Array($0.utf8) }, bits))
        case .terms(let vectorizer):
            step.operation = .terms
            step.extra = vectorizers.count
            vectorizers.append(vectorizer)
        case .cycle(let period, let fill):
            step.operation = .cycle
            numbers += [fill ?? .nan, period]
        case .datePart(let part, let zone, let fill):
            step.operation = .datePart
            step.extra = zones.count
            numbers.append(fill ?? .nan)
            zones.append((part, zone))
        case .raw(let fill):
            step.operation = .raw
            step.extra = fills.count
            fills.append(fill)
        }
        steps.append(step)
    }

    private static func place(of text: String, in categories: [String]) -> Int? {
        categories.firstIndex { $0.utf8.elementsEqual(text.utf8) }
    }

    private mutating func addTable(_ categories: [String]) -> (start: Int, mask: Int) {
        var size = 2
        while size < categories.count * 2 { size *= 2 }
        let start = slots.count
        slots += [Slot](repeating: Slot(hash: 0, start: 0, length: -1, category: 0), count: size)
        for (number, category) in categories.enumerated() {
            let bytes = Array(category.utf8)
            let hash = bytes.withUnsafeBufferPointer {
                UInt32(truncatingIfNeeded: TextTable.hash($0))
            }
            var slot = Int(hash) & (size - 1)
            while slots[start + slot].length >= 0 { slot = (slot + 1) & (size - 1) }
            slots[start + slot] = Slot(
                hash: hash, start: Int32(names.count), length: Int32(bytes.count),
                category: Int32(number))
            names += bytes
        }
        return (start, size - 1)
    }

    /// The category's number; −1 for an unknown one.
    @inline(__always)
    private func category(_ text: UnsafeBufferPointer<UInt8>, _ step: Step) -> Int {
        let hash = UInt32(truncatingIfNeeded: TextTable.hash(text))
        return slots.withUnsafeBufferPointer { slots in
            names.withUnsafeBufferPointer { names in
                var slot = Int(hash) & step.mask
                while true {
                    let entry = slots[step.table + slot]
                    if entry.length < 0 { return -1 }
                    if entry.hash == hash, Int(entry.length) == text.count {
                        let range = Int(entry.start)..<(Int(entry.start) + text.count)
                        if Bytes.areEqual(UnsafeBufferPointer(rebasing: names[range]), text) {
                            return Int(entry.category)
                        }
                    }
                    slot = (slot + 1) & step.mask
                }
            }
        }
    }

    /// Why a value was not encoded.
    enum Refusal { case missing, wrong }

    /// Encodes one feature of a row.
    ///
    /// - Parameters:
    ///   - row: `width` zeros before the first feature.
    ///   - texts: Gets the text of a feature that goes to the model as it is.
    func encode(
        _ value: FeatureValue, feature: Int, into row: UnsafeMutablePointer<Double>,
        texts: inout [String]
    ) -> Refusal? {
        let step = steps[feature]
        if value.kind == .wrong { return .wrong }
        if value.isMissing, step.failsOnMissing { return .missing }
        let columns = row + step.column
        switch step.operation {
        case .number, .logarithm, .days, .cycle, .datePart:
            let number = value.isMissing ? numbers[step.number] : value.number
            encodeNumber(number, step, into: columns)
        case .onehot:
            if value.isMissing {
                if step.missing >= 0 { columns[step.missing] = 1 }
                return nil
            }
            let category = self.category(value.text, step)
            let column = category >= 0 ? category : step.other
            if column >= 0 { columns[column] = 1 }
        case .values:
            let place = value.isMissing ? 1 : category(value.text, step) + 2
            columns[0] = numbers[step.number + (place == 1 && !value.isMissing ? 0 : place)]
        case .hash, .terms, .raw: encodeText(value, step, into: columns, texts: &texts)
        }
        return nil
    }

    @inline(__always)
    private func encodeNumber(
        _ number: Double, _ step: Step, into columns: UnsafeMutablePointer<Double>
    ) {
        switch step.operation {
        case .number: columns[0] = (number - numbers[step.number + 1]) / numbers[step.number + 2]
        case .logarithm: columns[0] = number > -1 ? log1p(number) : .nan
        case .days: columns[0] = number / 86_400
        case .cycle: Self.write(phase: number / numbers[step.number + 1], columns)
        case .datePart:
            guard !number.isNaN else { return Self.write(phase: .nan, columns) }
            let (part, zone) = zones[step.extra]
            let time = LocalTime(instant: number, zone: TimeZones.find(zone))
            Self.write(phase: time.phase(part), columns)
        default: break
        }
    }

    private static func write(phase: Double, _ columns: UnsafeMutablePointer<Double>) {
        columns[0] = sin(2 * Double.pi * phase)
        columns[1] = cos(2 * Double.pi * phase)
    }

    private func encodeText(
        _ value: FeatureValue, _ step: Step, into columns: UnsafeMutablePointer<Double>,
        texts: inout [String]
    ) {
        switch step.operation {
        case .hash:
            let (name, fill, bits) = hashed[step.extra]
            if value.kind == .number {
                let (column, sign) = MurmurHash3.column(MurmurHash3.hash(name), of: 1 << bits)
                columns[column] += sign * value.number
                return
            }
            guard let text = value.isMissing ? fill : Array(value.text) else { return }
            let hash = MurmurHash3.hash(name + [UInt8(ascii: "=")] + text)
            let (column, sign) = MurmurHash3.column(hash, of: 1 << bits)
            columns[column] += sign
        case .terms:
            let text = String(decoding: value.text, as: UTF8.self)
            vectorizers[step.extra].encode(text, into: columns)
        default:
            let text =
                value.isMissing
                ? fills[step.extra] ?? "" : String(decoding: value.text, as: UTF8.self)
            texts.append(text)
        }
    }
}
