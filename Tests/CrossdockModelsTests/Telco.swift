import CrossdockData
import Foundation
import Testing

@testable import CrossdockModels

/// The customer table as the records a CRM would hold.
enum Telco {
    private static let fields = [
        "customerID": "CustomerNumber__c", "gender": "Gender__c",
        "SeniorCitizen": "SeniorCitizen__c",
        "Partner": "Partner__c", "Dependents": "Dependents__c", "tenure": "TenureMonths__c",
        "PhoneService": "PhoneService__c", "MultipleLines": "MultipleLines__c",
        "InternetService": "InternetService__c", "OnlineSecurity": "OnlineSecurity__c",
        "OnlineBackup": "OnlineBackup__c", "DeviceProtection": "DeviceProtection__c",
        "TechSupport": "TechSupport__c", "StreamingTV": "StreamingTV__c",
        "StreamingMovies": "StreamingMovies__c", "Contract": "Contract__c",
        "PaperlessBilling": "PaperlessBilling__c", "PaymentMethod": "PaymentMethod__c",
        "MonthlyCharges": "MonthlyCharges__c", "TotalCharges": "TotalCharges__c",
        "Churn": "Churned__c",
    ]
    private static let booleans: Set<String> = [
        "SeniorCitizen", "Partner", "Dependents", "PhoneService", "PaperlessBilling",
    ]
    private static let numbers: Set<String> = ["tenure", "MonthlyCharges", "TotalCharges"]

    static let records: [Value] = {
        var reader = CSVReader((try? Fixture.telco()) ?? [])
        var row = CSVReader.Row()
        guard (try? reader.next(&row)) == true else { return [] }
        let header = (0..<row.count).map { row.string($0) }
        var records: [Value] = []
        while (try? reader.next(&row)) == true {
            var object = ValueObject()
            for (cell, name) in header.enumerated() {
                let text = row.string(cell).trimmingCharacters(in: .whitespaces)
                object[fields[name] ?? name] = value(name, text)
            }
            records.append(.object(object))
        }
        return records
    }()

    private static func value(_ name: String, _ text: String) -> Value {
        if booleans.contains(name) { return .bool(text == "Yes" || text == "1") }
        if numbers.contains(name) { return JSONNumber(text).map { .number($0) } ?? .null }
        return .string(text)
    }

    static let jsonLines: [UInt8] = records.flatMap { $0.json + [0x0A] }

    static func spec() throws -> ModelSpec {
        let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = top.appendingPathComponent("models/churn/model.yaml")
        return try ModelSpec(
            yaml: try String(contentsOf: file, encoding: .utf8), file: "model.yaml")
    }

    /// Trained once for all tests that need a good model.
    static let candidate: Result<Candidate, any Error> = Result {
        try Trainer().train(try spec(), on: .jsonLines(jsonLines))
    }
}

/// A folder that goes when the test ends.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("crossdock-models-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
