internal import ArgumentParser
internal import CrossdockHub

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a new project.",
        discussion: "EXAMPLE\n  crossdock init hub")

    @Argument(help: "The folder to make.")
    var folder: String
    @Flag(help: "Replace files that are there.")
    var force = false

    func run() async throws {
        try StarterProject.write(to: folder, replacing: force)
        Terminal.error("\(folder) is ready")
    }
}
