internal import CrossdockData

/// Numbers that the system gives to new objects.
///
/// They go on behind the highest number there is, also after a restart.
///
/// - Threads: confined to the lock of its system.
final class NumberRanges {
    enum Range: Hashable {
        case businessPartner, address, relationship, salesOrder

        fileprivate var first: Int {
            switch self {
            case .businessPartner: 1_000_000_001
            case .address: 20_001
            case .relationship: 1
            case .salesOrder: 1_000_000
            }
        }

        /// The set and the property that hold numbers given earlier.
        fileprivate var place: (set: String, property: String) {
            switch self {
            case .businessPartner: ("A_BusinessPartner", "BusinessPartner")
            case .address: ("A_BusinessPartnerAddress", "AddressID")
            case .relationship: ("A_BusinessPartnerContact", "RelationshipNumber")
            case .salesOrder: ("A_SalesOrder", "SalesOrder")
            }
        }
    }

    private let store: RecordStore
    private var next: [Range: Int] = [:]

    init(_ store: RecordStore) { self.store = store }

    /// A number nobody has.
    func take(_ range: Range) -> String {
        let number = next[range] ?? highest(range) + 1
        next[range] = number + 1
        return String(number)
    }

    /// Keeps the range clear of a number that a client chose.
    func reserve(_ text: String, in range: Range) {
        guard let number = Int(text), number >= range.first, number < Int(Int32.max) else { return }
        let current = next[range] ?? highest(range) + 1
        next[range] = max(current, number + 1)
    }

    private func highest(_ range: Range) -> Int {
        let (set, property) = range.place
        var highest = range.first - 1
        for record in store.table(set).records {
            guard let text = record.document?.root[property]?.scalarText, let number = Int(text),
                number < Int(Int32.max)
            else { continue }
            highest = max(highest, number)
        }
        return highest
    }
}
