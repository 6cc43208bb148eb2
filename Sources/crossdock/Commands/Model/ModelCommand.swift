internal import ArgumentParser
internal import CrossdockHub
internal import CrossdockModels

struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Trains, judges, promotes and uses models.",
        discussion: """
            Specs are models/<name>/model.yaml; versions lie beside them.

            EXAMPLE
              crossdock model train churn --data data/churn.jsonl --promote
              crossdock model score churn < accounts.jsonl
            """,
        subcommands: [
            ListModels.self, ShowModel.self, ScoreRows.self, TrainModel.self, EvaluateModel.self,
            CompareModels.self, PromoteModel.self, RollbackModel.self, ExportModel.self,
        ])
}

/// Where models lie.
struct ModelOptions: ParsableArguments {
    @Option(name: .long, help: "The folder of specs and versions.")
    var models = "models"

    var registry: ModelRegistry {
        ModelRegistry(directory: models)
    }

    func spec(_ name: String) throws -> ModelSpec {
        try ModelSpec(
            yaml: ProjectText.read("\(models)/\(name)/model.yaml"),
            file: "\(models)/\(name)/model.yaml")
    }
}

/// Who is named in the history of a model.
enum CurrentUser {
    static var name: String { ProjectText.userName }
}
