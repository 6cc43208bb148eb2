internal import CrossdockCore
internal import CrossdockData

/// `${file:…}`: the parts of the name of the file that a message came from or goes to.
///
/// - Source: Camel manual, "File Language".
enum FileFunctions {
    /// Nil for a function that does not exist.
    static func term(_ name: String) -> (any CompiledExpression)? {
        switch name {
        case "name": return part { $0 }
        case "onlyname": return part { onlyName($0) }
        case "name.noext": return part { withoutExtension($0) }
        case "name.noext.single": return part { withoutLastExtension($0) }
        case "onlyname.noext": return part { withoutExtension(onlyName($0)) }
        case "onlyname.noext.single": return part { withoutLastExtension(onlyName($0)) }
        case "name.ext", "ext":
            return part { name in
                onlyName(name).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
                    .dropFirst().first.map(String.init)
            }
        case "name.ext.single":
            return part { name in
                onlyName(name).contains(".")
                    ? onlyName(name).split(separator: ".").last.map(String.init) : nil
            }
        case "path": return header("CamelFilePath")
        case "absolute.path": return header("CamelFileAbsolutePath")
        case "parent": return header("CamelFileParent")
        case "length", "size": return header("CamelFileLength")
        case "modified": return header("CamelFileLastModified")
        case "absolute": return header("CamelFileAbsolute")
        default: return nil
        }
    }

    private static let fileName = HeaderName("CamelFileName")

    private static func part(_ of: @escaping @Sendable (String) -> String?)
        -> any CompiledExpression
    {
        Computed { exchange in
            guard let name = exchange.message[header: fileName]?.scalarText else { return .null }
            return of(name).map { .string($0) } ?? .null
        }
    }

    private static func header(_ name: String) -> any CompiledExpression {
        HeaderAccess(name: HeaderName(name))
    }

    private static func onlyName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    private static func withoutExtension(_ path: String) -> String {
        let folder = path.contains("/") ? path.prefix(path.count - onlyName(path).count) : ""
        let name = onlyName(path)
        return folder + (name.split(separator: ".", maxSplits: 1).first.map(String.init) ?? name)
    }

    private static func withoutLastExtension(_ path: String) -> String {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return path }
        return String(path[..<dot])
    }
}
