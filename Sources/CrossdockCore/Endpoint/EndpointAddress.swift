public import CrossdockDiagnostics
public import CrossdockSettings

/// The address of an endpoint, taken apart: `scheme:path?name=value&…`.
///
/// - Source: Camel manual, "URIs": `RAW(…)` values are taken as they are, others percent-decoded.
public struct EndpointAddress: Sendable {
    public let scheme: String
    /// What stands between scheme and `?`, without leading slashes.
    public let path: String
    public var parameters: [(name: String, value: String)]
    public let span: SourceSpan?
    /// Whether the path was written with its leading slash: `file:/data` and `file:///data`, not
    /// `file:data` or `file://data`.
    public let isAbsolute: Bool

    public init(
        scheme: String, path: String, parameters: [(name: String, value: String)] = [],
        span: SourceSpan? = nil
    ) {
        self.scheme = scheme
        self.path = path
        isAbsolute = path.hasPrefix("/")
        self.parameters = parameters
        self.span = span
    }

    /// - Throws: ``DiagnosticsError`` with CD1107 for text that is no address.
    public init(_ text: String, at span: SourceSpan? = nil) throws(DiagnosticsError) {
        let bytes = Array(text.utf8)
        let scheme = bytes.prefix { Self.isSchemeByte($0) }
        guard !scheme.isEmpty, scheme.count < bytes.count, bytes[scheme.count] == UInt8(ascii: ":")
        else {
            throw DiagnosticsError(
                Diagnostic(
                    .badAddress, "'\(text.prefix(120))' is no endpoint address", at: span,
                    help: "write scheme:path?option=value, for example direct:orders"))
        }
        var rest = bytes[(scheme.count + 1)...]
        if rest.starts(with: Array("//".utf8)) { rest = rest.dropFirst(2) }
        isAbsolute = rest.first == UInt8(ascii: "/")
        while rest.first == UInt8(ascii: "/") { rest.removeFirst() }
        let path = rest.prefix { $0 != UInt8(ascii: "?") }
        self.scheme = String(decoding: scheme, as: UTF8.self)
        self.path = String(decoding: path, as: UTF8.self)
        self.span = span
        parameters = try Self.query(rest.dropFirst(path.count + 1), at: span)
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func query(
        _ bytes: ArraySlice<UInt8>, at span: SourceSpan?
    ) throws(DiagnosticsError) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        var rest = bytes
        while !rest.isEmpty {
            let name = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "&") }
            rest = rest.dropFirst(name.count)
            var value: ArraySlice<UInt8> = []
            if rest.first == UInt8(ascii: "=") {
                rest.removeFirst()
                value = rawValue(rest) ?? rest.prefix { $0 != UInt8(ascii: "&") }
                rest = rest.dropFirst(value.count)
            }
            if rest.first == UInt8(ascii: "&") { rest.removeFirst() }
            guard !name.isEmpty else { continue }
            parameters.append((try text(name, at: span), try text(value, at: span)))
        }
        return parameters
    }

    /// `RAW(…)` up to its closing parenthesis, which an `&` or the end must follow.
    private static func rawValue(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.starts(with: Array("RAW(".utf8)) else { return nil }
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let isLast = at + 1 == bytes.endIndex || bytes[at + 1] == UInt8(ascii: "&")
            if bytes[at] == UInt8(ascii: ")"), isLast { return bytes[...at] }
            at += 1
        }
        return nil
    }

    private static func text(
        _ bytes: ArraySlice<UInt8>, at span: SourceSpan?
    ) throws(DiagnosticsError) -> String {
        if bytes.starts(with: Array("RAW(".utf8)), bytes.last == UInt8(ascii: ")") {
            return String(decoding: bytes.dropFirst(4).dropLast(), as: UTF8.self)
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var at = bytes.startIndex
        while at < bytes.endIndex {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.endIndex,
                let high = hexDigit(bytes[at + 1]), let low = hexDigit(bytes[at + 2])
            {
                decoded.append(high << 4 | low)
                at += 3
            } else {
                decoded.append(bytes[at])
                at += 1
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw DiagnosticsError(
                Diagnostic(.badAddress, "an option's value is no UTF-8 text", at: span))
        }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Reads all parameters as the options of an endpoint.
    ///
    /// - Throws: ``DiagnosticsError`` for unknown, missing and unusable options.
    public func options<Options: Settings>(
        _ type: Options.Type = Options.self, environment: (any Sendable)? = nil
    ) throws -> Options {
        try Options.decode(
            SettingMembers(
                texts: parameters.map { ($0.name, $0.value) }, at: span, environment: environment))
    }

    /// The path as that of a folder, with its leading slash.
    public var directory: String { isAbsolute && !path.hasPrefix("/") ? "/\(path)" : path }

    /// Scheme and path without options: what logs, metrics and `replace` patterns see.
    public var name: String { "\(scheme):\(path)" }
}
