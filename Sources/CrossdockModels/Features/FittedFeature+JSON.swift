internal import CrossdockData

/// Fitted features as stored in `pipeline.json`.
///
/// Doubles are written with the digits that read back as the same bits, so what is trained is what is
/// served.
extension FittedFeature {
    var stored: Value {
        var object = ValueObject()
        object["name"] = .string(name)
        switch source {
        case .field(let path): object["field"] = .string(path.text)
        case .expression(let text): object["expr"] = .string(text)
        }
        object["type"] = .string(reader.type.rawValue)
        object["asText"] = .bool(reader.wantsText)
        object["zone"] = .text(reader.zone)
        object["failsOnMissing"] = .bool(failsOnMissing)
        object["state"] = state.stored
        return .object(object)
    }

    init(stored: Value) throws(ModelError) {
        let source: FeatureSource
        if let text = stored["field"]?.string {
            guard let path = FieldPath(text) else { throw Value.damaged("'\(text)' is no path") }
            source = .field(path)
        } else {
            source = .expression(try stored.storedText("expr"))
        }
        guard let type = FeatureType(rawValue: try stored.storedText("type")) else {
            throw Value.damaged("a feature's type is unknown")
        }
        self.init(
            name: try stored.storedText("name"), source: source,
            reader: ValueReader(
                type: type, wantsText: stored.storedFlag("asText"), zone: stored["zone"]?.string),
            failsOnMissing: stored.storedFlag("failsOnMissing"),
            state: try FeatureState(stored: try stored.stored("state")))
    }
}

extension FeatureState {
    var stored: Value {
        switch self {
        case .number(let fill, let shift, let scale, let logarithm):
            [
                "kind": "number", "fill": .number(fill), "shift": .double(shift),
                "scale": .double(scale), "logarithm": .bool(logarithm),
            ]
        case .days(let fill): ["kind": "days", "fill": .number(fill)]
        case .onehot(let categories, let hasNull, let hasOther, let fill):
            [
                "kind": "onehot", "categories": .texts(categories), "hasNull": .bool(hasNull),
                "hasOther": .bool(hasOther), "fill": .text(fill),
            ]
        case .values(let categories, let numbers, let unknown, let missing, let fill):
            [
                "kind": "values", "categories": .texts(categories), "numbers": .numbers(numbers),
                "unknown": .double(unknown), "missing": .double(missing), "fill": .text(fill),
            ]
        case .hash(let bits, let fill):
            ["kind": "hash", "bits": .integer(bits), "fill": .text(fill)]
        case .terms(let vectorizer):
            [
                "kind": "terms", "ngrams": .integer(vectorizer.ngrams),
                "terms": .texts(vectorizer.terms), "weights": .numbers(vectorizer.weights),
            ]
        case .cycle(let period, let fill):
            ["kind": "cycle", "period": .double(period), "fill": .number(fill)]
        case .datePart(let part, let zone, let fill):
            [
                "kind": "datePart", "part": .string(part.rawValue), "zone": .string(zone),
                "fill": .number(fill),
            ]
        case .raw(let fill): ["kind": "raw", "fill": .text(fill)]
        }
    }

    init(stored: Value) throws(ModelError) {
        let number = stored["fill"]?.number?.double
        let text = stored["fill"]?.string
        switch try stored.storedText("kind") {
        case "number":
            self = .number(
                fill: number, shift: try stored.storedNumber("shift"),
                scale: try stored.storedNumber("scale"), logarithm: stored.storedFlag("logarithm"))
        case "days": self = .days(fill: number)
        case "onehot":
            self = .onehot(
                categories: try stored.storedTexts("categories"),
                hasNull: stored.storedFlag("hasNull"), hasOther: stored.storedFlag("hasOther"),
                fill: text)
        case "values":
            let categories = try stored.storedTexts("categories")
            let numbers = try stored.storedNumbers("numbers")
            guard numbers.count == categories.count else {
                throw Value.damaged("categories and numbers differ in length")
            }
            self = .values(
                categories: categories, numbers: numbers,
                unknown: try stored.storedNumber("unknown"),
                missing: try stored.storedNumber("missing"), fill: text)
        case "hash": self = .hash(bits: try stored.storedInteger("bits", in: 1...16), fill: text)
        case "terms":
            let terms = try stored.storedTexts("terms")
            let weights = try stored.storedNumbers("weights")
            guard weights.count == terms.count else {
                throw Value.damaged("terms and weights differ in length")
            }
            self = .terms(
                TextVectorizer(
                    ngrams: try stored.storedInteger("ngrams", in: 1...5), terms: terms,
                    weights: weights))
        case "cycle": self = .cycle(period: try stored.storedNumber("period"), fill: number)
        case "datePart":
            guard let part = FeatureEncoding.DatePart(rawValue: try stored.storedText("part"))
            else {
                throw Value.damaged("a part of a date is unknown")
            }
            self = .datePart(part, zone: try stored.storedText("zone"), fill: number)
        case "raw": self = .raw(fill: text)
        case let kind: throw Value.damaged("an encoding '\(kind)' is unknown")
        }
    }
}
