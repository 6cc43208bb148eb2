import CrossdockCore
import CrossdockData
import Testing

@Suite("Headers")
struct HeadersTests {
    @Test("Names are found in any case and kept as they were given, in their order")
    func cases() {
        var headers = Headers([("Content-Type", "a"), ("X-B", "b")])
        headers["content-type"] = "c"
        #expect(headers["CONTENT-TYPE"] == "c")
        #expect(headers.map(\.name) == ["Content-Type", "X-B"])
        headers["x-b"] = nil
        #expect(headers.count == 1)
    }

    @Test(
        "No control name and no name that is no token comes in from outside",
        arguments: [
            "CamelHttpUri", "cAmElExecCommandExecutable", "crossdockKey", "CROSSDOCKOPERATION", "",
            "a b", "a:b", "x\r\ny", "\u{212A}ey", "Came\u{301}l",
        ])
    func refuses(_ name: String) {
        var headers = Headers()
        let isTaken = headers.admit(name, "x")
        #expect(!isTaken)
        #expect(headers.isEmpty)
    }

    @Test("A route reads and writes both kinds by name, each in its own place")
    func places() {
        var message = Message()
        message[header: "CamelFileName"] = "f"
        message[header: "Name"] = "n"
        #expect(message.control["camelfilename"] == "f")
        #expect(message.headers["CamelFileName"] == nil)
        #expect(message[header: "CAMELFILENAME"] == "f")
        #expect(message.headers["name"] == "n")
    }
}
