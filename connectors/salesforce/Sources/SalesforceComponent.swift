public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockHTTP
public import CrossdockSettings
internal import Synchronization

/// Reads and writes records of Salesforce orgs over the REST API.
///
/// One log-in, one pool of connections and one allowance of calls per connection, whatever number of
/// routes uses it.
public struct SalesforceComponent: Component {
    public static let scheme = "salesforce"
    public static let summary = "Reads, writes and follows records of Salesforce."
    public static let syntax = "salesforce:operationName"
    public static var options: [SettingDeclaration] { SalesforceOptions.declarations }

    private let services: ConnectorServices
    private let sessions: SalesforceSessions

    public init(_ services: ConnectorServices) {
        self.services = services
        sessions = SalesforceSessions(services)
    }

    /// - Parameter address: `salesforce:<operation>?sObjectName=…`, for example
    ///   `salesforce:upsertSObject?sObjectName=Account&sObjectIdName=CustomerNumber__c`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        let options: SalesforceOptions = try address.options()
        let operation = try operation(of: address)
        func missing(_ option: String) -> DiagnosticsError {
            DiagnosticsError(
                Diagnostic(
                    .badAddress, "\(address.name) needs '\(option)'", at: address.span,
                    help: "write \(address.name)?\(option)=…"))
        }
        if operation.needsObject, options.sObjectName == nil { throw missing("sObjectName") }
        if operation.needsExternalID, options.sObjectIdName == nil {
            throw missing("sObjectIdName")
        }
        let names =
            [options.sObjectName, options.sObjectIdName].compactMap { $0 }
            + options.fields + options.sObjectFields + options.writtenFields
        for name in names where !SOQL.isName(name) {
            throw DiagnosticsError(
                Diagnostic(
                    .badAddress, "'\(name)' is no name of an object or field", at: address.span))
        }
        let session = try sessions.session(options.connection, at: address.span)
        if operation == .changes {
            return SalesforceChangesEndpoint(
                options: options, session: session, services: services)
        }
        return SalesforceWriteOrReadEndpoint(
            operation: operation, address: address, options: options, session: session,
            services: services)
    }

    private func operation(of address: EndpointAddress) throws(DiagnosticsError)
        -> SalesforceOperation
    {
        if let operation = SalesforceOperation(rawValue: address.path) { return operation }
        let isPlanned = SalesforceOperation.planned.contains(address.path)
        throw DiagnosticsError(
            Diagnostic(
                .badAddress,
                isPlanned
                    ? "the operation '\(address.path)' is not offered yet"
                    : "'\(address.path)' is no operation of salesforce:", at: address.span,
                help: Suggestion.help(
                    for: address.path, in: SalesforceOperation.allCases.map(\.rawValue))))
    }
}

struct SalesforceChangesEndpoint: ConsumingEndpoint {
    let options: SalesforceOptions
    let session: SalesforceSession
    let services: ConnectorServices

    func makeConsumer(for route: RouteContext) throws -> any Consumer {
        ChangeConsumer(
            SalesforceChanges(options: options, session: session, clock: services.clock),
            ChangeConsumer.Options(delay: options.delay, maxInFlight: options.maxInFlight),
            outbox: services.store, route: route)
    }
}

struct SalesforceWriteOrReadEndpoint: ProducingEndpoint {
    let operation: SalesforceOperation
    let address: EndpointAddress
    let options: SalesforceOptions
    let session: SalesforceSession
    let services: ConnectorServices

    func makeProducer(for route: RouteContext) throws -> any Producer {
        let target = [
            address.name, session.system.name, options.sObjectName ?? "",
            options.sObjectIdName ?? "",
        ].joined(separator: "|")
        return SalesforceProducer(
            operation: operation, options: options, session: session,
            recorder: EffectRecorder(
                journal: services.store, route: route.routeID, target: target))
    }
}

/// The sessions of all connections, each made when it is first asked for.
final class SalesforceSessions: Sendable {
    private let services: ConnectorServices
    private let sessions = Mutex<[String: SalesforceSession]>([:])

    init(_ services: ConnectorServices) { self.services = services }

    func session(_ name: String?, at span: SourceSpan?) throws -> SalesforceSession {
        let settings = try services.connections.connection(name, system: "salesforce", at: span)
        let name = name ?? "salesforce"
        return try sessions.withLock { sessions throws in
            if let session = sessions[name] { return session }
            let session = try SalesforceSession(name: name, settings, services, at: span)
            sessions[name] = session
            return session
        }
    }
}
