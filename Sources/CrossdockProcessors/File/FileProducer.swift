internal import CrossdockCore
internal import CrossdockData

/// Writes messages as files.
///
/// - Trust: a name can come from a message; it cannot lead out of the folder.
struct FileProducer: Producer {
    let folder: Folder
    let options: FileOptions
    let name: Expression?
    let existing: Expression?
    let done: Expression?
    let charset: Charset?
    let work: BlockingWork

    func process(_ exchange: inout Exchange) async throws {
        guard !exchange.message.body.isNull || options.allowNullBody else {
            throw RouteError(
                "a message without a body makes no file; allowNullBody=true lets it",
                exceptionClass:
                    "org.apache.camel.component.file.GenericFileOperationFailedException")
        }
        let name = try fileName(&exchange)
        let path =
            options.jailStartingDirectory || !name.hasPrefix("/")
            ? try folder.path(name) : name
        let bytes = try bytes(of: exchange.message.body)
        exchange.message.control["CamelFileName"] = .string(name)
        let existing = try existing?.text(in: &exchange)
        let done = try done?.text(in: &exchange)
        let (folder, options) = (folder, options)
        let written = try await work {
            if options.autoCreate {
                try Folder.makeFolder(folder.root)
                try folder.makeFolders(above: path, jailed: options.jailStartingDirectory)
            }
            guard try Self.write(bytes, to: path, existing: existing, options) else { return false }
            if let done {
                _ = try Folder.create("\(Folder.parent(of: path))/\(Self.onlyName(done))")
            }
            return true
        }
        exchange.message.control["CamelOverruleFileName"] = nil
        if written { exchange.message.control["CamelFileNameProduced"] = .string(path) }
    }

    private func fileName(_ exchange: inout Exchange) throws -> String {
        let chosen = try self.name?.text(in: &exchange)
        let control = exchange.message.control
        var name =
            control["CamelOverruleFileName"]?.scalarText ?? chosen
            ?? control["CamelFileName"]?.scalarText ?? ""
        if name.isEmpty { name = exchange.id.description }
        return options.flatten ? Self.onlyName(name) : name
    }

    private static func onlyName(_ name: String) -> String {
        name.split(separator: "/").last.map(String.init) ?? name
    }

    private func bytes(of body: Body) throws -> [UInt8] {
        guard let charset, let text = body.text else { return body.bytes }
        return try charset.encode(text)
    }

    /// - Returns: Whether the file was written.
    private static func write(
        _ bytes: [UInt8], to path: String, existing: String?, _ options: FileOptions
    ) throws -> Bool {
        let forced = options.forceWrites
        switch options.fileExist {
        case .Append:
            let suffix = (options.appendChars ?? "").replacingEscapes()
            try Folder.append(bytes + Array(suffix.utf8), to: path, forced: forced)
            return true
        case .Ignore where Folder.exists(path):
            return false
        case .Fail where Folder.exists(path):
            throw RouteError(
                "'\(path)' is there already",
                exceptionClass:
                    "org.apache.camel.component.file.GenericFileOperationFailedException")
        case .Move where Folder.exists(path):
            if let existing {
                let target =
                    existing.hasPrefix("/") ? existing : "\(Folder.parent(of: path))/\(existing)"
                let file = target.hasSuffix("/") ? target + onlyName(path) : target
                try Folder.makeFolder(Folder.parent(of: file))
                try Folder.rename(path, to: file)
            }
        default:
            break
        }
        try Folder.replace(path, with: bytes, forced: forced)
        return true
    }
}

extension String {
    /// `\n`, `\r` and `\t` as they are written in an address.
    fileprivate func replacingEscapes() -> String {
        var result = ""
        var rest = self[...]
        while let character = rest.popFirst() {
            guard character == "\\", let next = rest.first else {
                result.append(character)
                continue
            }
            switch next {
            case "n": result.append("\n")
            case "r": result.append("\r")
            case "t": result.append("\t")
            default:
                result.append(character)
                continue
            }
            rest.removeFirst()
        }
        return result
    }
}
