internal import CrossdockCore
public import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockMapping
internal import CrossdockModels
internal import CrossdockRouting
internal import CrossdockSettings

/// What there is: in this program, and in a project.
public struct ProjectInventory: Sendable {
    public enum Subject: String, CaseIterable, Sendable {
        case components, processors, languages, models, mappings, routes
    }

    /// One thing, by the names of its properties.
    public typealias Entry = ValueObject

    private let project: UnopenedProject

    public init(_ project: UnopenedProject) { self.project = project }

    /// - Throws: ``DiagnosticsError`` for files of the project that cannot be read.
    public func entries(_ subject: Subject) throws -> [Entry] {
        switch subject {
        case .components: try components()
        case .processors: try processors()
        case .languages: try languages()
        case .models: models()
        case .mappings: mappings()
        case .routes: try routes()
        }
    }

    private func components() throws -> [Entry] {
        let catalog = try project.catalog()
        return catalog.schemes.compactMap { scheme in
            guard let component = catalog.component(scheme) else { return nil }
            let type = type(of: component)
            guard type.scheme == scheme else { return nil }
            return Entry([
                ("scheme", .string(type.scheme)), ("syntax", .string(type.syntax)),
                ("aliases", .array(type.aliases.map { .string($0) })),
                ("summary", .string(type.summary)),
                ("options", .array(type.options.map(Self.option))),
            ])
        }
    }

    private func processors() throws -> [Entry] {
        let catalog = try project.catalog()
        return catalog.processorNames.compactMap { name in
            catalog.processor(name).map { type in
                Entry([
                    ("name", .string(name)), ("summary", .string(type.summary)),
                    ("options", .array(Self.options(of: type).map(Self.option))),
                ])
            }
        }
    }

    private static func options<Step: NamedProcessor>(of type: Step.Type) -> [SettingDeclaration] {
        Step.Options.declarations
    }

    private static func option(_ declaration: SettingDeclaration) -> Value {
        var option = ValueObject([
            ("name", .string(declaration.name)), ("type", .string(declaration.type)),
            ("help", .string(declaration.help)),
        ])
        option["default"] = declaration.defaultText.map { .string($0) }
        option["choices"] =
            declaration.choices.isEmpty
            ? nil : .array(declaration.choices.map { .string($0) })
        return .object(option)
    }

    private func languages() throws -> [Entry] {
        let catalog = try project.catalog()
        return catalog.languageNames.compactMap { name in
            catalog.language(name).map { language in
                Entry([("name", .string(name)), ("summary", .string(type(of: language).summary))])
            }
        }
    }

    private func models() -> [Entry] {
        let registry = ModelRegistry(directory: project.folder.path("models"))
        let summaries = Dictionary(registry.list().map { ($0.name, $0) }) { first, _ in first }
        // A model that was never trained has a spec and nothing else.
        let specs =
            (try? project.folder.files(
                at: project.folder.existing(["models"]), endingIn: ["model.yaml"])) ?? []
        let described = specs.compactMap { file -> String? in
            let parts = file.split(separator: "/")
            return parts.count > 1 && parts.last == "model.yaml"
                ? String(parts[parts.count - 2]) : nil
        }
        return Set(described).union(summaries.keys).sorted().map { name in
            let summary = summaries[name]
            return Entry([
                ("name", .string(name)),
                ("versions", .array((summary?.versions ?? []).map { .integer($0) })),
                (
                    "aliases",
                    .object(
                        ValueObject(
                            (summary?.aliases ?? []).map { ($0.alias, .integer($0.version)) }))
                ),
            ])
        }
    }

    /// A mapping that cannot be used is listed with what is wrong with it.
    private func mappings() -> [Entry] {
        let mappings = MappingFolder(project.folder)
        return mappings.files().map { path in
            do throws(DiagnosticsError) {
                let mapping = try mappings.load(path)
                let file = mapping.file
                return Entry([
                    ("name", .string(mapping.name)), ("version", .string(mapping.version)),
                    ("left", .string("\(file.left.system)/\(file.left.object)")),
                    ("right", .string("\(file.right.system)/\(file.right.object)")),
                    ("rows", .integer(file.rows.count)), ("tests", .integer(file.tests.count)),
                    ("file", .string(path)),
                ])
            } catch {
                return Entry([
                    ("name", .null), ("file", .string(path)),
                    ("problem", .string("\(error.code.id): \(error.message)")),
                ])
            }
        }
    }

    private func routes() throws -> [Entry] {
        let folder = project.folder
        let paths = folder.existing(project.configuration.routes)
        guard !(try folder.files(at: paths, endingIn: ProjectFolder.routeSuffixes)).isEmpty else {
            return []
        }
        let files = try folder.routes(
            at: paths, placeholders: project.configuration.placeholders)
        return files.flatMap { file in
            file.routes.map { route in
                Entry([
                    ("id", route.id.map { .string($0) } ?? .null), ("from", .string(route.uri)),
                    ("description", route.options.description.map { .string($0) } ?? .null),
                    ("file", .string(file.file)), ("line", .integer(route.span.line)),
                ])
            }
        }
    }
}
