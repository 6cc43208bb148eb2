internal import CrossdockData

/// What type an undeclared custom field seems to have, from the values seen in a load.
struct FieldInference {
    private enum Guess { case boolean, number, date, datetime, text }

    private var guesses: [String: Guess] = [:]
    private var lengths: [String: Int] = [:]
    private var order: [String] = []

    mutating func see(_ value: JSONNode, as name: String) {
        let guess: Guess
        switch value.kind {
        case .null: return
        case .true, .false: guess = .boolean
        case .number: guess = .number
        default:
            let text = value.string ?? ""
            lengths[name] = max(lengths[name] ?? 0, text.utf16.count)
            if Timestamp.parseDate(text) != nil {
                guess = .date
            } else if Timestamp.parse(text) != nil {
                guess = .datetime
            } else {
                guess = .text
            }
        }
        guard let before = guesses[name] else {
            guesses[name] = guess
            order.append(name)
            return
        }
        if before != guess { guesses[name] = .text }
    }

    /// One field for each name, in the order in which they were seen.
    var fields: [SObjectField] {
        order.map { name in
            let guess = guesses[name] ?? .text
            let isLong = lengths[name] ?? 0 > 255
            let kind: SObjectField.Kind =
                switch guess {
                case .boolean: .boolean
                case .number: .double
                case .date: .date
                case .datetime: .datetime
                case .text: isLong ? .textarea : .string
                }
            var field = SObjectField(
                name: name, label: StandardObjectReader.label(of: name), kind: kind)
            field.length = isLong ? 131_072 : FieldDeclaration.defaultLength(of: kind)
            field.precision = kind == .double ? 18 : 0
            field.scale = kind == .double ? 6 : 0
            field.isNillable = kind != .boolean
            field.isCustom = true
            field.isInferred = true
            return field
        }
    }
}
