public import CrossdockDiagnostics
internal import CrossdockMapping
internal import CrossdockModels
internal import CrossdockRouting

/// Everything there is to say about a project without running it.
public struct ProjectLint: Sendable {
    /// What was found, by file and place.
    public private(set) var findings: [Diagnostic] = []
    /// How many files were looked at.
    public private(set) var fileCount = 0

    private let folder: ProjectFolder

    /// Looks at some files, or at the whole project.
    ///
    /// - Parameters:
    ///   - paths: Files and folders; without any the configuration, its routes and all mappings.
    ///   - configurationFile: The one that was asked for; `crossdock.yaml` if there is one.
    /// - Throws: ``DiagnosticsError`` for paths that are not there.
    public init(
        _ paths: [String], configurationFile: String? = nil,
        in folder: ProjectFolder = ProjectFolder(),
        load: (String?) throws -> HubConfiguration = { try HubConfiguration.load(file: $0) }
    ) throws(DiagnosticsError) {
        self.folder = folder
        let configuration = configuration(configurationFile, load, isWanted: paths.isEmpty)
        let wanted =
            paths.isEmpty
            ? folder.existing((configuration?.routes ?? ["routes"]) + ["mappings", "models"])
            : paths
        let files = try folder.sorted(wanted)
        fileCount += files.count { $0.kind != .configuration && $0.kind != .routeTest }
        if let configuration {
            let project = UnopenedProject(configuration, in: folder)
            lintRoutes(files.filter { $0.kind == .routes }.map(\.file), of: project)
        }
        lintMappings(files.filter { $0.kind == .mapping }.map(\.file))
        for (file, kind) in files where kind == .model {
            findings += Self.found {
                _ = try ModelSpec(yaml: try TextFile.read(file), file: file)
                return []
            }
        }
        arrange()
    }

    public var errorCount: Int { findings.count { $0.severity == .error } }
    public var warningCount: Int { findings.count { $0.severity == .warning } }

    /// The configuration; nil when it is wrong, which leaves the routes without their placeholders.
    private mutating func configuration(
        _ file: String?, _ load: (String?) throws -> HubConfiguration, isWanted: Bool
    ) -> HubConfiguration? {
        if isWanted, file != nil || ProjectFile.exists(folder.path("crossdock.yaml")) {
            fileCount += 1
        }
        var configuration: HubConfiguration?
        findings += Self.found {
            configuration = try load(file)
            return []
        }
        return configuration
    }

    /// Builds the routes together with the others of the project, which may consume what these send.
    private mutating func lintRoutes(_ files: [String], of project: UnopenedProject) {
        guard !files.isEmpty else { return }
        let routes = project.folder.existing(project.configuration.routes)
        let others =
            (try? folder.files(at: routes, endingIn: ProjectFolder.routeSuffixes)) ?? []
        let isPart = Set(files).isSubset(of: others)
        let wanted = Set(files)
        findings += Self.found {
            let read = try folder.routes(
                at: (isPart ? others : files).map { folder.relative($0) },
                placeholders: project.configuration.placeholders)
            return try project.findings(in: read).filter { finding in
                finding.span.map { wanted.contains($0.file) || !others.contains($0.file) } ?? true
            }
        }
    }

    private mutating func lintMappings(_ files: [String]) {
        let mappings = MappingFolder(folder)
        var read: [Mapping] = []
        for file in files {
            findings += Self.found {
                let mapping = try mappings.load(file)
                read.append(mapping)
                return mapping.lint()
            }
        }
        // Only who has seen all mappings knows what none of them uses.
        guard read.count == files.count, !read.isEmpty,
            Set(mappings.files()).isSubset(of: files)
        else { return }
        let tables = ProjectFiles(root: folder.root, mappingFile: folder.path("mappings/x.yaml"))
        findings += Mapping.unusedTables(read, in: tables)
    }

    /// An error is a finding like any other.
    private static func found(_ body: () throws -> [Diagnostic]) -> [Diagnostic] {
        do { return try body() } catch let error as DiagnosticsError {
            return error.diagnostics
        } catch let error as any Classified {
            return [Diagnostic(error.code, error.message)]
        } catch {
            return [Diagnostic(.unreadableFile, "\(error)")]
        }
    }

    private mutating func arrange() {
        var seen: Set<Diagnostic> = []
        findings = findings.filter { seen.insert($0).inserted }.enumerated().sorted { one, other in
            let (a, b) = (one.element.span, other.element.span)
            return (a?.file ?? "", a?.line ?? 0, a?.column ?? 0, one.offset)
                < (b?.file ?? "", b?.line ?? 0, b?.column ?? 0, other.offset)
        }.map(\.element)
    }
}

extension ProjectFolder {
    /// A path below the project's folder, as seen from there.
    func relative(_ path: String) -> String {
        root == "." || root.isEmpty || !path.hasPrefix(root + "/")
            ? path : String(path.dropFirst(root.count + 1))
    }
}
