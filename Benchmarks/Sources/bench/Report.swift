internal import CrossdockData
internal import Glibc

/// All lines of a run.
struct Report {
    var lines: [Line] = []
    var skipped: [(name: String, reason: String)] = []

    var table: String {
        let heading = [
            "measured", "ours", "unit", "spread", "reference", "reference is", "ratio", "target",
            "",
            "n",
        ]
        let rows = [heading] + lines.map(cells)
        let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let leftAligned: Set<Int> = [0, 2, 5, 8]
        var text = ""
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return leftAligned.contains(column) ? cell + padding : padding + cell
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        for line in lines where !line.note.isEmpty { text += "\(line.name): \(line.note)\n" }
        for (name, reason) in skipped { text += "\(name): not measured, \(reason)\n" }
        return text
    }

    private func cells(_ line: Line) -> [String] {
        let result = line.passes.map { $0 ? "pass" : "MISSED" } ?? ""
        return [
            line.name, Figure.text(line.ours.median), line.unit,
            "\(Figure.decimals(line.ours.spread * 100, 0)) %",
            line.reference.map { Figure.text($0.series.median) } ?? "–",
            line.reference?.what ?? "–", line.ratio.map(Figure.ratio) ?? "–", line.targetText,
            line.isBelowLeast ? "BELOW \(Figure.text(line.least ?? 0))" : result,
            String(line.ours.values.count),
        ]
    }

    var json: [UInt8] {
        var object = ValueObject()
        object["machine"] = .string(Machine.description)
        object["secondsSince1970"] = .integer(time(nil))
        object["load"] = .double(Machine.load)
        object["lines"] = .array(lines.map(\.value))
        object["skipped"] = .array(
            skipped.map { ["name": .string($0.name), "reason": .string($0.reason)] })
        return Value.object(object).json + [UInt8(ascii: "\n")]
    }
}

/// What the figures were measured on.
enum Machine {
    static var description: String {
        let processor = lines(of: "/proc/cpuinfo").first { $0.hasPrefix("model name") }
        let name = processor?.split(separator: ":").last?.drop { $0 == " " } ?? "unknown processor"
        return "\(name), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores"
    }

    /// The load of the last minute.
    static var load: Double {
        lines(of: "/proc/loadavg").first?.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }

    private static func lines(of path: String) -> [Substring] {
        let text = (try? Output.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n")
    }
}
