internal import ArgumentParser
internal import CrossdockHub

/// What every command that reads the project understands.
struct ProjectOptions: ParsableArguments {
    @Option(name: .long, help: "The configuration file; crossdock.yaml when there is one.")
    var config: String?

    func configuration(
        _ flags: [(key: String, value: String, flag: String)] = []
    ) throws -> HubConfiguration {
        try HubConfiguration.load(file: config, flags: flags)
    }
}
