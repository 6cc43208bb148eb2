import CrossdockXML
import Glibc

/// How much slower this build on this machine is than the one the limits were set on: there, a plain
/// megabyte took 10 ms. The limits are ratios to that, not times.
let machineFactor: Double = {
    let plain = Array(("<a>" + String(repeating: "<b>0123456789</b>", count: 60_000) + "</a>").utf8)
    let best = (0..<5).map { _ in cpuMilliseconds { try? XMLDocument(plain) }.1 }.min() ?? 10
    return max(1, best / 10)
}()

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

/// The memory of this process that is in use now, in kilobytes.
func residentKilobytes() -> Int {
    let file = open("/proc/self/statm", O_RDONLY)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 200)
    let count = read(file, &buffer, buffer.count)
    let fields = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4 : 0
}
