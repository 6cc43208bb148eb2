import CrossdockCore
import CrossdockData
import CrossdockHTTP
import CrossdockTesting
import Foundation
import Testing

@testable import SAPConnector

@Suite("What a service says of itself")
struct ODataModelTests {
    private func fixture(_ name: String) throws -> [UInt8] {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures"))
        return Array(try Data(contentsOf: url))
    }

    @Test("is read from its $metadata")
    func metadata() throws {
        let model = try ODataModel(fixture("API_CUSTOMER_MATERIAL_SRV.v2.edmx"))
        let type = try #require(model.sets["A_CustomerMaterial"])
        #expect(
            type.keys == ["SalesOrganization", "DistributionChannel", "Customer", "Material"])
        #expect(type.property("Material")?.type == "Edm.String")
    }

    @Test("and its entities are found where they say they are, keys with slashes included")
    func addresses() throws {
        let document = try JSONDocument(fixture("API_CUSTOMER_MATERIAL_SRV.response.json"))
        let first = try #require(document.root["d"]?["results"]?[0])
        let entity = try #require(ExistingEntity(first, service: "API_CUSTOMER_MATERIAL_SRV"))
        #expect(
            entity.path
                == "A_CustomerMaterial(SalesOrganization='1010',DistributionChannel='10',"
                + "Customer='10100001',Material='TG12')")
        #expect(entity.etag == "W/\"''\"")
        #expect(try Value(json: FlatEntity.bytes(first))["__metadata"] == nil)
        let odd = try JSONDocument(
            Array(#"{"__metadata":{"uri":"https://h/sap/opu/odata/sap/S/Set(A='a/b(c)')"}}"#.utf8))
        #expect(ExistingEntity(odd.root, service: "S")?.path == "Set(A='a/b(c)')")
    }

    @Test(
        "decides how a value is written, so that no value can be anything else",
        arguments: [
            ("a' or 1 eq 1 or 'b", "Edm.String", "'a'' or 1 eq 1 or ''b'"),
            ("10", "Edm.Decimal", "10M"),
            ("1 or 1 eq 1", "Edm.Int32", "'1 or 1 eq 1'"), ("", "Edm.String", "''"),
            ("x", "Edm.Guid", "guid'x'"), ("true", "Edm.Boolean", "true"),
        ])
    func literals(value: String, type: String, expected: String) {
        #expect(ODataName.literal(value, type: type) == expected)
    }
}

@Suite("A batch")
struct BatchTests {
    private func response(_ body: String, boundary: String = "b") throws -> HTTPResponse {
        HTTPResponse(
            head: HTTPResponseHead(
                status: 202, version: "1.1",
                headers: ["Content-Type": "multipart/mixed; boundary=\(boundary)"],
                url: try HTTPURL("https://h/")),
            body: Array(body.utf8))
    }

    @Test("is written with one change set per record")
    func writes() {
        let text = String(
            decoding: Batch.body(
                [
                    [BatchChange(method: "POST", path: "A", match: nil, body: Array("{}".utf8))],
                    [BatchChange(method: "DELETE", path: "A('1')", match: "*", body: nil)],
                ], boundary: "b"), as: UTF8.self)
        #expect(text.components(separatedBy: "Content-Type: multipart/mixed").count == 3)
        #expect(
            text.contains("DELETE A('1') HTTP/1.1\r\nAccept: application/json\r\nIf-Match: *\r\n"))
        #expect(text.hasSuffix("--b--\r\n"))
    }

    @Test("is read with line ends of either kind, and with failed sets that are one answer")
    func reads() throws {
        let body = """
            --b
            Content-Type: multipart/mixed; boundary=i

            --i
            Content-Type: application/http

            HTTP/1.1 201 Created
            Content-Length: 7

            {"d":1}
            --i
            Content-Type: application/http

            HTTP/1.1 204 No Content


            --i--

            --b
            Content-Type: application/http

            HTTP/1.1 400 Bad Request
            Content-Length: 2

            {}
            --b--
            """
        for text in [body, body.replacingOccurrences(of: "\n", with: "\r\n")] {
            let answers = try #require(Batch.answers(response(text)))
            #expect(answers.map { $0.map(\.status) } == [[201, 204], [400]])
            #expect(answers[0][0].body == Array(#"{"d":1}"#.utf8))
        }
    }

    @Test("that is cut off anywhere is no answer")
    func truncated() throws {
        let body =
            "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}\r\n--b--"
        for count in 0..<body.utf8.count {
            let start = String(decoding: body.utf8.prefix(count), as: UTF8.self)
            #expect(Batch.answers(try response(start)) == nil)
        }
        #expect(Batch.answers(try response(body))?.count == 1)
    }
}
