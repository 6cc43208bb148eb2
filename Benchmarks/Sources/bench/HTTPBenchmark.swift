internal import CReference
internal import CrossdockHTTP

/// Calls over kept connections to a server of this process, 64 under way, against libcurl alone.
enum HTTPBenchmark {
    private static let inFlight = 64

    static func run(_ surroundings: Surroundings) async throws -> [Line] {
        let port = reference_server()
        guard port > 0 else { throw Trouble("no port can be had") }
        let address = "http://127.0.0.1:\(port)/records"
        var configuration = HTTPClientConfiguration()
        configuration.connectionsPerHost = inFlight
        let client = HTTPClient(configuration)
        let request = HTTPRequest(.get, try HTTPURL(address))
        let perTask = 400
        let count = inFlight * perTask
        let series = try await Turns.take(surroundings.repetitions(7)) {
            let start = Seconds.wall
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<inFlight {
                    group.addTask {
                        for _ in 0..<perTask {
                            let answer = try await client.send(request)
                            guard answer.body.count == 1_000 else {
                                throw Trouble("a short answer")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            return Double(count) / (Seconds.wall - start)
        } _: {
            let start = Seconds.wall
            guard reference_get(address, inFlight, count) == count else {
                throw Trouble("libcurl got short answers")
            }
            return Double(count) / (Seconds.wall - start)
        }
        client.shutDown()
        return [
            Line(
                name: "HTTP GET, 64 in flight", unit: "calls/s", ours: series.one,
                reference: ("libcurl multi in C", series.other))
        ]
    }
}
