internal import ArgumentParser
internal import CrossdockHub

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a new project.",
        discussion: """
            EXAMPLE
              crossdock init hub              an empty project with one route that runs
              crossdock init hub --example    the main job: routes, mapping, model, data for the sandbox
            """)

    @Argument(help: "The folder to make.")
    var folder: String
    @Flag(help: "Write the example project.")
    var example = false
    @Flag(help: "Replace files that are there.")
    var force = false

    func run() async throws {
        if example {
            try ExampleProject.write(to: folder, replacing: force)
            Terminal.error(
                """
                \(folder) holds the example project. Next, in that folder:
                  crossdock model train churn --data data/churn.jsonl --promote
                  crossdock sandbox salesforce sap --seed seed --env-file sandbox.env
                  set -a; . ./sandbox.env; set +a; crossdock run routes
                """)
        } else {
            try StarterProject.write(to: folder, replacing: force)
            Terminal.error("\(folder) is ready. Next: cd \(folder) && crossdock lint && crossdock run")
        }
    }
}
