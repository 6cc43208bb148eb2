/// An amount of bytes.
public struct ByteCount: Sendable, Hashable, Comparable, SettingValue, CustomStringConvertible {
    public let bytes: Int

    public init(_ bytes: Int) { self.bytes = bytes }
    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(count << 10) }
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(count << 20) }

    public static func < (one: Self, other: Self) -> Bool { one.bytes < other.bytes }

    public var description: String {
        if bytes >= 1 << 20, bytes % (1 << 20) == 0 { return "\(bytes >> 20)MB" }
        if bytes >= 1 << 10, bytes % (1 << 10) == 0 { return "\(bytes >> 10)KB" }
        return "\(bytes)"
    }

    public static var typeName: String { "size" }
    public var settingText: String? { description }

    public init(setting input: SettingInput) throws {
        let text = input.text ?? ""
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        let scale: Int? =
            switch text.dropFirst(digits.count).uppercased() {
            case "", "B": 1
            case "K", "KB", "KIB": 1 << 10
            case "M", "MB", "MIB": 1 << 20
            case "G", "GB", "GIB": 1 << 30
            default: nil
            }
        guard let scale, let count = Int(digits) else {
            throw SettingProblem("a size is expected, such as 64KB or 10MB, not \(input.shown)")
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: scale)
        guard !overflow else { throw SettingProblem("\(input.shown) is too large") }
        bytes = product
    }
}
