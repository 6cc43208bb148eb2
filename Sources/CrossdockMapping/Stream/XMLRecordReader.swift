internal import CrossdockData
internal import CrossdockXML

/// The children of the root are records, their child elements fields, repeated ones lists.
struct XMLRecordReader: RecordReader {
    private let splitter: Splitter
    private var count = 0

    /// The splitter cannot be copied; readers are.
    private final class Splitter {
        var splitter: XMLSplitter
        init() throws(XMLError) { splitter = try XMLSplitter(.children) }
    }

    init() throws { splitter = try Splitter() }

    mutating func feed(
        _ bytes: Bytes, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        try take(
            translated { () throws(XMLError) in try splitter.splitter.feed(Array(bytes)) }, body)
    }

    mutating func finish(_ body: (consuming InputRecord) throws -> Void) throws {
        try take(translated { () throws(XMLError) in try splitter.splitter.finish() }, body)
    }

    private func translated(
        _ read: () throws(XMLError) -> [XMLDocument]
    ) throws -> [XMLDocument] {
        do { return try read() } catch {
            throw StreamFailure("the input is no XML: \(error.message)")
        }
    }

    private mutating func take(
        _ parts: [XMLDocument], _ body: (consuming InputRecord) throws -> Void
    ) throws {
        for part in parts {
            count += 1
            var json: [UInt8] = []
            Self.write(part.root, isRecord: true, to: &json)
            try body(InputRecord(bytes: json, line: count))
        }
    }

    private static func write(_ element: XMLElement, isRecord: Bool, to json: inout [UInt8]) {
        if element.isNil, !isRecord {
            json.append(contentsOf: "null".utf8)
            return
        }
        guard isRecord || element.hasElements else {
            JSONEscapes.write(element.text.utf8, to: &json)
            return
        }
        var groups: [(name: String, elements: [XMLElement])] = []
        var places: [String: Int] = [:]
        for child in element.elements {
            let name = child.name.localName
            if let at = places[name] {
                groups[at].elements.append(child)
            } else {
                places[name] = groups.count
                groups.append((name, [child]))
            }
        }
        json.append(UInt8(ascii: "{"))
        for (at, group) in groups.enumerated() {
            if at > 0 { json.append(UInt8(ascii: ",")) }
            JSONEscapes.write(group.name.utf8, to: &json)
            json.append(UInt8(ascii: ":"))
            if group.elements.count > 1 { json.append(UInt8(ascii: "[")) }
            for (number, child) in group.elements.enumerated() {
                if number > 0 { json.append(UInt8(ascii: ",")) }
                write(child, isRecord: false, to: &json)
            }
            if group.elements.count > 1 { json.append(UInt8(ascii: "]")) }
        }
        json.append(UInt8(ascii: "}"))
    }
}
