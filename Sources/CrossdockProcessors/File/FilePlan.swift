internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockExpressions
internal import CrossdockSettings

/// Which files are taken and where they go, worked out once.
struct FilePlan: Sendable {
    let move: Expression?
    let moveFailed: Expression?
    let preMove: Expression?
    let done: Expression?
    let key: Expression?
    let sort: [(expression: Expression, isReversed: Bool, ignoresCase: Bool)]
    let charset: Charset?
    private let fileName: Expression?
    private let include: Pattern?
    private let exclude: Pattern?
    private let includeExt: [String]?
    private let excludeExt: [String]
    private let antInclude: [PathGlob]?
    private let antExclude: [PathGlob]

    init(_ options: FileOptions, _ texts: SimpleTexts) throws {
        move = try texts.expression(options.move.map(Self.destination) ?? Self.usualMove(options))
        moveFailed = try texts.expression(options.moveFailed.map(Self.destination))
        preMove = try texts.expression(options.preMove.map(Self.destination))
        done = try texts.expression(options.doneFileName)
        key = try texts.expression(options.idempotentKey)
        fileName = try texts.expression(options.fileName)
        charset = try options.charset.map { try Charset($0) }
        include = try Self.pattern(options.include)
        exclude = try Self.pattern(options.exclude)
        includeExt = options.includeExt.map(Self.endings)
        excludeExt = options.excludeExt.map(Self.endings) ?? []
        antInclude = options.antInclude.map(PathGlob.list)
        antExclude = options.antExclude.map(PathGlob.list) ?? []
        sort = try (options.sortBy ?? "").split(separator: ";").map { part in
            var text = part
            var isReversed = false
            var ignoresCase = false
            while true {
                if text.hasPrefix("reverse:") {
                    text = text.dropFirst("reverse:".count)
                    isReversed = true
                } else if text.hasPrefix("ignoreCase:") {
                    text = text.dropFirst("ignoreCase:".count)
                    ignoresCase = true
                } else {
                    break
                }
            }
            let source = text.contains("${") ? String(text) : "${\(text)}"
            guard let expression = try texts.expression(source) else {
                throw SettingProblem("'sortBy' names nothing")
            }
            return (expression, isReversed, ignoresCase)
        }
    }

    /// A folder alone means: there, under the same name.
    ///
    /// - Source: Camel, `FileEndpoint.createRenamer`.
    private static func destination(_ text: String) -> String {
        if text.contains("${") || text.contains("$simple{") { return text }
        return (text.hasSuffix("/") ? text : text + "/") + "${file:onlyname}"
    }

    private static func usualMove(_ options: FileOptions) -> String? {
        options.noop || options.delete ? nil : ".camel/${file:onlyname}"
    }

    private static func pattern(_ text: String?) throws -> Pattern? {
        try text.map { text in
            do { return try Pattern(text, ignoresCase: true) } catch {
                throw SettingProblem("'\(text)' is no pattern: \(error)")
            }
        }
    }

    private static func endings(_ text: String) -> [String] {
        text.split(separator: ",").map { "." + $0.trimmingSpaces().lowercased() }
    }

    /// Whether a file is one of those that are meant.
    func takes(_ entry: Folder.Entry, _ exchange: inout Exchange) throws -> Bool {
        let name = entry.name.split(separator: "/").last.map(String.init) ?? entry.name
        let folded = name.lowercased()
        if folded.hasSuffix(".camellock") { return false }
        if let exclude, exclude.matchesWhole(name) { return false }
        if let include, !include.matchesWhole(name) { return false }
        if excludeExt.contains(where: { folded.hasSuffix($0) }) { return false }
        if let includeExt, !includeExt.contains(where: { folded.hasSuffix($0) }) { return false }
        if antExclude.contains(where: { $0.matches(entry.name) }) { return false }
        if let antInclude, !antInclude.contains(where: { $0.matches(entry.name) }) { return false }
        guard let fileName else { return true }
        return try fileName.text(in: &exchange) == entry.name
    }
}

/// A glob over a path: `**` for any folders, `*` and `?` within a name.
struct PathGlob: Sendable {
    private let parts: [[UInt8]]

    init(_ text: some StringProtocol) {
        parts = text.split(separator: "/").map { Array($0.lowercased().utf8) }
    }

    static func list(_ text: String) -> [PathGlob] {
        text.split(separator: ",").map { PathGlob($0.trimmingSpaces()) }
    }

    func matches(_ path: String) -> Bool {
        matches(path.split(separator: "/").map { Array($0.lowercased().utf8) }[...], parts[...])
    }

    private func matches(_ path: ArraySlice<[UInt8]>, _ glob: ArraySlice<[UInt8]>) -> Bool {
        guard let first = glob.first else { return path.isEmpty }
        if first == Array("**".utf8) {
            return (path.startIndex...path.endIndex).contains {
                matches(path[$0...], glob.dropFirst())
            }
        }
        guard let name = path.first, Self.matches(name, first) else { return false }
        return matches(path.dropFirst(), glob.dropFirst())
    }

    /// Greedy with one point to go back to: linear but for the last star.
    private static func matches(_ name: [UInt8], _ glob: [UInt8]) -> Bool {
        var (at, to) = (0, 0)
        var star: (glob: Int, name: Int)?
        while at < name.count {
            if to < glob.count, glob[to] == UInt8(ascii: "*") {
                star = (to, at)
                to += 1
            } else if to < glob.count, glob[to] == UInt8(ascii: "?") || glob[to] == name[at] {
                (at, to) = (at + 1, to + 1)
            } else if let last = star {
                star = (last.glob, last.name + 1)
                (at, to) = (last.name + 1, last.glob + 1)
            } else {
                return false
            }
        }
        return glob[to...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
