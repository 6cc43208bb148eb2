public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockExpressions
public import CrossdockSettings

/// A type under the Java name that routes use.
public struct TypeChoice: SettingValue {
    let type: ResultType
    let text: String

    public static var typeName: String { "type" }
    public var settingText: String? { text }

    public init(setting input: SettingInput) throws {
        text = input.text ?? ""
        guard let type = ResultType(javaName: text) else {
            throw DiagnosticsError(
                Diagnostic(
                    .javaClass, "'\(text)' is no type that is known here", at: input.span,
                    help: "use String, Integer, Long, Double, Boolean, byte[], List or Map"))
        }
        self.type = type
    }
}

/// Turns the body into another type.
public struct ConvertBodyTo: NamedProcessor {
    public static let name = "convertBodyTo"
    public static let summary = "Turns the body into another type."
    public static var shorthand: String? { "type" }

    public struct Options: Settings {
        @Setting("The type.", example: "String")
        public var type: TypeChoice
        @Setting("Whether a body that is there may not become nothing.")
        public var mandatory = true
        @Setting("How bytes become text; UTF-8 unless it says otherwise.")
        public var charset: String?

        public init() {}
    }

    private let type: ResultType
    private let charset: Charset?
    private let isMandatory: Bool

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        type = options.type.type
        isMandatory = options.mandatory
        charset = try options.charset.map { try Charset($0) }
    }

    public func process(_ exchange: inout Exchange) async throws {
        if let charset {
            if type == .text, case .bytes(let bytes) = exchange.message.body {
                exchange.message.body = .text(try charset.decode(bytes))
                return
            }
            if type == .bytes, let text = exchange.message.body.text {
                exchange.message.body = .bytes(try charset.encode(text))
                return
            }
        }
        do { exchange.message.body = try type.converted(exchange.message.body) } catch {
            if isMandatory {
                throw RouteError(
                    "the body cannot be converted: \(ExceptionName.message(error))", cause: error,
                    exceptionClass: "org.apache.camel.InvalidPayloadException")
            }
            exchange.message.body = .empty
        }
    }
}

/// Turns a header into another type.
public struct ConvertHeaderTo: NamedProcessor {
    public static let name = "convertHeaderTo"
    public static let summary = "Turns a header into another type."

    public struct Options: Settings {
        @Setting("The header.")
        public var name: String
        @Setting("The type.", example: "Integer")
        public var type: TypeChoice
        @Setting("The header that takes the result; the same one when absent.")
        public var toName: String?
        @Setting("Whether a header that is there may not become nothing.")
        public var mandatory = true
        @Setting("How bytes become text; headers hold no bytes here.")
        public var charset: String?

        public init() {}
    }

    private let options: Options

    public init(_ options: Options, _ builder: any RouteBuilding) { self.options = options }

    public func process(_ exchange: inout Exchange) async throws {
        let value = exchange.message[header: options.name] ?? .null
        exchange.message[header: options.toName ?? options.name] = try Conversion.of(
            value, to: options.type.type, isMandatory: options.mandatory)
    }
}

/// Turns a variable into another type.
public struct ConvertVariableTo: NamedProcessor {
    public static let name = "convertVariableTo"
    public static let summary = "Turns a variable into another type."

    public struct Options: Settings {
        @Setting("The variable.")
        public var name: String
        @Setting("The type.", example: "Integer")
        public var type: TypeChoice
        @Setting("The variable that takes the result; the same one when absent.")
        public var toName: String?
        @Setting("Whether a variable that is there may not become nothing.")
        public var mandatory = true
        @Setting("How bytes become text; UTF-8 always.")
        public var charset: String?

        public init() {}
    }

    private let options: Options
    private let shared: VariableStore

    public init(_ options: Options, _ builder: any RouteBuilding) {
        self.options = options
        shared = builder.variables
    }

    public func process(_ exchange: inout Exchange) async throws {
        let value = VariableName(options.name).value(in: exchange, shared) ?? .empty
        let target = VariableName(options.toName ?? options.name)
        do {
            target.set(try options.type.type.converted(value), in: &exchange, shared)
        } catch {
            if options.mandatory { throw error }
            target.set(nil, in: &exchange, shared)
        }
    }
}

enum Conversion {
    static func of(_ value: Value, to type: ResultType, isMandatory: Bool) throws -> Value? {
        if value.isNull { return nil }
        if let converted = type.converted(value) { return converted }
        guard isMandatory else { return nil }
        throw ExpressionError(
            "a \(value.typeName) cannot become a \(type.name)", code: .conversionFailed,
            exceptionClass: "org.apache.camel.NoTypeConversionAvailableException")
    }
}

/// How text is written as bytes.
enum Charset: Sendable {
    case utf8, latin1, ascii, utf16(bigEndian: Bool, hasMark: Bool)

    init(_ name: String) throws {
        switch name.uppercased() {
        case "UTF-8", "UTF8": self = .utf8
        case "ISO-8859-1", "LATIN1": self = .latin1
        case "US-ASCII", "ASCII": self = .ascii
        case "UTF-16": self = .utf16(bigEndian: true, hasMark: true)
        case "UTF-16BE": self = .utf16(bigEndian: true, hasMark: false)
        case "UTF-16LE": self = .utf16(bigEndian: false, hasMark: false)
        default:
            throw SettingProblem(
                "the charset '\(name)' is not known; there are UTF-8, ISO-8859-1, US-ASCII and UTF-16"
            )
        }
    }

    func decode(_ bytes: [UInt8]) throws -> String {
        switch self {
        case .utf8:
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw failure("UTF-8")
            }
            return text
        case .latin1: return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        case .ascii:
            guard bytes.allSatisfy({ $0 < 0x80 }) else { throw failure("US-ASCII") }
            return String(decoding: bytes, as: UTF8.self)
        case .utf16(var bigEndian, _):
            guard bytes.count % 2 == 0 else { throw failure("UTF-16") }
            var units = bytes[...]
            if units.starts(with: [0xFE, 0xFF]) { (bigEndian, units) = (true, units.dropFirst(2)) }
            if units.starts(with: [0xFF, 0xFE]) {
                (bigEndian, units) = (false, units.dropFirst(2))
            }
            let pairs = stride(from: units.startIndex, to: units.endIndex, by: 2).map { at in
                let (first, second) = (UInt16(units[at]), UInt16(units[at + 1]))
                return bigEndian ? first << 8 | second : second << 8 | first
            }
            guard let text = String(validating: pairs, as: UTF16.self) else {
                throw failure("UTF-16")
            }
            return text
        }
    }

    func encode(_ text: String) throws -> [UInt8] {
        switch self {
        case .utf8: return Array(text.utf8)
        case .latin1, .ascii:
            let limit: UInt32 = if case .ascii = self { 0x80 } else { 0x100 }
            return text.unicodeScalars.map {
                $0.value < limit ? UInt8($0.value) : UInt8(ascii: "?")
            }
        case .utf16(let bigEndian, let hasMark):
            let mark: [UInt16] = hasMark ? [0xFEFF] : []
            return (mark + Array(text.utf16)).flatMap { unit -> [UInt8] in
                let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
                return bigEndian ? [high, low] : [low, high]
            }
        }
    }

    private func failure(_ name: String) -> ExpressionError {
        ExpressionError(
            "the bytes are no \(name) text", code: .conversionFailed,
            exceptionClass: "java.nio.charset.MalformedInputException")
    }
}
