internal import CrossdockData

/// Compares what came out with what was expected.
struct ValueComparison {
    /// Members that are not expected may be there.
    let isSubset: Bool
    /// Targets in which `"1.50"` and `1.50` are the same.
    let decimals: Set<String>

    func compare(
        _ expected: Value, _ actual: Value, at path: String, _ complain: (String) -> Void
    ) {
        switch (expected, actual) {
        case (.object(let wanted), .object(let found)):
            for (key, value) in wanted {
                let inner = path.isEmpty ? key : "\(path).\(key)"
                guard let member = found[key] else {
                    complain("`\(inner)` is missing, \(value.jsonText) was expected")
                    continue
                }
                compare(value, member, at: inner, complain)
            }
            guard !isSubset else { return }
            for (key, value) in found where wanted[key] == nil {
                complain(
                    "`\(path.isEmpty ? key : "\(path).\(key)")` is not expected: \(value.jsonText)")
            }
        case (.array(let wanted), .array(let found)):
            guard wanted.count == found.count else {
                complain("`\(path)` has \(found.count) elements, \(wanted.count) were expected")
                return
            }
            for at in wanted.indices {
                compare(wanted[at], found[at], at: "\(path)[\(at)]", complain)
            }
        default:
            guard expected != actual, !isSameDecimal(expected, actual, path) else { return }
            complain(
                "`\(path)` is \(actual.jsonText), \(expected.jsonText) was expected")
        }
    }

    private func isSameDecimal(_ expected: Value, _ actual: Value, _ path: String) -> Bool {
        let names = path.split(separator: ".").map { $0.prefix { $0 != "[" } }
        guard decimals.contains(names.joined(separator: ".")),
            let one = expected.scalarText, let other = actual.scalarText
        else { return false }
        return one == other
    }
}
