internal import ArgumentParser
internal import CrossdockDiagnostics
internal import CrossdockHub
internal import CrossdockSettings

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows what is configured and why.",
        subcommands: [Explain.self], defaultSubcommand: Explain.self)

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what a key means, what it is set to and which source won.",
            discussion: "EXAMPLE\n  crossdock config explain bus.prefetchCount")

        @Argument(help: "A key, such as bus.url; without one all keys are listed.")
        var key: String?
        @OptionGroup var project: ProjectOptions

        func run() async throws {
            let configuration = try project.configuration()
            let declarations = HubConfiguration.declarations
            guard let key else {
                var table = TextTable("KEY", "VALUE", "FROM")
                for (name, declaration) in declarations where !name.contains("<name>") {
                    let origin = configuration.origins[name]
                    table.rows.append([
                        name, origin?.value ?? declaration.defaultText ?? "",
                        "\(origin?.source ?? .builtIn)",
                    ])
                }
                Terminal.print(table.rendered)
                return
            }
            let generic = Self.generic(key)
            guard let found = declarations.first(where: { $0.key == generic })?.declaration else {
                throw DiagnosticsError(
                    Diagnostic(
                        .unknownSetting, "'\(key)' is no key of the configuration",
                        help: Suggestion.help(for: key, in: declarations.map(\.key))
                            ?? "crossdock config explain lists them"))
            }
            describe(key, found, configuration)
        }

        private func describe(
            _ key: String, _ declaration: SettingDeclaration, _ configuration: HubConfiguration
        ) {
            let origin = configuration.origins[key]
            Terminal.print("\(key): \(declaration.help)")
            Terminal.print("  type      \(declaration.type)")
            if let range = declaration.range { Terminal.print("  range     \(range)") }
            if !declaration.choices.isEmpty {
                Terminal.print("  choices   \(declaration.choices.joined(separator: ", "))")
            }
            if let text = declaration.defaultText { Terminal.print("  default   \(text)") }
            if let example = declaration.example { Terminal.print("  example   \(example)") }
            Terminal.print("  variable  \(HubConfiguration.environmentName(of: key))")
            Terminal.print("  value     \(origin?.value ?? declaration.defaultText ?? "not set")")
            Terminal.print("  from      \(origin?.source ?? .builtIn)")
        }

        /// `connections.crm.url` is declared as `connections.<name>.url`.
        private static func generic(_ key: String) -> String {
            var parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            if parts.count > 2, parts[0] == "connections" { parts[1] = "<name>" }
            return parts.joined(separator: ".")
        }
    }
}
