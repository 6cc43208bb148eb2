import CrossdockData
import CrossdockModels
import Foundation
import Testing

/// Test data beside this file.
enum Fixture {
    static func bytes(_ path: String) throws -> [UInt8] {
        let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures")
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    /// The customer table at the top of the repository.
    static func telco() throws -> [UInt8] {
        let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = top.appendingPathComponent("Fixtures/telco/telco-customer-churn.csv")
        return [UInt8](try Data(contentsOf: file))
    }

    /// A table of numbers: names, and rows with NaN for empty cells.
    static func table(_ name: String) throws -> (names: [String], rows: [[Double]]) {
        let text = String(decoding: try bytes("reference/data/\(name)"), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline)
        let names = lines[0].split(separator: ",").map(String.init)
        let rows = lines.dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map {
                Double($0) ?? .nan
            }
        }
        return (names, rows)
    }
}

/// One file of independently computed numbers.
struct Reference {
    let root: Value

    init(_ name: String) throws { root = try Value(json: try Fixture.bytes("reference/\(name)")) }

    var cases: [Value] { root["cases"]?.array ?? [] }

    func item(_ id: String) throws -> Value {
        try #require(cases.first { $0["id"]?.string == id }, "no case '\(id)'")
    }
}

extension Value {
    /// Numbers, NaN for null.
    var doubles: [Double] { (array ?? []).map { $0.double } }
    var matrix: [[Double]] { (array ?? []).map(\.doubles) }

    /// A number, one of the infinities, or NaN for null.
    var double: Double {
        switch string {
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: number?.double ?? .nan
        }
    }

    var int: Int? { number?.int }
    var ints: [Int] { (array ?? []).compactMap(\.int) }
    var strings: [String] { (array ?? []).compactMap(\.string) }
}

/// The largest difference of two lists of the same length; infinite when the lengths differ.
func largestDifference(_ one: [Double], _ other: [Double]) -> Double {
    guard one.count == other.count else { return .infinity }
    return zip(one, other).map { a, b in
        a.isNaN && b.isNaN ? 0 : (a - b).isNaN ? .infinity : abs(a - b)
    }.max() ?? 0
}

func floats(_ rows: [[Double]]) throws -> FeatureMatrix {
    try #require(FeatureMatrix(rows.map { $0.map { Float($0) } }))
}
