/// A number taken apart: its digits, and where the point stands among them.
///
/// No arithmetic with powers of ten: a number of any size is a run of digits.
struct NumberText {
    private(set) var isNegative = false
    /// ASCII digits without leading zeros; may be changed in place when rounding.
    private var digits: UnsafeMutablePointer<UInt8>
    private var count = 0
    /// How many of the digits stand before the point; may be negative or beyond the last digit.
    private var point = 0

    /// Exponents beyond this only say "very large" or "very small".
    private static let largestExponent = 1_000_000

    enum Problem: Error {
        case notANumber
        case tooLarge
    }

    /// Reads a JSON number.
    init(json text: Bytes, _ scratch: inout ScratchArena) throws(Problem) {
        digits = scratch.allocate(text.count + 1)
        var at = 0
        if at < text.count, text[at] == UInt8(ascii: "-") {
            isNegative = true
            at += 1
        }
        while at < text.count, TextBytes.isDigit(text[at]) {
            add(text[at], beforePoint: true)
            at += 1
        }
        if at < text.count, text[at] == UInt8(ascii: ".") {
            at += 1
            while at < text.count, TextBytes.isDigit(text[at]) {
                add(text[at], beforePoint: false)
                at += 1
            }
        }
        if at < text.count { try readExponent(text, at) }
    }

    /// Reads `[+-]digits[mark digits]`, with grouping characters when there is a mark for them.
    init(
        text: Bytes, _ reading: NumberReading, _ scratch: inout ScratchArena
    ) throws(Problem) {
        digits = scratch.allocate(text.count + 1)
        var at = 0
        if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
            isNegative = text[at] == UInt8(ascii: "-")
            at += 1
        }
        at = try readInteger(text, at, reading.group)
        guard at < text.count else { return }
        let width = reading.decimal.width(in: text, at: at)
        guard width > 0, at + width < text.count else { throw .notANumber }
        at += width
        while at < text.count {
            guard TextBytes.isDigit(text[at]) else { throw .notANumber }
            add(text[at], beforePoint: false)
            at += 1
        }
    }

    /// A grouping character stands between two digits.
    private mutating func readInteger(
        _ text: Bytes, _ start: Int, _ group: NumberMark
    ) throws(Problem) -> Int {
        var at = start
        guard at < text.count, TextBytes.isDigit(text[at]) else { throw .notANumber }
        while at < text.count {
            if TextBytes.isDigit(text[at]) {
                add(text[at], beforePoint: true)
                at += 1
                continue
            }
            let width = group.width(in: text, at: at)
            guard width > 0 else { break }
            guard at + width < text.count, TextBytes.isDigit(text[at + width]) else {
                throw .notANumber
            }
            at += width
        }
        return at
    }

    private mutating func readExponent(_ text: Bytes, _ start: Int) throws(Problem) {
        var at = start + 1
        var negative = false
        if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
            negative = text[at] == UInt8(ascii: "-")
            at += 1
        }
        guard at < text.count else { throw .notANumber }
        var value = 0
        while at < text.count {
            guard TextBytes.isDigit(text[at]) else { throw .notANumber }
            value = min(value * 10 + Int(text[at] & 15), Self.largestExponent)
            at += 1
        }
        if count > 0 { point += negative ? -value : value }
    }

    @inline(__always)
    private mutating func add(_ digit: UInt8, beforePoint: Bool) {
        if count == 0, digit == UInt8(ascii: "0") {
            if !beforePoint { point -= 1 }
            return
        }
        digits[count] = digit
        count &+= 1
        if beforePoint { point &+= 1 }
    }
}

extension NumberText {
    /// The number with `scale` digits after the point, halves to the even neighbour.
    ///
    /// - Throws: ``Problem/tooLarge`` when it needs more than `precision` digits.
    mutating func decimal(
        precision: Int, scale: Int, _ writing: NumberReading, _ scratch: inout ScratchArena
    ) throws(Problem) -> Bytes {
        try round(scale: scale, largest: precision - scale)
        guard count == 0 || point <= precision - scale else { throw .tooLarge }
        let whole = count == 0 ? 0 : max(point, 0)
        let markSize = Int(writing.decimal.count)
        let groups = Int(writing.group.count) * (whole / 3)
        let start = scratch.allocate(whole + scale + groups + markSize + 4)
        var end = start
        func put(_ byte: UInt8) {
            end.pointee = byte
            end += 1
        }
        func put(_ mark: NumberMark) { for at in 0..<Int(mark.count) { put(mark.byte(at)) } }
        if isNegative, count > 0 { put(UInt8(ascii: "-")) }
        if whole == 0 { put(UInt8(ascii: "0")) }
        for at in 0..<whole {
            if at > 0, (whole - at) % 3 == 0 { put(writing.group) }
            put(at < count ? digits[at] : UInt8(ascii: "0"))
        }
        if scale > 0 {
            put(writing.decimal)
            for place in 0..<scale {
                let at = (count == 0 ? 0 : point) + place
                put(count > 0 && at >= 0 && at < count ? digits[at] : UInt8(ascii: "0"))
            }
        }
        return Bytes(start: start, count: start.distance(to: end))
    }

    private mutating func round(scale: Int, largest: Int) throws(Problem) {
        guard count > 0 else { return }
        guard point <= largest else { throw .tooLarge }
        let kept = point + scale
        guard kept < count else { return }
        guard kept >= 0 else {
            count = 0
            return
        }
        let next = digits[kept]
        var up = next > UInt8(ascii: "5")
        if next == UInt8(ascii: "5") {
            let isHalf = (kept + 1..<count).allSatisfy { digits[$0] == UInt8(ascii: "0") }
            up = !isHalf || (kept > 0 && digits[kept - 1] & 1 == 1)
        }
        count = kept
        if up { increment() }
        if (0..<count).allSatisfy({ digits[$0] == UInt8(ascii: "0") }) { count = 0 }
    }

    /// Adds one to the last digit.
    private mutating func increment() {
        var at = count - 1
        while at >= 0, digits[at] == UInt8(ascii: "9") {
            digits[at] = UInt8(ascii: "0")
            at -= 1
        }
        if at >= 0 {
            digits[at] += 1
        } else {
            // All nines, or no digit at all: 99 became 100. The buffer has one byte to spare.
            for place in stride(from: count, to: 0, by: -1) { digits[place] = digits[place - 1] }
            digits[0] = UInt8(ascii: "1")
            count += 1
            point += 1
        }
    }

    /// The number as a 64-bit integer, written plainly.
    mutating func integer(_ scratch: inout ScratchArena) throws(Problem) -> Bytes {
        let end = scratch.allocate(24)
        guard count > 0 else {
            end[0] = UInt8(ascii: "0")
            return Bytes(start: end, count: 1)
        }
        let fraction = max(point, 0)
        if fraction < count {
            for at in fraction..<count where digits[at] != UInt8(ascii: "0") { throw .notANumber }
        }
        guard point >= 0, point <= 19 else { throw .tooLarge }
        var magnitude: UInt64 = 0
        for at in 0..<point {
            let digit = at < count ? UInt64(digits[at] & 15) : 0
            magnitude = magnitude * 10 + digit
        }
        let largest = UInt64(Int64.max) + (isNegative ? 1 : 0)
        guard magnitude <= largest else { throw .tooLarge }
        var length = 0
        if isNegative, magnitude > 0 {
            end[0] = UInt8(ascii: "-")
            length = 1
        }
        for at in 0..<point {
            end[length] = at < count ? digits[at] : UInt8(ascii: "0")
            length += 1
        }
        return Bytes(start: end, count: length)
    }
}
