import CrossdockData
import CrossdockDiagnostics
import Foundation
import Testing

@testable import CrossdockMapping

@Suite("The mappings of the repository")
struct ExampleMappingTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    static func load(_ name: String) throws -> Mapping {
        let path = "\(root)/mappings/\(name).yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let files = ProjectFiles(root: root, mappingFile: path)
        return try Mapping.load(text, path: path, tables: files, schemas: files)
    }

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/mappings")) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test(
        "They are free of complaints in both directions and pass their own tests", arguments: names)
    func valid(_ name: String) throws {
        let mapping = try Self.load(name)
        #expect(mapping.lint().map { $0.rendered() } == [])
        _ = try mapping.compiled(.toLeft)
        let results = mapping.runTests()
        #expect(!results.isEmpty)
        for result in results { #expect(result.message == nil, "\(result.name)") }
    }

    @Test("The account mapping is there, and its country table has every country")
    func accounts() throws {
        #expect(Self.names.contains("account-to-business-partner"))
        let mapping = try Self.load("account-to-business-partner")
        #expect(
            try mapping.apply(["Name": "A", "CustomerNumber__c": "1", "BillingCountry": "Türkiye"])[
                "CorrespondenceLanguage"] == "EN")
        #expect(
            try mapping.compiled(.toRight).fieldsRead.map(\.description).sorted() == [
                "BillingCity", "BillingCountry", "BillingPostalCode", "BillingStreet",
                "CustomerNumber__c", "CustomerSince__c", "Name",
            ])
        let shown = mapping.show(.toLeft)
        #expect(shown.contains("join with \" \""))
        #expect(shown.contains("table country backwards"))
        #expect(mapping.tablesUsed == ["country"])
    }
}
