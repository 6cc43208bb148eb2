public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockModels
public import CrossdockSettings

/// Scores messages with registered models.
public struct ModelComponent: Component {
    public static let scheme = "model"
    public static let summary = "Scores messages with a registered model."
    public static let syntax = "model:name"
    public static var options: [SettingDeclaration] { ModelOptions.declarations }

    private let shelf: ModelShelf

    /// - Parameter shelf: Keeps loaded models ready.
    public init(_ shelf: ModelShelf) { self.shelf = shelf }

    /// - Parameter address: `model:<name>@<alias>` or `model:<name>:<version>`, for example
    ///   `model:churn@champion?operation=score`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        ModelEndpoint(
            reference: try ModelReference(address.path),
            options: try address.options(ModelOptions.self), shelf: shelf)
    }
}

struct ModelOptions: Settings {
    enum Operation: String, SettingChoice { case score }

    @Setting("What to do.")
    var operation = Operation.score
    @Setting("The variable that takes the prediction.")
    var resultVariable = "prediction"
    @Setting("How many reasons a prediction carries at most.", in: 0...100)
    var reasons = 0

    init() {}
}

struct ModelEndpoint: ProducingEndpoint {
    let reference: ModelReference
    let options: ModelOptions
    let shelf: ModelShelf

    func makeProducer(for route: RouteContext) throws -> any Producer {
        ScoreProducer(
            reference: reference, variable: options.resultVariable,
            reasons: options.reasons > 0 ? .top(options.reasons) : .none, shelf: shelf)
    }
}

/// Leaves the message as it is and sets a variable to `{score, label, model, version, source, reasons}`.
struct ScoreProducer: Producer {
    let reference: ModelReference
    let variable: String
    let reasons: ReasonPolicy
    let shelf: ModelShelf

    /// A model that cannot be loaded keeps the route from starting.
    func prepare() async throws { _ = try shelf.model(reference) }

    func process(_ exchange: inout Exchange) async throws {
        let record = try exchange.message.body.json()
        let model = try shelf.model(reference)
        let prediction = try model.score(record.root, reasons: reasons)
        exchange.variables[variable] = .value(prediction.value)
    }
}
