internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockSettings
internal import Synchronization

/// One OData service of an SAP system.
final class SAPService: Sendable {
    let name: String
    let system: RemoteSystem
    /// The user whom we are logged in as, where a user is.
    let userName: String?
    private let client: String?
    private let language: String?
    private let clock: any HubClock
    private let known = Mutex<Task<ODataModel, any Error>?>(nil)
    /// The system's clock less ours, from the last answer that told.
    private let clockOffset = Mutex<Duration?>(nil)

    init(
        name: String, system: RemoteSystem, userName: String?, client: String?,
        language: String?, clock: any HubClock
    ) {
        self.userName = userName
        self.name = name
        self.system = system
        self.client = client
        self.language = language
        self.clock = clock
    }

    static let root = "/sap/opu/odata/sap/"

    /// An address below the service's root.
    func url(_ path: String, _ query: [(name: String, value: String)] = []) throws -> HTTPURL {
        var all = query
        if let client { all.append(("sap-client", client)) }
        if let language { all.append(("sap-language", language)) }
        return try system.origin.replacing(path: Self.root + name + path, query: all)
    }

    func send(_ request: HTTPRequest, _ what: String) async throws -> HTTPResponse {
        var request = request
        if request.headers["Accept"] == nil { request.headers["Accept"] = "application/json" }
        request.headers["DataServiceVersion"] = "2.0"
        request.headers["MaxDataServiceVersion"] = "2.0"
        let response = try await system.send(request, what)
        if let date = response.headers["Date"].flatMap(HTTPDate.instant) {
            let offset = Duration.milliseconds(date.millisecondsSince1970) - clock.elapsed
            clockOffset.withLock { $0 = offset }
        }
        return response
    }

    /// The content of `d` in an answer.
    func data(
        _ response: HTTPResponse, _ what: String, repetition: HTTPRequest.Repetition = .allowed
    ) throws -> JSONNode {
        guard let data = (try? JSONDocument(response.body))?.root["d"] else {
            throw ConnectorError.unexpectedAnswer(what, response, repetition: repetition)
        }
        return data
    }

    /// The system's time by its last answer; ours when it does not tell.
    var serverTime: Instant {
        guard let offset = clockOffset.withLock({ $0 }) else { return clock.now }
        return Instant(millisecondsSince1970: (offset + clock.elapsed).milliseconds)
    }

    // MARK: Metadata

    /// What the service offers, read once.
    func model() async throws -> ODataModel {
        let task = known.withLock { known -> Task<ODataModel, any Error> in
            if let known { return known }
            let task = Task { try await self.readModel() }
            known = task
            return task
        }
        do { return try await task.value } catch {
            known.withLock { if $0 == task { $0 = nil } }
            throw error
        }
    }

    private func readModel() async throws -> ODataModel {
        let request = HTTPRequest(
            .get, try url("/$metadata"), headers: ["Accept": "application/xml"])
        let response = try await send(request, "$metadata of \(name)")
        do { return try ODataModel(response.body) } catch {
            throw ConnectorError.unexpectedAnswer("$metadata of \(name)", response, cause: error)
        }
    }

    func type(of set: String) async throws -> ODataModel.EntityType {
        let model = try await model()
        guard let type = model.sets[set] else {
            let help = Suggestion.help(for: set, in: model.sets.keys).map { "; \($0)" } ?? ""
            throw ConnectorError(
                .remoteRefused, "the service \(name) has no entity set '\(set)'\(help)", .permanent)
        }
        return type
    }

    func property(_ property: String, of type: ODataModel.EntityType, _ set: String)
        throws(ConnectorError) -> ODataModel.Property
    {
        if let found = type.property(property) { return found }
        let names = type.properties.map(\.name)
        let help = Suggestion.help(for: property, in: names).map { "; \($0)" } ?? ""
        throw ConnectorError(
            .remoteRefused, "\(set) has no field '\(property)'\(help)", .permanent)
    }
}
