internal import ArgumentParser
internal import CrossdockModels

struct PromoteModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Points an alias at a version.",
        discussion: "EXAMPLE\n  crossdock model promote churn:4 --reason \"AUC 0.85 on March\"")

    @Argument(help: "NAME:VERSION.")
    var model: String
    @Option(help: "The alias to move.")
    var alias = ModelReference.champion
    @Option(help: "Why, for the history.")
    var reason: String
    @OptionGroup var options: ModelOptions

    func run() async throws {
        let reference = try ModelReference(model)
        let registry = options.registry
        let version = try registry.resolve(reference)
        try registry.promote(
            reference.name, version: version, alias: alias, by: CurrentUser.name, reason: reason)
        Terminal.print("\(reference.name)@\(alias) is now version \(version)")
    }
}

struct RollbackModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Points an alias back at the version before.",
        discussion: "EXAMPLE\n  crossdock model rollback churn --reason \"complaints\"")

    @Argument(help: "The model.")
    var name: String
    @Option(help: "The alias to move.")
    var alias = ModelReference.champion
    @Option(help: "Why, for the history.")
    var reason: String
    @OptionGroup var options: ModelOptions

    func run() async throws {
        let version = try options.registry.rollback(
            name, alias: alias, by: CurrentUser.name, reason: reason)
        Terminal.print("\(name)@\(alias) is back at version \(version)")
    }
}
