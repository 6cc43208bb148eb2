internal import CrossdockData
internal import CrossdockDiagnostics

/// Rows as columns: the features, the label and the field that the split goes by.
struct TrainingTable: Sendable {
    let features: [FeatureSpec]
    private(set) var columns: [FeatureColumn]
    /// Of a classification, texts; of a regression, numbers; without a label, nil.
    private(set) var label: FeatureColumn?
    /// The group or the time of each row, as text.
    private(set) var by: FeatureColumn?
    private(set) var key: FeatureColumn?
    private(set) var rows = 0
    /// The records themselves, kept only where features are computed by expressions.
    private(set) var records: [[UInt8]] = []
    /// Whether a label is a feature-like column of texts.
    let task: ModelTask

    /// Where one wanted field goes.
    private enum Target: Hashable {
        case feature(Int)
        case label, by, key
    }

    /// Reads all rows.
    ///
    /// - Throws: CD5130 with the line; CD5120 and CD5124 with line and feature.
    init(_ data: TrainingData, for spec: ModelSpec) throws(ModelError) {
        features = spec.features
        task = spec.task
        columns = spec.features.map { FeatureColumn(reader: ValueReader($0)) }
        if spec.label != nil {
            let type: FeatureType = spec.task == .regression ? .number : .category
            label = FeatureColumn(
                reader: ValueReader(type: type, wantsText: type == .category, zone: nil))
        }
        let text = ValueReader(type: .category, wantsText: true, zone: nil)
        if spec.split.by != nil { by = FeatureColumn(reader: text) }
        if spec.key != nil { key = FeatureColumn(reader: text) }
        let expressions = try FeatureExpressions(features.map { ($0.name, $0.source) })
        switch data.form {
        case .jsonLines: try readLines(data.bytes, spec, expressions)
        case .csv(let separator): try readCSV(data.bytes, separator, spec, expressions)
        }
    }

    private static func targets(_ spec: ModelSpec) -> [(target: Target, path: FieldPath)] {
        var targets: [(target: Target, path: FieldPath)] = []
        for (number, feature) in spec.features.enumerated() {
            if case .field(let path) = feature.source { targets.append((.feature(number), path)) }
        }
        if let label = spec.label { targets.append((.label, label.field)) }
        if let by = spec.split.by { targets.append((.by, by)) }
        if let key = spec.key { targets.append((.key, key)) }
        return targets
    }

    // MARK: JSON lines

    private mutating func readLines(
        _ bytes: [UInt8], _ spec: ModelSpec, _ expressions: FeatureExpressions
    ) throws(ModelError) {
        let targets = Self.targets(spec)
        let locator = FieldLocator(targets.map(\.path))
        var positions = [Int32](repeating: -1, count: targets.count)
        var number = 0
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            number += 1
            let line = bytes[start..<end]
            start = end + 1
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            let document = try Self.document(Array(line), number)
            try take(document, number, targets, locator, &positions)
            try take(document.root, number, expressions)
            if !expressions.isEmpty { records.append(document.bytes) }
            rows += 1
        }
    }

    private static func document(_ line: [UInt8], _ number: Int) throws(ModelError) -> JSONDocument
    {
        do {
            let document = try JSONDocument(line)
            if document.root.kind == .object { return document }
        } catch {
            throw ModelError(
                .trainingDataUnreadable, "line \(number): \(error.message)", cause: error)
        }
        throw ModelError(.trainingDataUnreadable, "line \(number) is no JSON object")
    }

    private mutating func take(
        _ document: JSONDocument, _ line: Int, _ targets: [(target: Target, path: FieldPath)],
        _ locator: FieldLocator, _ positions: inout [Int32]
    ) throws(ModelError) {
        let refused = document.withView { view -> Target? in
            positions.withUnsafeMutableBufferPointer { positions -> Target? in
                guard let start = positions.baseAddress else { return nil }
                locator.locate(view, document.root.index, into: start)
                var scratch = TextScratch()
                for (number, target) in targets.enumerated() {
                    let position = Int(start[number])
                    let value =
                        position < 0
                        ? .absent : reader(of: target.target).read(view, position, &scratch)
                    if !append(value, to: target.target) { return target.target }
                }
                return nil
            }
        }
        if let refused { throw refusal(refused, line) }
    }

    private mutating func take(
        _ record: JSONNode, _ line: Int, _ expressions: FeatureExpressions
    ) throws(ModelError) {
        for (feature, name, expression) in expressions.all {
            let document = try FeatureExpressions.evaluate(expression, name, record)
            let isKept = document.withView { view in
                var scratch = TextScratch()
                return append(
                    columns[feature].reader.read(view, 0, &scratch), to: .feature(feature))
            }
            if !isKept { throw refusal(.feature(feature), line) }
        }
    }

    // MARK: CSV

    private mutating func readCSV(
        _ bytes: [UInt8], _ separator: UInt8, _ spec: ModelSpec, _ expressions: FeatureExpressions
    ) throws(ModelError) {
        var reader = CSVReader(bytes, separator: separator)
        var row = CSVReader.Row()
        guard try reader.next(&row) else {
            throw ModelError(.trainingDataUnreadable, "the file is empty")
        }
        let header = (0..<row.count).map { row.string($0) }
        let targets = try Self.cells(of: Self.targets(spec), in: header)
        while try reader.next(&row) {
            guard row.count == header.count else {
                throw ModelError(
                    .trainingDataUnreadable,
                    "line \(reader.line) has \(row.count) cells, the header \(header.count)")
            }
            for (target, cell) in targets {
                let isKept =
                    cell.map { cell in
                        row.withCell(cell) {
                            append(self.reader(of: target).read(cell: $0), to: target)
                        }
                    } ?? append(.absent, to: target)
                if !isKept { throw refusal(target, reader.line) }
            }
            if !expressions.isEmpty {
                let record = Self.record(header, row)
                try take(try Self.document(record, reader.line).root, reader.line, expressions)
                records.append(record)
            }
            rows += 1
        }
    }

    /// Which cell each field stands in; a key may be left out, features and label may not.
    private static func cells(
        of targets: [(target: Target, path: FieldPath)], in header: [String]
    ) throws(ModelError) -> [(target: Target, cell: Int?)] {
        var cells: [(target: Target, cell: Int?)] = []
        for (target, path) in targets {
            let cell = header.firstIndex { $0 == path.text || $0 == path.simpleName }
            guard cell != nil || target == .key else {
                let help = Suggestion.help(for: path.text, in: header).map { "; \($0)" } ?? ""
                throw ModelError(
                    .trainingDataUnreadable, "the table has no column '\(path.text)'\(help)")
            }
            cells.append((target, cell))
        }
        return cells
    }

    /// A row as a JSON object of texts, for expressions.
    private static func record(_ header: [String], _ row: CSVReader.Row) -> [UInt8] {
        var object = ValueObject()
        for (cell, name) in header.enumerated() {
            let text = row.string(cell)
            if !text.isEmpty { object[name] = .string(text) }
        }
        return Value.object(object).json
    }

    // MARK: Values

    private func reader(of target: Target) -> ValueReader {
        let fallback = ValueReader(type: .category, wantsText: true, zone: nil)
        return switch target {
        case .feature(let number): columns[number].reader
        case .label: label?.reader ?? fallback
        case .by: by?.reader ?? fallback
        case .key: key?.reader ?? fallback
        }
    }

    private mutating func append(_ value: FeatureValue, to target: Target) -> Bool {
        switch target {
        case .feature(let number): columns[number].append(value)
        case .label: label?.append(value) ?? true
        case .by: by?.append(value) ?? true
        case .key: key?.append(value) ?? true
        }
    }

    private func refusal(_ target: Target, _ line: Int) -> ModelError {
        switch target {
        case .feature(let number):
            ModelError(
                .featureWrongType,
                "line \(line): '\(features[number].name)' must be \(columns[number].reader.expectation)",
                feature: features[number].name)
        case .label:
            ModelError(
                .labelMissing,
                "line \(line): the label must be \(reader(of: .label).expectation)")
        case .by, .key:
            ModelError(
                .trainingDataUnreadable,
                "line \(line): the key, group or time must be text or a number")
        }
    }

    /// The row as a JSON record with its declared fields only.
    func record(_ row: Int) -> Value {
        if records.indices.contains(row), let value = try? Value(json: records[row]) {
            return value
        }
        var record = Value.object(ValueObject())
        for (number, feature) in features.enumerated() {
            guard case .field(let path) = feature.source else { continue }
            record = record.setting(path.segments[...], to: value(number, row))
        }
        return record
    }

    private func value(_ feature: Int, _ row: Int) -> Value {
        let column = columns[feature]
        guard !column.isMissing(row) else { return .null }
        if let text = column.text(row) {
            switch column.reader.type {
            case .boolean: return .bool(text == "true")
            case .integer: return JSONNumber(text).map { .number($0) } ?? .string(text)
            default: return .string(text)
            }
        }
        let number = column.numbers[row]
        switch column.reader.type {
        case .boolean: return .bool(number != 0)
        case .date: return .string(Timestamp.day(number))
        case .dateTime: return .string(Timestamp.instant(number))
        default: return .double(number)
        }
    }
}

extension Value {
    /// The value with something set at a path; lists are filled up with null.
    func setting(_ path: ArraySlice<FieldPath.Segment>, to value: Value) -> Value {
        guard let first = path.first else { return value }
        let rest = path.dropFirst()
        switch first {
        case .member(let name):
            var object = self.object ?? ValueObject()
            object[name] = (object[name] ?? .null).setting(rest, to: value)
            return .object(object)
        case .element(let place):
            var elements = self.array ?? []
            // A path far into a list is read, but not rebuilt.
            guard place < 1_000 else { return self }
            while elements.count <= place { elements.append(.null) }
            elements[place] = elements[place].setting(rest, to: value)
            return .array(elements)
        }
    }
}

extension Timestamp {
    /// `yyyy-MM-dd` of seconds since 1970.
    static func day(_ seconds: Double) -> String {
        let date = CivilDate(
            daysSince1970: Int(max(-1e7, min(1e7, (seconds / 86_400).rounded(.down)))))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year = String(repeating: "0", count: max(0, 4 - "\(date.year)".count)) + "\(date.year)"
        return "\(year)-\(two(date.month))-\(two(date.day))"
    }

    /// `yyyy-MM-ddTHH:mm:ss[.fraction]Z` of seconds since 1970.
    static func instant(_ seconds: Double) -> String {
        let bounded = max(-8.64e11, min(8.64e11, seconds))
        let whole = bounded.rounded(.down)
        let days = (whole / 86_400).rounded(.down)
        let second = Int(whole - days * 86_400)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
        let micros = Int(((bounded - whole) * 1e6).rounded())
        guard micros > 0, micros < 1_000_000 else { return "\(day(whole))T\(clock)Z" }
        let digits = String("\(1_000_000 + micros)".dropFirst())
        return "\(day(whole))T\(clock).\(digits)Z"
    }
}
