internal import CrossdockData

/// An entity that a query looks at: its type and its stored fields.
struct EntityRow {
    let type: EdmEntityType
    let record: StoredRecord
    let fields: JSONNode

    init?(_ record: StoredRecord, _ type: EdmEntityType) {
        guard let document = record.document else { return nil }
        self.type = type
        self.record = record
        fields = document.root
    }

    func value(_ property: EdmProperty) -> EdmValue {
        EdmValue(stored: fields[property.name], property.type)
    }

    /// The stored text of a property; empty when it was never set.
    func text(_ property: String) -> String { fields[property]?.scalarText ?? "" }
}

/// Evaluates a `$filter` for one entity after the other.
struct FilterEvaluator {
    let entities: EntityReader

    func accepts(_ row: EntityRow, _ filter: FilterExpression) -> Bool {
        if case .boolean(true) = value(of: filter, row) { return true }
        return false
    }

    func value(of expression: FilterExpression, _ row: EntityRow) -> EdmValue {
        switch expression {
        case .literal(let value): return value
        case .property(let path, let property): return self.property(path[...], property, row)
        case .not(let operand): return .boolean(!accepts(row, operand))
        case .and(let one, let two): return .boolean(accepts(row, one) && accepts(row, two))
        case .or(let one, let two): return .boolean(accepts(row, one) || accepts(row, two))
        case .compare(let operation, let one, let two):
            return .boolean(Self.compare(operation, value(of: one, row), value(of: two, row)))
        case .compute(let operation, let one, let two):
            return Self.compute(operation, value(of: one, row), value(of: two, row))
        case .negate(let operand):
            guard case .number(let number) = value(of: operand, row) else { return .null }
            return number.negated.map { .number($0) } ?? .null
        case .call(let function, let arguments):
            return Self.call(function, arguments.map { value(of: $0, row) })
        }
    }

    private func property(
        _ path: ArraySlice<EdmNavigation>, _ property: EdmProperty, _ row: EntityRow
    ) -> EdmValue {
        guard let navigation = path.first else { return row.value(property) }
        guard let target = entities.targets(of: navigation, from: row).first else { return .null }
        return self.property(path.dropFirst(), property, target)
    }

    /// ABAP has no null: a property that was never set equals `null` and its initial value alike.
    private static func compare(
        _ operation: FilterExpression.Comparison, _ one: EdmValue, _ two: EdmValue
    ) -> Bool {
        if one.isNull || two.isNull {
            let isEqual = one.isInitial && two.isInitial
            switch operation {
            case .eq: return isEqual
            case .ne: return !isEqual
            default: return false
            }
        }
        guard let order = one.compare(two) else { return false }
        switch operation {
        case .eq: return order == 0
        case .ne: return order != 0
        case .gt: return order > 0
        case .ge: return order >= 0
        case .lt: return order < 0
        case .le: return order <= 0
        }
    }

    private static func compute(
        _ operation: FilterExpression.Arithmetic, _ one: EdmValue, _ two: EdmValue
    ) -> EdmValue {
        guard case .number(let a) = one, case .number(let b) = two else { return .null }
        let result: EdmNumber? =
            switch operation {
            case .add: a.adding(b)
            case .sub: b.negated.flatMap { a.adding($0) }
            case .mul: a.multiplied(by: b)
            case .div: a.divided(by: b)
            case .mod: a.remainder(by: b)
            }
        return result.map { .number($0) } ?? .null
    }

    private static func call(_ function: FilterFunction, _ arguments: [EdmValue]) -> EdmValue {
        switch arguments.first {
        case .string(let text): return textCall(function, text, arguments.dropFirst())
        case .instant(let millis): return part(function, of: millis, isInstant: true)
        case .time(let millis): return part(function, of: millis, isInstant: false)
        case .number(let number):
            switch function {
            case .round: return .number(number.rounded(.halfAwayFromZero))
            case .floor: return .number(number.rounded(.down))
            case .ceiling: return .number(number.rounded(.up))
            default: return .null
            }
        default: return .null
        }
    }

    private static func textCall(
        _ function: FilterFunction, _ text: String, _ rest: ArraySlice<EdmValue>
    ) -> EdmValue {
        func string(_ number: Int) -> String {
            if case .string(let text)? = rest.dropFirst(number).first { return text }
            return ""
        }
        switch function {
        case .substringof: return .boolean(TextSearch.find(text, in: string(0)) != nil)
        case .startswith: return .boolean(text.utf8.starts(with: string(0).utf8))
        case .endswith:
            return .boolean(text.utf8.reversed().starts(with: string(0).utf8.reversed()))
        case .indexof:
            return .number(EdmNumber(Int64(TextSearch.find(string(0), in: text) ?? -1)))
        case .length: return .number(EdmNumber(Int64(text.unicodeScalars.count)))
        case .tolower: return .string(text.lowercased())
        case .toupper: return .string(text.uppercased())
        case .trim: return .string(TextSearch.trimmed(text))
        case .concat: return .string(text + string(0))
        case .replace: return .string(TextSearch.replace(string(0), by: string(1), in: text))
        case .substring: return substring(text, rest)
        default: return .null
        }
    }

    private static func substring(_ text: String, _ rest: ArraySlice<EdmValue>) -> EdmValue {
        guard case .number(let first)? = rest.first, let start = first.integer, start >= 0 else {
            return .null
        }
        let tail = text.unicodeScalars.dropFirst(start)
        guard case .number(let second)? = rest.dropFirst().first else {
            return .string(String(tail))
        }
        guard let length = second.integer, length >= 0 else { return .null }
        return .string(String(tail.prefix(length)))
    }

    private static func part(
        _ function: FilterFunction, of millis: Int64, isInstant: Bool
    ) -> EdmValue {
        let (days, rest) = Timestamp.split(millis)
        let civil = Timestamp.civil(days: days)
        switch function {
        case .year where isInstant: return .number(EdmNumber(civil.year))
        case .month where isInstant: return .number(EdmNumber(civil.month))
        case .day where isInstant: return .number(EdmNumber(civil.day))
        case .hour: return .number(EdmNumber(rest / 3_600_000))
        case .minute: return .number(EdmNumber(rest / 60_000 % 60))
        case .second: return .number(EdmNumber(rest / 1_000 % 60))
        default: return .null
        }
    }
}

/// Searching in texts by code points.
enum TextSearch {
    /// How many characters stand before the first place where `part` is found.
    static func find(_ part: String, in text: String) -> Int? {
        let wanted = Array(part.unicodeScalars)
        let all = Array(text.unicodeScalars)
        guard wanted.count <= all.count else { return nil }
        for start in 0...(all.count - wanted.count)
        where all[start..<(start + wanted.count)].elementsEqual(wanted) { return start }
        return nil
    }

    static func replace(_ part: String, by other: String, in text: String) -> String {
        guard !part.isEmpty else { return text }
        var result = String.UnicodeScalarView()
        var rest = Substring(text)
        while let at = find(part, in: String(rest)) {
            result.append(contentsOf: rest.unicodeScalars.prefix(at))
            result.append(contentsOf: other.unicodeScalars)
            rest = Substring(rest.unicodeScalars.dropFirst(at + part.unicodeScalars.count))
        }
        result.append(contentsOf: rest.unicodeScalars)
        return String(result)
    }

    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars.drop { $0 == " " }
        let trailing = scalars.reversed().prefix { $0 == " " }.count
        return String(String.UnicodeScalarView(scalars.dropLast(trailing)))
    }
}
