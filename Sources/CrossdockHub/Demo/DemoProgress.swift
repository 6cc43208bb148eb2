internal import Synchronization

/// Tells a person how far the demo is: a line that renews itself on a terminal, one every ten seconds
/// elsewhere.
struct DemoProgress: Sendable {
    let total: Int
    let isTerminal: Bool
    let write: @Sendable (String) -> Void

    /// Shows until it is cancelled.
    ///
    /// - Parameter done: How many records are through.
    func run(_ done: @Sendable () -> Int) async {
        let clock = ContinuousClock()
        let start = clock.now
        let pause = isTerminal ? Duration.milliseconds(250) : .seconds(10)
        while !Task.isCancelled {
            do { try await Task.sleep(for: pause) } catch { break }
            let line = line(done(), after: clock.now - start)
            write(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n")
        }
        if isTerminal { write("\r\u{1B}[K") }
    }

    /// `3,412 of 7,043 records, 1,204/s, 3 s left`.
    func line(_ done: Int, after elapsed: Duration) -> String {
        let (seconds, attoseconds) = elapsed.components
        let passed = Double(seconds) + Double(attoseconds) * 1e-18
        let rate = passed > 0 ? Double(done) / passed : 0
        var line = "\(Self.grouped(done)) of \(Self.grouped(total)) records"
        line += ", \(Self.grouped(Int(rate.rounded())))/s"
        if done >= total {
            line += ", waiting for the last write-backs to come back as echoes"
        } else if rate > 0 {
            line += ", \(Self.grouped(Int((Double(total - done) / rate).rounded(.up)))) s left"
        }
        return line
    }

    /// `7043` as `7,043`.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (position, digit) in String(number.magnitude).reversed().enumerated() {
            if position > 0, position % 3 == 0 { text = "," + text }
            text = String(digit) + text
        }
        return number < 0 ? "-" + text : text
    }
}
