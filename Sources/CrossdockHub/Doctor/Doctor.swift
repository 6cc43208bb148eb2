internal import CrossdockBus
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockModels
internal import CrossdockSettings

/// Looks at everything that a hub needs, and changes nothing.
public struct Doctor: Sendable {
    private let folder: ProjectFolder
    private let configurationFile: String?

    public init(configurationFile: String? = nil, in folder: ProjectFolder = ProjectFolder()) {
        self.configurationFile = configurationFile
        self.folder = folder
    }

    /// Checks one thing after the other.
    public func run(_ tell: (Checkup) -> Void) async {
        tell(Checkup("version", .ok, "crossdock \(HubVersion.current)"))
        tell(MachineCheck.openFiles())
        tell(MachineCheck.clock())
        tell(
            library("xgboost", "tree models are trained by it; scoring needs it not") {
                try ModelLibraries.xgboostVersion()
            })
        tell(
            library("onnxruntime", "ONNX models need it") {
                try ModelLibraries.onnxRuntimeVersion()
            })
        guard let configuration = configuration(tell) else { return }
        tell(StateCheck.check(folder.path(configuration.state.dir)))
        if !configuration.bus.url.isEmpty {
            tell(
                await BrokerCheck.check(
                    "bus", { try configuration.busConfiguration(folder: "").broker() }))
        }
        for (name, connection) in configuration.connections.byName.sorted(by: { $0.key < $1.key }) {
            let check = "connection \(name)"
            if connection.system == "rabbitmq" {
                tell(await BrokerCheck.check(check, { try configuration.brokers()[name] }))
            } else {
                for result in await ConnectionCheck.check(check, connection) { tell(result) }
            }
        }
    }

    private func configuration(_ tell: (Checkup) -> Void) -> HubConfiguration? {
        do {
            let configuration = try HubConfiguration.load(file: configurationFile)
            tell(Checkup("configuration", .ok, configurationName))
            return configuration
        } catch {
            let found =
                (error as? DiagnosticsError)?.diagnostics
                ?? [Diagnostic(.unreadableFile, "\(error)")]
            for diagnostic in found {
                let place = diagnostic.span.map { "\($0.file):\($0.line): " } ?? ""
                tell(
                    Checkup(
                        "configuration", .fail,
                        "\(place)\(diagnostic.code.id): \(diagnostic.message)",
                        help: diagnostic.help))
            }
            return nil
        }
    }

    private var configurationName: String {
        if let configurationFile { return configurationFile }
        return ProjectFile.exists("crossdock.yaml")
            ? "crossdock.yaml" : "there is no crossdock.yaml; the defaults hold"
    }

    private func library(
        _ name: String, _ purpose: String, _ version: () throws -> String
    ) -> Checkup {
        do { return Checkup("library \(name)", .ok, "version \(try version())") } catch {
            return Checkup(
                "library \(name)", .warn, (error as? any Classified)?.message ?? "\(error)",
                help: "\(purpose); scripts/bootstrap installs it")
        }
    }
}
