internal import CrossdockCore
internal import CrossdockData

/// The headers that a dead letter carries beside its own: where it came from and why it is here.
public enum DeadLetterHeader {
    public static let topic = "x-cd-origin-topic"
    public static let queue = "x-cd-origin-queue"
    public static let route = "x-cd-route"
    public static let code = "x-cd-error-code"
    public static let reason = "x-cd-error"
    /// RFC 3339; of the first failure, when it failed before.
    public static let failedAt = "x-cd-first-failed-at"
}

extension BusMessage {
    /// The message as it is put with the dead letters: body and headers as they were, the reason
    /// beside them.
    func deadLetter(
        _ reason: DeadLetterReason, queue: String, topic: String, at now: Instant
    ) -> BusMessage {
        var letter = self
        let first = self[header: DeadLetterHeader.failedAt] ?? .string(Timestamp.text(now))
        let notes: [(String, Value)] = [
            (DeadLetterHeader.topic, .string(topic)), (DeadLetterHeader.queue, .string(queue)),
            (DeadLetterHeader.route, .string(reason.route)),
            (DeadLetterHeader.code, .string(reason.code)),
            // A reason is for people; the place for long texts is the log.
            (DeadLetterHeader.reason, .string(String(reason.message.prefix(1_000)))),
            (DeadLetterHeader.failedAt, first),
        ]
        letter.headers.removeAll { header in notes.contains { $0.0 == header.name } }
        letter.headers += notes.map { BusHeader($0.0, $0.1) }
        return letter
    }
}
