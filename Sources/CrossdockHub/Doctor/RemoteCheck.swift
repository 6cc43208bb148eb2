internal import CrossdockBus
internal import CrossdockCore
internal import CrossdockCrypto
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockSettings

/// Whether a message broker takes the hub's log-in.
enum BrokerCheck {
    static func check(
        _ name: String, _ settings: () throws -> BrokerSettings?
    ) async -> Checkup {
        do {
            guard var settings = try settings() else { return Checkup(name, .ok, "not used") }
            settings.requestTimeout = .seconds(5)
            settings.connectionName = "crossdock doctor"
            let broker = try RabbitMQBus(settings)
            let result: Result<Void, any Error>
            do {
                _ = try await broker.declare(BusTopology())
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await broker.close()
            try result.get()
            return Checkup(name, .ok, "\(settings.address.redacted) takes the log-in")
        } catch {
            let classified = error as? any Classified
            // A refused log-in or a bad address is put right here; an absent broker is not.
            return Checkup(
                name, .fail, classified?.description ?? "\(error)",
                help: classified.map { "crossdock explain \($0.code.id)" },
                isRemote: classified?.code == .busUnreachable)
        }
    }
}

/// Whether a remote system answers, and whether its clock agrees with ours.
enum ConnectionCheck {
    /// Unit: seconds that a signed log-in forgives.
    private static let clockTolerance: Int64 = 120

    static func check(_ name: String, _ settings: ConnectionSettings) async -> [Checkup] {
        let client: HTTPClient
        var request: HTTPRequest
        do {
            client = try HTTPClient(for: settings)
            request = HTTPRequest(.get, try HTTPURL(settings.url))
        } catch {
            return [failure(name, error)]
        }
        defer { client.shutDown() }
        request.redirects = .returned
        var timeouts = HTTPTimeouts()
        timeouts.total = .seconds(10)
        timeouts.connect = .seconds(5)
        request.timeouts = timeouts
        // One call with what goes out with every call anyway shows a refused log-in at no cost.
        let basic = settings.auth.flatMap(Self.basic)
        if let basic { request.headers["Authorization"] = basic.revealed }
        do {
            let response = try await client.send(request)
            let isRefused = basic != nil && response.status == 401
            let answer =
                isRefused
                ? Checkup(
                    name, .fail, "\(request.url.origin) refuses user name or password",
                    help: "check connections.….auth")
                : Checkup(name, .ok, "\(request.url.origin) answers")
            return [answer] + clock(name, response)
        } catch {
            return [failure(name, error)]
        }
    }

    private static func basic(_ auth: AuthSettings) -> Secret? {
        guard auth.kind == .basic, let user = auth.username, let password = auth.password else {
            return nil
        }
        return Secret("Basic " + Base64.encode(Array("\(user):\(password.revealed)".utf8)))
    }

    private static func clock(_ name: String, _ response: HTTPResponse) -> [Checkup] {
        guard let theirs = response.headers["Date"].flatMap(HTTPDate.instant) else { return [] }
        let ours = SystemClock().now.millisecondsSince1970
        let seconds = (ours - theirs.millisecondsSince1970) / 1_000
        guard seconds.magnitude > UInt64(clockTolerance) else { return [] }
        return [
            Checkup(
                name, .warn,
                "our clock is \(seconds.magnitude) s \(seconds > 0 ? "ahead of" : "behind") its own",
                help: "signed log-ins fail when clocks differ")
        ]
    }

    private static func failure(_ name: String, _ error: any Error) -> Checkup {
        let classified = error as? any Classified
        // What the settings forbid is not the other side's fault.
        let isOurs = ["CD3130", "CD3137", "CD3142"].contains(classified?.code.id)
        return Checkup(
            name, .fail, classified?.description ?? "\(error)",
            help: classified.map { "crossdock explain \($0.code.id)" }, isRemote: !isOurs)
    }
}

/// Asks a running hub whether it is ready.
public enum HubProbe {
    /// - Parameter url: The hub's management listener; without a path `/readyz` is asked.
    /// - Returns: Whether it says yes, and why not.
    public static func ask(_ url: String) async -> (isReady: Bool, detail: String) {
        do {
            var configuration = HTTPClientConfiguration()
            // The operator names the address, on the command line.
            configuration.addresses.allowHTTP = true
            configuration.addresses.allowPrivate = true
            let client = HTTPClient(configuration)
            defer { client.shutDown() }
            let address = try HTTPURL(url)
            var request = HTTPRequest(
                .get,
                address.path.isEmpty || address.path == "/"
                    ? try address.replacing(path: "/readyz") : address)
            var timeouts = HTTPTimeouts()
            timeouts.total = .seconds(5)
            timeouts.connect = .seconds(2)
            request.timeouts = timeouts
            let response = try await client.send(request)
            return (
                response.status == 200,
                String(decoding: response.body.prefix(2_000), as: UTF8.self)
            )
        } catch {
            return (false, (error as? any Classified)?.description ?? "\(error)")
        }
    }
}
