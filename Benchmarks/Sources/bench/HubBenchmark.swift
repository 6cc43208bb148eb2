internal import Glibc

/// The whole program with nothing to do: how soon it is ready, and what it takes.
enum HubBenchmark {
    static func run(_ surroundings: Surroundings) async throws -> [Line] {
        guard let program = Surroundings.environment("CROSSDOCK") else {
            throw Skip("CROSSDOCK names no program")
        }
        let repetitions = surroundings.repetitions(7)
        let one = try measure(program, surroundings, routes: 1, repetitions)
        let fifty = try measure(program, surroundings, routes: 50, repetitions)
        let thousand = try measure(program, surroundings, routes: 1_000, min(3, repetitions))
        return [
            Line(
                name: "cold start, 1 timer route", unit: "ms", ours: one.start, target: .atMost(80)),
            Line(
                name: "cold start, 50 timer routes", unit: "ms", ours: fifty.start,
                target: .atMost(150)),
            Line(
                name: "idle memory, 1 timer route", unit: "MB RSS", ours: one.memory,
                target: .atMost(40)),
            Line(
                name: "idle memory, 1,000 timer routes", unit: "MB RSS", ours: thousand.memory,
                target: .atMost(80)),
        ]
    }

    private static func measure(
        _ program: String, _ surroundings: Surroundings, routes: Int, _ repetitions: Int
    ) throws -> (start: Series, memory: Series) {
        let folder = "\(surroundings.folder)/hub\(routes)"
        guard mkdir(folder, 0o700) == 0 else { throw Trouble("\(folder) cannot be made") }
        let text = (0..<routes).map { number in
            """
            - route:
                id: tick\(number)
                from:
                  uri: timer:tick\(number)
                  parameters: { period: 60000, delay: 60000 }
                  steps:
                    - setBody: { constant: tick }
                    - to: { uri: "log:tick\(number)" }

            """
        }.joined()
        try Output.write(Array(text.utf8), to: "\(folder)/ticks.camel.yaml")
        var starts: [Double] = []
        var memory: [Double] = []
        for round in 0...repetitions {
            let state = "\(folder)/state\(round)"
            try Output.write(
                Array("state: { dir: \"\(state)\" }\n".utf8), to: "\(folder)/crossdock.yaml")
            let (start, resident) = try run(program, folder, ready: "\(folder)/ready\(round)")
            guard round > 0 else { continue }
            starts.append(start)
            memory.append(resident)
        }
        return (Series(starts), Series(memory))
    }

    /// - Returns: Milliseconds to ready, and megabytes after a second of quiet.
    private static func run(
        _ program: String, _ folder: String, ready: String
    ) throws -> (start: Double, memory: Double) {
        let start = Seconds.wall
        let child = try Child(
            [
                program, "run", "\(folder)/ticks.camel.yaml", "--config",
                "\(folder)/crossdock.yaml", "--ready-file", ready,
            ], log: "\(folder)/log")
        defer { child.end() }
        while access(ready, F_OK) != 0 {
            guard child.isRunning, Seconds.wall - start < 20 else {
                let log = (try? Output.read("\(folder)/log")) ?? []
                throw Trouble(
                    "the hub does not start: \(String(decoding: log.suffix(500), as: UTF8.self))")
            }
            usleep(200)
        }
        let took = (Seconds.wall - start) * 1e3
        usleep(1_500_000)
        return (took, try child.residentMegabytes())
    }
}
