internal import CrossdockData

extension BusinessRules {
    /// Gives a number when none was given; keeps the range clear of one that was.
    func number(
        _ draft: inout EntityDraft, _ property: String, _ range: NumberRanges.Range
    ) {
        if draft.isSet(property) {
            numbers.reserve(draft.text(property), in: range)
        } else {
            draft.set(property, numbers.take(range))
        }
    }

    /// Key properties that count entities under one parent, and the steps they count in.
    private static let ordinals: [String: (step: Int, width: Int)] = [
        "OrdinalNumber": (1, 0), "SalesOrderItem": (10, 0), "ScheduleLine": (1, 0),
        "BankIdentification": (1, 4), "PaymentPlanItem": (1, 6), "PricingProcedureStep": (10, 0),
    ]

    func completeKey(
        _ draft: inout EntityDraft, in set: EdmEntitySet, _ author: EntityWriter.Author,
        _ entities: EntityReader
    ) {
        for property in set.type.keyProperties where !draft.isSet(property.name) {
            if property.name == "ValidityEndDate" {
                draft.set(property.name, instant: Self.endOfTime)
            } else if property.name == "ValidityStartDate" {
                draft.set(
                    property.name, instant: Timestamp.floor(author.time, to: Timestamp.millisPerDay)
                )
            } else if let (step, width) = Self.ordinals[property.name] {
                let highest = highest(property.name, beside: draft, in: set, entities)
                draft.set(property.name, Timestamp.padded(Int64(highest + step), width))
            }
        }
    }

    /// The highest ordinal among the entities that share the key properties before it.
    private func highest(
        _ property: String, beside draft: EntityDraft, in set: EdmEntitySet,
        _ entities: EntityReader
    ) -> Int {
        let before = set.type.keyProperties.map(\.name).prefix { $0 != property }
        guard let first = before.first else { return 0 }
        var highest = 0
        for record in entities.find(first, draft.text(first), in: set) {
            guard let row = EntityRow(record, set.type),
                before.allSatisfy({ row.text($0) == draft.text($0) })
            else { continue }
            highest = max(highest, Int(row.text(property)) ?? 0)
        }
        return min(highest, 99_999_999)
    }
}
