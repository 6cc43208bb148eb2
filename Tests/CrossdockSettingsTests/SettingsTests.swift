import CrossdockDiagnostics
import CrossdockSettings
import Testing

private struct Sample: Settings {
    enum Mode: String, SettingChoice { case poll, bulk }

    @Setting("Where to.", example: "https://acme.example")
    var url: String
    @Setting("Records a page.", in: 1...2_000, unit: .records)
    var pageSize = 200
    @Setting("How to read.")
    var mode = Mode.poll
    @Setting("How long.")
    var delay = Duration.seconds(5)
    @Setting("Which fields.")
    var fields: [String] = []
    @Setting("Who.")
    var user: String?

    init() {}
}

@Suite("Settings")
struct SettingsTests {
    private func decode(_ texts: (String, String)...) throws -> Sample {
        try Sample.decode(SettingMembers(texts: texts, at: nil))
    }

    @Test("Options are read by the name of their property, the rest keeps its default")
    func reads() throws {
        let sample = try decode(
            ("url", "u"), ("mode", "bulk"), ("delay", "1h30m"), ("fields", "Id, Name"))
        #expect(sample.url == "u")
        #expect(sample.mode == .bulk)
        #expect(sample.delay == .seconds(5_400))
        #expect(sample.fields == ["Id", "Name"])
        #expect(sample.pageSize == 200)
        #expect(sample.user == nil)
    }

    @Test("A group of a YAML file is read with the same declarations")
    func readsNodes() throws {
        let node = try YAMLNode.parse("url: u\nfields: [a, b]\npageSize: 7\n", file: "f")
        let sample = try Sample(setting: SettingInput(.node(node), at: node.span))
        #expect(sample.fields == ["a", "b"])
        #expect(sample.pageSize == 7)
    }

    @Test(
        "What cannot be used is refused with a code and a reason",
        arguments: [
            ([("pageSize", "5")], "CD0102", "url"),
            ([("url", "u"), ("pageSize", "0")], "CD0103", "1…2000"),
            ([("url", "u"), ("pagesize", "1")], "CD0101", "pagesize"),
            ([("url", "u"), ("mode", "pol")], "CD0103", "one of poll, bulk"),
            ([("url", "u"), ("delay", "soon")], "CD0103", "duration"),
            ([("url", "u"), ("delay", "9223372036854775807d")], "CD0103", "duration"),
        ])
    func refuses(_ texts: [(String, String)], _ code: String, _ part: String) {
        let error = #expect(throws: DiagnosticsError.self) {
            try Sample.decode(SettingMembers(texts: texts, at: nil))
        }
        #expect(error?.code.id == code)
        #expect(error?.message.contains(part) == true)
    }

    @Test("A copy that is changed leaves the other as it was")
    func copies() throws {
        let one = try decode(("url", "u"))
        var other = one
        other.pageSize = 9
        #expect(one.pageSize == 200)
        #expect(other.pageSize == 9)
    }

    @Test("Declarations carry what a reference page needs")
    func declares() {
        let all = Sample.declarations
        #expect(all.map(\.name) == ["url", "pageSize", "mode", "delay", "fields", "user"])
        #expect(all.map(\.isRequired) == [true, false, false, false, false, false])
        #expect(all[2].choices == ["poll", "bulk"])
        #expect(all[3].defaultText == "5s")
    }
}
