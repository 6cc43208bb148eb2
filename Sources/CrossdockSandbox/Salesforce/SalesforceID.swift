/// Record ids: three characters that name the object, two that name the instance, a zero, a number in
/// base 62; and for programs that cannot tell `a` from `A`, three more that say which are capitals.
///
/// Source: Salesforce help, "What is the difference between 15-character and 18-character IDs".
enum SalesforceID {
    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let suffixes = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".utf8)
    /// The instance all ids of ours belong to.
    private static let instance = "Cd0"

    /// The id of an object's n-th record, 18 characters.
    ///
    /// - Parameter prefix: Three characters.
    static func make(prefix: String, number: Int) -> String {
        var rest = max(0, number)
        var text: [UInt8] = []
        while text.count < 9 {
            text.append(digits[rest % 62])
            rest /= 62
        }
        return long(Array((prefix + instance).utf8) + text.reversed())
    }

    /// The number of an id that ``make(prefix:number:)`` made; nil for others.
    static func number(of id: String) -> Int? {
        let bytes = Array(id.utf8)
        guard bytes.count >= 15, bytes[3..<6].elementsEqual(instance.utf8) else { return nil }
        var number = 0
        for byte in bytes[6..<15] {
            guard let digit = digits.firstIndex(of: byte) else { return nil }
            number = number * 62 + digit
        }
        return number
    }

    /// The 18-character form of an id of 15 or 18; nil for what is no id.
    ///
    /// Of 18 characters the last three decide which of the others are capitals.
    static func normalized(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        guard bytes.allSatisfy({ digits.contains($0) }) else { return nil }
        if bytes.count == 15 { return long(bytes) }
        guard bytes.count == 18 else { return nil }
        for group in 0..<3 {
            let upper = bytes[15 + group] >= 0x61 ? bytes[15 + group] - 0x20 : bytes[15 + group]
            guard let bits = suffixes.firstIndex(of: upper) else { return nil }
            for position in 0..<5 {
                let at = group * 5 + position
                let isLetter = bytes[at] >= 0x41
                let isCapital = bits >> position & 1 == 1
                guard isLetter || !isCapital else { return nil }
                if isLetter { bytes[at] = isCapital ? bytes[at] & 0xDF : bytes[at] | 0x20 }
            }
        }
        return long(Array(bytes[..<15]))
    }

    private static func long(_ bytes: [UInt8]) -> String {
        var result = bytes
        for group in 0..<3 {
            var bits = 0
            for position in 0..<5 {
                let byte = bytes[group * 5 + position]
                if byte >= 0x41, byte <= 0x5A { bits |= 1 << position }
            }
            result.append(suffixes[bits])
        }
        return String(decoding: result, as: UTF8.self)
    }
}
