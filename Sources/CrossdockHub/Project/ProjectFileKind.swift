public import CrossdockDiagnostics
internal import CrossdockSettings

/// What a YAML file of a project is, as commands that are given folders tell them apart.
public enum ProjectFileKind: Sendable, Hashable {
    case configuration, routes, kamelet, mapping, routeTest, model
    /// None of ours.
    case other

    /// Judges by the name and, where that says nothing, by the content.
    ///
    /// - Throws: ``DiagnosticsError`` for a file that cannot be read.
    public static func of(_ path: String) throws(DiagnosticsError) -> ProjectFileKind {
        if let kind = byName(path) { return kind }
        let text = try TextFile.read(path)
        guard let root = try? YAMLNode.parse(text, file: path) else {
            // A mapping with a slip is still to be told about as a mapping.
            return text.hasPrefix("mapping:") || text.contains("\nmapping:") ? .mapping : .other
        }
        return root["mapping"]?.text != nil ? .mapping : .other
    }

    private static func byName(_ path: String) -> ProjectFileKind? {
        let parts = path.split(separator: "/").map(String.init)
        let name = parts.last ?? path
        func ends(_ suffix: String) -> Bool {
            name.hasSuffix(suffix + ".yaml") || name.hasSuffix(suffix + ".yml")
        }
        if ends(".camel") { return .routes }
        if ends(".kamelet") { return .kamelet }
        if ends(".test") { return .routeTest }
        if name == "crossdock.yaml" { return .configuration }
        if name == "model.yaml" { return .model }
        guard ends("") else { return .other }
        return parts.dropLast().last == "mappings" ? .mapping : nil
    }
}

extension ProjectFolder {
    /// The YAML files at some paths by what they are; files named outright are never ``ProjectFileKind/other``
    /// in silence.
    ///
    /// - Throws: ``DiagnosticsError`` for a path that is not there, or a file that is none of ours.
    public func sorted(
        _ paths: [String]
    ) throws(DiagnosticsError) -> [(file: String, kind: ProjectFileKind)] {
        let named = Set(paths.map { self.path($0) })
        var sorted: [(file: String, kind: ProjectFileKind)] = []
        for file in try files(at: paths, endingIn: [".yaml", ".yml"]) {
            let kind = try ProjectFileKind.of(file)
            guard kind != .other || !named.contains(file) else {
                throw DiagnosticsError(
                    Diagnostic(
                        .unreadableFile, "\(file) is no file of a project",
                        help:
                            "routes are called *.camel.yaml, route tests *.test.yaml; a mapping has "
                            + "the key 'mapping'"))
            }
            if kind != .other { sorted.append((file, kind)) }
        }
        return sorted
    }

    /// Those of some paths that are there.
    public func existing(_ paths: [String]) -> [String] {
        paths.filter { ProjectFile.exists(path($0)) }
    }
}
