import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockMapping

@Suite("Streams of records")
struct StreamTests {
    private static let rows = """
          - {left: n, right: num, as: {decimal: "5,2"}}
          - {left: s, right: text}
          - {left: o, right: 'deep.obj', onAbsent: skip}
        """

    private func run(
        _ input: String, _ from: RecordInput = .jsonl, _ to: RecordOutput = .jsonl,
        rows: String = StreamTests.rows, pieceSize: Int = .max, maximumRejects: Int? = nil
    ) throws -> (output: String, rejects: String, report: MapRun.Report) {
        let mapping = try Harness(rows).mapping.compiled(.toRight)
        let run = MapRun(
            mapping,
            MapRun.Options(input: from, output: to, maximumRejects: maximumRejects))
        var source = MemoryStream(input, pieceSize: pieceSize)
        var output = MemoryStream()
        var rejects = MemoryStream()
        let report = try run.run(&source, &output, rejects: &rejects)
        return (output.text, rejects.text, report)
    }

    @Test("JSONL is mapped line by line; blank lines, CR and a byte order mark do not matter")
    func jsonLines() throws {
        let result = try run("\u{FEFF}{\"n\":1}\r\n\n  \n{\"s\":\"x\"}")
        #expect(result.output == "{\"num\":1.00}\n{\"text\":\"x\"}\n")
        #expect(result.report == MapRun.Report(read: 2, written: 2, rejected: 0))
    }

    @Test(
        "A record that fails becomes one line of the rejects, with its line, field, code and input")
    func rejects() throws {
        let result = try run(
            "{\"n\":1}\n\n{ \"n\": \"a1-\", \"s\": \"z\" }\nnot json\n[1]\n{\"n\":12345}\n")
        #expect(result.output == "{\"num\":1.00}\n")
        #expect(result.report == MapRun.Report(read: 5, written: 1, rejected: 4))
        let lines = try result.rejects.split(separator: "\n").map { try Value(json: String($0)) }
        #expect(lines.count == 4)
        #expect(
            lines[0]
                == [
                    "line": 3, "field": "num", "code": "CD2130",
                    "message": "this is no number, a decimal is expected", "value": "**-",
                    "mappingLine": 5, "record": ["n": "a1-", "s": "z"],
                ])
        #expect(lines[1]["code"] == "CD2100")
        #expect(lines[1]["line"] == 4)
        #expect(lines[1]["text"] == "not json")
        #expect(lines[1]["record"] == nil)
        #expect(lines[2]["text"] == "[1]")
        #expect(lines[3]["code"] == "CD2131")
    }

    @Test("The first failing row of the file is reported, whatever the order of writing")
    func firstRow() throws {
        let rows = """
              - {left: x, right: 'a.b', onAbsent: fail}
              - {left: y, right: 'c', onAbsent: fail}
              - {left: z, right: 'a.d', onAbsent: fail}
            """
        for (record, field) in [("{}", "a.b"), (#"{"x":1}"#, "c"), (#"{"x":1,"y":2}"#, "a.d")] {
            let line = try Value(json: try run(record, rows: rows).rejects)
            #expect(line["field"] == .string(field))
        }
    }

    @Test("Values of personal fields are hidden whole")
    func personal() throws {
        let rows = "  - {left: a, right: b, as: integer, pii: true}"
        let line = try Value(json: try run(#"{"a":"1-2"}"#, rows: rows).rejects)
        #expect(line["value"] == "***")
        #expect(line["record"] == ["a": "1-2"])
    }

    @Test("The way input is cut into pieces does not matter", arguments: [1, 2, 3, 7])
    func pieces(_ size: Int) throws {
        let lines = "{\"n\":1,\"s\":\"ä\\n\"}\n\n{\"s\":\"y\"}\n"
        #expect(try run(lines, pieceSize: size).output == run(lines).output)
        let list = "[ {\"n\":1,\"s\":\"[},\\\"\"} ,\n {\"s\":\"y\"}]"
        #expect(
            try run(list, .json, pieceSize: size).output
                == "{\"num\":1.00,\"text\":\"[},\\\"\"}\n{\"text\":\"y\"}\n")
        let table = "n,s\r\n1,\"a\r\nb,\"\"c\"\r\n2,ß\n"
        #expect(
            try run(table, .csv, pieceSize: size).output
                == "{\"num\":1.00,\"text\":\"a\\r\\nb,\\\"c\"}\n{\"num\":2.00,\"text\":\"ß\"}\n")
    }

    @Test("JSON input is a list of objects or one object")
    func json() throws {
        #expect(try run("{\"n\":1}", .json).output == "{\"num\":1.00}\n")
        #expect(try run("[]", .json).output == "")
        let mixed = try run("[1, {\"n\":2}, \"x\", null, {\"n\":}]", .json)
        #expect(mixed.output == "{\"num\":2.00}\n")
        let codes = try mixed.rejects.split(separator: "\n").map { try Value(json: String($0)) }
        #expect(codes.map { $0["line"] } == [1, 3, 4, 5])
        #expect(codes.allSatisfy { $0["code"] == "CD2100" })
        for bad in ["", "hello", "[{\"n\":1}", "{\"n\":1} x", "[{\"n\":1},]", "{\"n\":"] {
            let failure = #expect(throws: StreamFailure.self) { try run(bad, .json) }
            #expect(failure?.code.id == "CD2143")
        }
    }

    @Test("What came before the broken place is written")
    func brokenEnd() throws {
        let mapping = try Harness(Self.rows).mapping.compiled(.toRight)
        var source = MemoryStream("[{\"n\":1},{\"n\":2")
        var output = MemoryStream()
        var rejects = MemoryStream()
        let run = MapRun(mapping, MapRun.Options(input: .json))
        #expect(throws: StreamFailure.self) { try run.run(&source, &output, rejects: &rejects) }
        #expect(output.text == "{\"num\":1.00}\n")
    }

    @Test("In CSV an empty cell is absent and a quoted one empty text")
    func csv() throws {
        let rows = "  - {left: a, right: x, onEmpty: keep}\n  - {left: 'b c', right: y}"
        let result = try run("a,b c\n,1\n\"\",\n\n\"x\"\n1,2,3\n", .csv, rows: rows)
        #expect(result.output == "{\"y\":\"1\"}\n{\"x\":\"\"}\n{\"x\":\"x\"}\n")
        let reject = try Value(json: result.rejects)
        #expect(reject["line"] == 4)
        #expect(reject["code"] == "CD2100")
        #expect(reject["text"] == "1,2,3")
        #expect(throws: StreamFailure.self) { try run("a,a\n", .csv) }
        #expect(try run("n,s\n1,\"x\n", .csv).report.rejected == 1)
    }

    @Test("In XML the children of the root are records, repeated elements lists")
    func xml() throws {
        let rows = """
              - {left: a, right: x}
              - {left: b, right: y}
              - {left: c.d, right: z, onEmpty: keep}
            """
        let input = """
            <?xml version="1.0"?><rs xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
            <r><a>1 &amp; 2</a><b>p</b><b>q</b><c><d/></c></r><r><a xsi:nil="true"/></r><r/></rs>
            """
        for size in [1, 1_000] {
            #expect(
                try run(input, .xml, rows: rows, pieceSize: size).output
                    == "{\"x\":\"1 & 2\",\"y\":[\"p\",\"q\"],\"z\":\"\"}\n{\"x\":null}\n{}\n")
        }
        #expect(throws: StreamFailure.self) { try run("<rs><r>", .xml) }
    }

    @Test("JSON output is a list, also an empty one")
    func jsonOutput() throws {
        #expect(
            try run("{\"n\":1}\n{\"n\":2}\n", .jsonl, .json).output
                == "[\n{\"num\":1.00},\n{\"num\":2.00}\n]\n")
        #expect(try Value(json: try run("", .jsonl, .json).output) == [])
        #expect(
            try Value(json: try run("{\"n\":1}", .jsonl, .odataV4).output)
                == [["num": .number(JSONNumber(unchecked: "1.00"))]])
        #expect(try Value(json: try run("{\"n\":1}", .jsonl, .odataV2).output) == [["num": "1.00"]])
    }

    @Test("CSV output has a column a target and quotes only what needs it")
    func csvOutput() throws {
        #expect(
            try run(
                "{\"n\":1,\"s\":\"a,b\"}\n{\"s\":\"\\\"\\n\",\"o\":{\"x\":1}}\n{\"n\":null}",
                .jsonl, .csv
            ).output
                == "num,text,deep.obj\n1.00,\"a,b\",\n,\"\"\"\n\",\"{\"\"x\"\":1}\"\n,,\n")
    }

    @Test("XML output has an element a target; null is xsi:nil")
    func xmlOutput() throws {
        let rows = """
              - {left: n, right: num, as: {decimal: "5,2"}}
              - {left: s, right: '"odd name"'}
              - {left: l, right: deep.item}
            """
        let result = try run(
            "{\"n\":1,\"s\":\"<&\\r\",\"l\":[1,{\"a\":true}]}\n{\"n\":null}\n{\"s\":\"\\u0001\"}\n",
            .jsonl, .xml, rows: rows)
        #expect(
            result.output.split(separator: "\n").dropFirst(2).map(String.init)
                == [
                    "<record><num>1.00</num><odd_x0020_name>&lt;&amp;&#13;</odd_x0020_name>"
                        + "<deep><item>1</item><item><a>true</a></item></deep></record>",
                    "<record><num xsi:nil=\"true\"/></record>", "</records>",
                ])
        #expect(try Value(json: result.rejects)["code"] == "CD2136")
    }

    @Test("A run stops when more records were rejected than it may")
    func stops() throws {
        let result = try run("x\nx\nx\nx\n", maximumRejects: 1)
        #expect(result.report.rejected == 2)
        #expect(result.report.isStopped)
    }
}
