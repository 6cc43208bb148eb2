internal import Synchronization

/// Names an exchange within this process and, by its prefix, among processes.
public struct ExchangeID: Hashable, Sendable, CustomStringConvertible {
    private let number: UInt64

    private static let counter = Atomic<UInt64>(0)
    private static let prefix: String = {
        var generator = SystemRandomNumberGenerator()
        return String(
            UInt64.random(in: .min ... .max, using: &generator), radix: 36, uppercase: true)
    }()

    public static func next() -> ExchangeID {
        ExchangeID(number: counter.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Camel's shape: a prefix of the process and a number.
    public var description: String {
        let digits = String(number, radix: 16, uppercase: true)
        return Self.prefix + "-" + String(repeating: "0", count: max(0, 16 - digits.count)) + digits
    }
}
