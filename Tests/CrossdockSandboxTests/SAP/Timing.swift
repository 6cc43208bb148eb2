import Glibc

/// How much slower a build without optimisation may be.
#if DEBUG
    let debugFactor = 30.0
#else
    let debugFactor = 1.0
#endif

/// Runs `body` and tells how much processor time this thread spent in it.
func cpuMilliseconds<Result>(_ body: () throws -> Result) rethrows -> (Result, Double) {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1_000_000
    }
    let start = now()
    let result = try body()
    return (result, now() - start)
}
