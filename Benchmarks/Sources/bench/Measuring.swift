internal import Glibc

/// Clocks in seconds.
enum Seconds {
    /// Of the wall.
    static var wall: Double { read(CLOCK_MONOTONIC) }
    /// Of all threads of this process: what a program costs when it has one core to itself, whoever
    /// else runs on the machine.
    static var processor: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// Two things measured in turns, so that what the machine does meanwhile meets both.
enum Turns {
    /// - Parameters: Closures return the figure of one repetition.
    static func take(
        _ repetitions: Int, warmUp: Bool = true, _ one: () async throws -> Double,
        _ other: () async throws -> Double
    ) async throws -> (one: Series, other: Series) {
        if warmUp {
            _ = try await one()
            _ = try await other()
        }
        var ones: [Double] = []
        var others: [Double] = []
        for _ in 0..<repetitions {
            ones.append(try await one())
            others.append(try await other())
        }
        return (Series(ones), Series(others))
    }
}
