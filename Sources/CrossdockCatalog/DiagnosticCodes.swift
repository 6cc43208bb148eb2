internal import CrossdockBus
internal import CrossdockCore
internal import CrossdockCrypto
internal import CrossdockData
public import CrossdockDiagnostics
internal import CrossdockExpressions
internal import CrossdockHTTP
internal import CrossdockJSONata
internal import CrossdockMapping
internal import CrossdockModels
internal import CrossdockRouting
internal import CrossdockSandbox
internal import CrossdockSettings
internal import CrossdockStore
internal import CrossdockXML

/// Every code that a message can name, for `crossdock explain`.
public enum DiagnosticCodes {
    /// In the order of their numbers.
    public static let all: [DiagnosticCode] = lists.flatMap { $0 }.sorted { $0.id < $1.id }

    private static let lists: [[DiagnosticCode]] = [
        SettingsCodes.all, CoreCodes.all, ExpressionsCodes.all, JSONataCodes.all, XMLCodes.all,
        CryptoCodes.all, CrossdockHTTPCodes.all, BusCodes.all, StoreCodes.all, ModelCodes.all,
        SandboxCodes.all, RoutingCodes.all, MappingCodes.all,
    ]
}
