public import CrossdockDiagnostics

/// A record could not be mapped: its first row, in the order of the file, that fails.
public struct MappingFailure: Classified {
    private final class Storage: Sendable {
        let code: DiagnosticCode
        let message: String
        let mapping: String
        let field: String?
        let maskedValue: String?
        let line: Int?
        let isDeferred: Bool
        let cause: (any Error)?

        init(
            _ code: DiagnosticCode, _ message: String, _ mapping: String, _ field: String?,
            _ maskedValue: String?, _ line: Int?, _ isDeferred: Bool, _ cause: (any Error)?
        ) {
            self.code = code
            self.message = message
            self.mapping = mapping
            self.field = field
            self.maskedValue = maskedValue
            self.line = line
            self.isDeferred = isDeferred
            self.cause = cause
        }
    }

    // One reference, so that a throwing call passes a word.
    private let storage: Storage

    init(
        _ code: DiagnosticCode, _ message: String, mapping: String, field: String? = nil,
        maskedValue: String? = nil, line: Int? = nil, isDeferred: Bool = false,
        cause: (any Error)? = nil
    ) {
        storage = Storage(code, message, mapping, field, maskedValue, line, isDeferred, cause)
    }

    public var code: DiagnosticCode { storage.code }
    public var cause: (any Error)? { storage.cause }
    /// What happened, without the place.
    public var reason: String { storage.message }
    /// The target's name; nil when the record itself is at fault.
    public var field: String? { storage.field }
    /// The source value, its letters and digits hidden.
    public var maskedValue: String? { storage.maskedValue }
    /// The row's line in the mapping file.
    public var mappingLine: Int? { storage.line }
    /// The record waits for another one that was not written yet: `xref` with `onMissing: defer`.
    public var isDeferred: Bool { storage.isDeferred }

    public var message: String {
        let place = storage.line.map { ", line \($0)" } ?? ""
        let field = storage.field.map { " \($0):" } ?? ""
        return "mapping '\(storage.mapping)'\(place):\(field) \(storage.message)"
    }

    public var disposition: Disposition {
        if isDeferred { return .transient(retryAfter: nil) }
        return (cause as? any Classified)?.disposition ?? .permanent
    }
}

/// A row that failed, while the record is still under way.
struct RowProblem {
    let code: DiagnosticCode
    let message: String
    var field: String
    let maskedValue: String?
    let line: Int
    var isDeferred = false
    var cause: (any Error)?
}

/// Why a row stopped; the details are kept by the evaluator, so that throwing costs nothing.
enum RowStop: Error {
    case failed
    /// A row whose value this one needs failed: that one is reported.
    case dependency
}

/// Hides what a value says and shows its shape.
enum ValueMask {
    static func masked(_ text: String, isPersonal: Bool) -> String {
        if isPersonal { return "***" }
        var result = ""
        for scalar in text.unicodeScalars.prefix(40) {
            let isShape =
                !scalar.properties.isAlphabetic
                && scalar.properties.numericType == nil && scalar.value >= 0x20
            result.unicodeScalars.append(isShape ? scalar : "*")
        }
        return text.unicodeScalars.count > 40 ? result + "…" : result
    }
}
