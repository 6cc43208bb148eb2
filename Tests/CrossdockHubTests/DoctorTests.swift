import Foundation
import Testing

@testable import CrossdockHub

@Suite("What doctor finds on a machine")
struct MachineCheckTests {
    @Test(
        "Few open files are a warning, very few an error",
        arguments: [(100, "fail"), (256, "warn"), (1_023, "warn"), (1_024, "ok")])
    func openFiles(limit: UInt, verdict: String) {
        #expect(MachineCheck.openFiles(limit).verdict.rawValue == verdict)
    }

    @Test("A state folder that is not there is no fault, a file in its place is one")
    func stateFolder() throws {
        let path = NSTemporaryDirectory() + "crossdock-\(UUID().uuidString)"
        #expect(StateCheck.check(path + "/not/there").verdict == .ok)
        #expect(!FileManager.default.fileExists(atPath: path))
        try Data().write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(StateCheck.check(path).verdict == .fail)
    }
}
