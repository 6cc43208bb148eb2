/// Rows under headings, columns aligned; numbers to the right.
struct TextTable {
    let headings: [String]
    var rows: [[String]] = []

    init(_ headings: String...) { self.headings = headings }
    init(_ headings: [String]) { self.headings = headings }

    var rendered: String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in
            all.map { $0.indices.contains(column) ? $0[column].unicodeScalars.count : 0 }.max() ?? 0
        }
        return all.map { row in
            row.enumerated().map { column, text in
                let pad = String(
                    repeating: " ", count: max(0, widths[column] - text.unicodeScalars.count))
                let isNumber = Double(text) != nil
                if isNumber { return pad + text }
                return column == row.count - 1 ? text : text + pad
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
