internal import ArgumentParser
internal import CrossdockHub

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a new project.",
        discussion: """
            With --example it holds routes, a mapping with tests, a model, and data for the sandbox.

            EXAMPLE
              crossdock init hub
              crossdock init tour --example
            """)

    @Argument(help: "The folder to make.")
    var folder: String
    @Flag(help: "Write the example: Salesforce accounts become SAP business partners, scored.")
    var example = false
    @Flag(help: "Replace files that are there.")
    var force = false

    func run() async throws {
        if example {
            try ExampleProject.write(to: folder, replacing: force)
        } else {
            try StarterProject.write(to: folder, replacing: force)
        }
        Terminal.error("\(folder) is ready")
    }
}
