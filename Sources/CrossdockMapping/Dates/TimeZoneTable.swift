internal import Glibc

/// The offsets of one zone of the IANA database, past and future.
///
/// - Threads: immutable.
/// - Source: RFC 9636 (TZif), POSIX.1 "TZ" for the rule after the last transition.
final class TimeZoneTable: Sendable {
    let name: String
    /// Instants at which an offset begins, ascending. Unit: seconds since 1970 UTC.
    private let starts: [Int]
    /// The offset from each start on. Unit: seconds east of UTC.
    private let offsets: [Int]
    private let first: Int
    private let rule: TimeZoneRule?

    init(name: String, starts: [Int], offsets: [Int], first: Int, rule: TimeZoneRule?) {
        self.name = name
        self.starts = starts
        self.offsets = offsets
        self.first = first
        self.rule = rule
    }

    static let utc = TimeZoneTable(name: "UTC", starts: [], offsets: [], first: 0, rule: nil)

    /// Seconds east of UTC at an instant.
    func offset(at instant: Int) -> Int {
        guard let last = starts.last else { return rule?.offset(at: instant) ?? first }
        if instant >= last, let rule { return rule.offset(at: instant) }
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }

    /// The instant at which clocks of the zone show `local`.
    ///
    /// In a gap the time moves forward by the gap; in an overlap the earlier instant is taken.
    func instant(of local: Int) -> Int {
        // No zone is more than 26 hours from UTC, and no two transitions are that near.
        let before = offset(at: local - 26 * 3_600)
        let after = offset(at: local + 26 * 3_600)
        if before == after {
            let only = local - before
            if offset(at: only) == before { return only }
        }
        let candidates = [local - before, local - after].filter { local - $0 == offset(at: $0) }
        return candidates.min() ?? local - before
    }
}

extension TimeZoneTable {
    private static let folder = "/usr/share/zoneinfo"
    private static let maximumFile = 1 << 20

    /// - Returns: Nil when there is no such zone on this machine.
    static func load(_ name: String) -> TimeZoneTable? {
        if ["UTC", "Etc/UTC", "GMT", "Z"].contains(name) { return .utc }
        let isName = name.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || TextBytes.isDigit($0)
                || "/_+-".utf8.contains($0)
        }
        guard isName, !name.isEmpty, name.utf8.count < 64, !name.hasPrefix("/") else { return nil }
        guard let bytes = read("\(folder)/\(name)") else { return nil }
        return TimeZoneFile(bytes).table(name: name)
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maximumFile)
        let count = fread(&bytes, 1, bytes.count, file)
        guard count > 0, count < maximumFile else { return nil }
        return Array(bytes[..<count])
    }

    /// Names of zones near to one that does not exist.
    static func knownNames() -> [String] {
        guard let bytes = read("\(folder)/tzdata.zi") else {
            return ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"]
        }
        var names: [String] = ["UTC"]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count >= 2, words[0] == "Z" { names.append(String(words[1])) }
            if words.count >= 3, words[0] == "L" { names.append(String(words[2])) }
        }
        return names
    }
}

/// Reads the bytes of a TZif file.
private struct TimeZoneFile {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private struct Header {
        let isUTCount, isStandardCount, leapCount, timeCount, typeCount, charCount: Int

        func dataSize(timeSize: Int) -> Int {
            timeCount * timeSize + timeCount + typeCount * 6 + charCount
                + leapCount * (timeSize + 4) + isStandardCount + isUTCount
        }
    }

    func table(name: String) -> TimeZoneTable? {
        guard bytes.starts(with: Array("TZif".utf8)), let old = header(at: 0) else { return nil }
        // Version 1 has 32-bit times; later versions repeat everything with 64-bit times.
        guard bytes[4] >= UInt8(ascii: "2") else { return body(at: 44, old, timeSize: 4, name) }
        let second = 44 + old.dataSize(timeSize: 4)
        guard let header = header(at: second) else { return nil }
        return body(at: second + 44, header, timeSize: 8, name)
    }

    private func header(at start: Int) -> Header? {
        guard start + 44 <= bytes.count else { return nil }
        let counts = (0..<6).map { integer(at: start + 20 + 4 * $0, size: 4) }
        guard counts.allSatisfy({ $0 >= 0 && $0 < 100_000 }) else { return nil }
        return Header(
            isUTCount: counts[0], isStandardCount: counts[1], leapCount: counts[2],
            timeCount: counts[3], typeCount: counts[4], charCount: counts[5])
    }

    private func body(
        at start: Int, _ header: Header, timeSize: Int, _ name: String
    ) -> TimeZoneTable? {
        let end = start + header.dataSize(timeSize: timeSize)
        guard end <= bytes.count, header.typeCount > 0 else { return nil }
        let kinds = start + header.timeCount * timeSize
        let types = kinds + header.timeCount
        func offset(ofType type: Int) -> Int { integer(at: types + 6 * type, size: 4) }
        var starts: [Int] = []
        var offsets: [Int] = []
        for at in 0..<header.timeCount {
            let type = Int(bytes[kinds + at])
            guard type < header.typeCount else { return nil }
            starts.append(integer(at: start + at * timeSize, size: timeSize))
            offsets.append(offset(ofType: type))
        }
        guard zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        return TimeZoneTable(
            name: name, starts: starts, offsets: offsets, first: offset(ofType: 0),
            rule: footer(from: end))
    }

    private func footer(from end: Int) -> TimeZoneRule? {
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\n") else { return nil }
        let text = bytes[(end + 1)...].prefix { $0 != UInt8(ascii: "\n") }
        return TimeZoneRule(String(decoding: text, as: UTF8.self))
    }

    /// Big-endian, signed.
    private func integer(at start: Int, size: Int) -> Int {
        var value = UInt64(0)
        for byte in bytes[start..<(start + size)] { value = value << 8 | UInt64(byte) }
        return size == 4
            ? Int(Int32(bitPattern: UInt32(truncatingIfNeeded: value)))
            : Int(Int64(bitPattern: value))
    }
}
