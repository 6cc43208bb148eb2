internal import ArgumentParser
internal import CrossdockData
internal import CrossdockModels

struct ListModels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists models with their versions and aliases.")

    @OptionGroup var options: ModelOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let models = options.registry.list()
        if json {
            Terminal.print(Value.array(models.map(\.value)).jsonText)
            return
        }
        var table = TextTable("MODEL", "VERSIONS", "ALIASES")
        for model in models {
            table.rows.append([
                model.name, "\(model.versions.count)",
                model.aliases.map { "\($0.alias)=\($0.version)" }.joined(separator: " "),
            ])
        }
        Terminal.print(table.rendered)
    }
}

struct ShowModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints the card of a version, as JSON.",
        discussion: "EXAMPLE\n  crossdock model show churn@champion")

    @Argument(help: "NAME, NAME@ALIAS or NAME:VERSION.")
    var model: String
    @OptionGroup var options: ModelOptions
    @Flag(help: "Print the history of its aliases instead.")
    var history = false

    func run() async throws {
        let reference = try ModelReference(model)
        if history {
            for change in try options.registry.aliasHistory(of: reference.name) {
                Terminal.print(change.value.jsonText)
            }
        } else {
            Terminal.print(try options.registry.card(reference).jsonText)
        }
    }
}

struct ExportModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes model file, spec, card and a sample with predictions into a folder.",
        discussion: "EXAMPLE\n  crossdock model export churn:3 churn-3")

    @Argument(help: "NAME, NAME@ALIAS or NAME:VERSION.")
    var model: String
    @Argument(help: "The folder to write into.")
    var folder: String
    @OptionGroup var options: ModelOptions

    func run() async throws {
        for name in try options.registry.export(ModelReference(model), to: folder) {
            Terminal.print("\(folder)/\(name)")
        }
    }
}
