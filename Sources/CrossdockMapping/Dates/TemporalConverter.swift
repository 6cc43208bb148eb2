/// `as: {date|time|dateTime}` in one direction: how it reads, where the clocks stand, how it writes.
///
/// - Threads: immutable.
final class TemporalConverter: Sendable {
    let kind: TemporalKind
    private let reading: TemporalPattern?
    private let writing: TemporalPattern
    private let source: TimeZoneTable
    private let target: TimeZoneTable

    /// - Parameters:
    ///   - reading: The only pattern accepted; nil recognises.
    ///   - source: Whose clocks times without an offset show.
    init(
        kind: TemporalKind, reading: TemporalPattern?, writing: TemporalPattern,
        source: TimeZoneTable, target: TimeZoneTable
    ) {
        self.kind = kind
        self.reading = reading
        self.writing = writing
        self.source = source
        self.target = target
    }

    /// - Returns: Nil when the text is no date or time that this row can use.
    func convert(_ text: Bytes, _ output: inout [UInt8]) -> Bool {
        guard var value = reading.map({ $0.read(text) }) ?? TemporalReader.recognise(text) else {
            return false
        }
        if reading?.special == .odataDate, kind == .date, value.civil.isMidnight {
            // What this side writes for a day; a day is never shifted.
            value.kind = .date
        }
        let local: CivilTime
        var offset = 0
        switch (value.kind, kind) {
        case (.date, .date), (.time, .time): local = value.civil
        case (.date, .dateTime), (.local, _), (.instant, _):
            (local, offset) = shifted(value)
        case (.date, .time), (.time, .date), (.time, .dateTime): return false
        }
        guard (1...9_999).contains(local.year) else { return false }
        if kind == .date {
            // Days are written at midnight; `odata2` means midnight UTC.
            var day = local
            (day.hour, day.minute, day.second, day.fraction) = (0, 0, 0, 0)
            writing.write(day, offset: 0, zone: target.name, to: &output)
        } else {
            writing.write(local, offset: offset, zone: target.name, to: &output)
        }
        return true
    }

    /// By the clock of the target's zone.
    private func shifted(_ value: TemporalValue) -> (CivilTime, Int) {
        let seconds = value.civil.seconds
        let instant = value.kind == .instant ? seconds : source.instant(of: seconds)
        let offset = target.offset(at: instant)
        return (CivilTime(seconds: instant + offset, fraction: value.civil.fraction), offset)
    }
}

extension CivilTime {
    var isMidnight: Bool { hour == 0 && minute == 0 && second == 0 && fraction == 0 }
}
