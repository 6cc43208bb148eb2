internal import ArgumentParser
internal import CrossdockData
internal import CrossdockHub

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists what there is, in this program and in the project.",
        discussion: """
            EXAMPLE
              crossdock list components
              crossdock list routes --format json
            """)

    enum Format: String, CaseIterable { case table, json }

    @Argument(
        help: "components, processors, languages, models, mappings or routes.",
        transform: Choice.read)
    var subject = ProjectInventory.Subject.components
    @Option(help: "table or json; JSON tells more.", transform: Choice.read)
    var format = Format.table
    @OptionGroup var project: ProjectOptions

    func run() async throws {
        let inventory = ProjectInventory(UnopenedProject(try project.configuration()))
        let entries = try inventory.entries(subject)
        switch format {
        case .json: Terminal.print(Value.array(entries.map { .object($0) }).jsonText)
        case .table:
            guard let first = entries.first else {
                Terminal.error("there are no \(subject.rawValue)")
                return
            }
            // Lists of options have no place in a table.
            let columns = first.keys.filter { $0 != "options" }
            var table = TextTable(columns.map { $0.uppercased() })
            for entry in entries {
                var row = columns.map { Self.cell(entry[$0]) }
                if let problem = entry["problem"]?.string { row[row.count - 1] += "  \(problem)" }
                table.rows.append(row)
            }
            Terminal.print(table.rendered)
        }
    }

    private static func cell(_ value: Value?) -> String {
        switch value {
        case nil, .null?: "-"
        case .array(let elements)?:
            elements.isEmpty ? "-" : elements.map { cell($0) }.joined(separator: " ")
        case .object(let members)?:
            members.isEmpty
                ? "-"
                : members.map { "\($0.key)=\(cell($0.value))" }.joined(separator: " ")
        case let scalar?: scalar.scalarText ?? scalar.jsonText
        }
    }
}
