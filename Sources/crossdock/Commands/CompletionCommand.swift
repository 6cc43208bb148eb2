internal import ArgumentParser

struct CompletionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Prints a completion script for a shell.",
        discussion: "EXAMPLE\n  crossdock completion bash > /etc/bash_completion.d/crossdock")

    @Argument(help: "bash, zsh or fish.")
    var shell: String

    func run() async throws {
        guard let shell = CompletionShell(rawValue: shell) else {
            throw ValidationError("'\(shell)' is none of bash, zsh, fish")
        }
        Terminal.print(Crossdock.completionScript(for: shell))
    }
}
