internal import CrossdockCore
internal import CrossdockData
internal import Testing

@testable internal import CrossdockBus

@Suite("Records of the log")
struct MessageRecordTests {
    private static let sample = BusMessage(
        id: "id-1", orderKey: "salesforce/Account/1",
        time: Instant(millisecondsSince1970: 1_760_000_000_123), contentType: "application/json",
        headers: [BusHeader("a", "text"), BusHeader("n", 42), BusHeader("l", [1, ["x": .null]])],
        body: Array(#"{"Name":"Ünïcode"}"#.utf8))

    private func encoded(_ message: BusMessage, at position: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        MessageRecord.append(message, to: &bytes)
        MessageRecord.bind(&bytes, position: position)
        return bytes
    }

    private func read(_ bytes: [UInt8], at position: UInt64) -> BusMessage? {
        bytes.withUnsafeBytes { buffer in
            guard case .record(let record) = RecordView.read(buffer, at: position) else {
                return nil
            }
            return record.message()
        }
    }

    @Test("A message is read back as it was written, whatever its length")
    func roundTrip() {
        for length in 0..<40 {
            var message = Self.sample
            message.body = [UInt8](repeating: 7, count: length)
            message.orderKey = length % 2 == 0 ? nil : "k"
            let bytes = encoded(message, at: 4_096)
            #expect(bytes.count % 8 == 0)
            #expect(read(bytes, at: 4_096) == message)
        }
    }

    @Test("A record in another place does not pass")
    func wrongPlace() {
        let bytes = encoded(Self.sample, at: 4_096)
        #expect(read(bytes, at: 4_104) == nil)
        #expect(read(bytes, at: 0) == nil)
    }

    @Test("No changed bit and no cut passes, and none of them traps")
    func damage() {
        let bytes = encoded(Self.sample, at: 0)
        for bit in 0..<(bytes.count * 8) {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(read(changed, at: 0) == nil)
        }
        for length in 0..<bytes.count { #expect(read(Array(bytes[..<length]), at: 0) == nil) }
    }

    @Test("Fields that do not fit their record are refused even with a good checksum")
    func hostileFields() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var bytes = encoded(Self.sample, at: 0)
            for _ in 0..<4 {
                bytes[Int.random(in: 8..<bytes.count, using: &generator)] = .random(in: 0...255)
            }
            bytes[8] = 1
            let sum = bytes[8...].withUnsafeBytes { LogFormat.bind(LogFormat.checksum($0), to: 0) }
            withUnsafeBytes(of: sum.littleEndian) { bytes.replaceSubrange(4..<8, with: $0) }
            _ = read(bytes, at: 0)
        }
    }

    @Test(
        "Names become file names and come back",
        arguments: [
            "accounts", "crossdock.dlq.route-1", "a/b", "../x", ".hidden", "Ünïcode", "a b", "100%",
            "a.b",
        ])
    func fileNames(name: String) throws {
        let file = try BusFolder.fileName(name)
        #expect(!file.contains("/") && !file.hasPrefix("."))
        #expect(BusFolder.name(file) == name)
    }

    @Test("The partition of a key is the same in every version")
    func partitions() {
        #expect(BusName.partition(of: "salesforce/Account/0015e00000ABCDE", among: 16) == 3)
        #expect(BusName.partition(of: nil, among: 16) == 0)
        #expect(BusName.partition(of: "x", among: 1) == 0)
    }
}
