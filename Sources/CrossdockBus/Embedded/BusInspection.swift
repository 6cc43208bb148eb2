public import CrossdockCore
public import CrossdockDiagnostics
internal import Synchronization

/// What lies in the folder of an embedded bus.
///
/// Only reads, so it may run beside the hub that uses the folder.
public struct BusInspection: Sendable, Hashable {
    public struct Topic: Sendable, Hashable {
        public var name: String
        public var segments: Int
        /// Unit: bytes on disk, of messages that are still there.
        public var bytes: UInt64
        /// How many messages the topic ever had.
        public var messages: UInt64
        /// Bytes at the end that belong to a batch being written, or to one that never was.
        public var unfinishedBytes: UInt64
        public var queues: [Queue]
    }

    public struct Queue: Sendable, Hashable {
        public var name: String
        /// Messages that were never delivered.
        public var waiting: Int
        /// Messages that were delivered and are not settled.
        public var unsettled: Int
        /// Those of the unsettled ones that come again at a later time.
        public var delayed: Int
        /// When the oldest message that is not settled was sent.
        public var oldest: Instant?
    }

    public var topics: [Topic]
    /// What cannot be read, each with its file.
    public var problems: [Diagnostic]

    /// - Throws: ``BusError`` with CD6144 when the folder is no bus or one of another version.
    public static func read(folder path: String) throws(BusError) -> BusInspection {
        let folder = try BusFolder.read(path, disk: Disk())
        var result = BusInspection(topics: [], problems: [])
        for name in try folder.topicNames() {
            do throws(BusError) {
                if let topic = try result.topic(name, in: folder) { result.topics.append(topic) }
            } catch { result.problems.append(Diagnostic(error.code, error.message)) }
        }
        return result
    }

    private mutating func topic(
        _ name: String, in folder: BusFolder
    ) throws(BusError) -> Topic? {
        guard
            let (log, unfinished) = try TopicLog.look(
                name, folder: try folder.topicFolder(name), disk: folder.disk)
        else { return nil }
        let view = log.view.withLock { $0 }
        var topic = Topic(
            name: name, segments: view.segments.count, bytes: view.size, messages: view.messages,
            unfinishedBytes: unfinished, queues: [])
        for queue in try folder.queueNames(of: name) {
            do throws(BusError) {
                topic.queues.append(try Self.queue(queue, of: log, in: folder))
            } catch { problems.append(Diagnostic(error.code, error.message)) }
        }
        return topic
    }

    private static func queue(
        _ name: String, of log: TopicLog, in folder: BusFolder
    ) throws(BusError) -> Queue {
        let path = try folder.queuePath(name, of: log.name)
        let bytes = try usable { () throws(DiskError) in try folder.disk.contents(path) }
        let state = try QueueRecovery(bytes, file: path).state(
            of: log, now: SystemClock().now.millisecondsSince1970)
        var reader = LogReader(log)
        let oldest =
            if let first = state.unsettled.min(by: { $0.key < $1.key }) {
                try reader.message(at: first.value.record).time
            } else {
                try reader.next(from: state.cursor, to: log.end)?.message.time
            }
        let open = Int(clamping: log.view.withLock { $0.messages } &- state.done)
        return Queue(
            name: name, waiting: max(0, open - state.unsettled.count),
            unsettled: state.unsettled.count, delayed: state.delayedCount, oldest: oldest)
    }

    /// Reads the messages of a queue that are not settled, oldest first.
    ///
    /// - Parameter limit: How many at most.
    public static func messages(
        of queue: String, topic: String, folder path: String, limit: Int
    ) throws(BusError) -> [BusMessage] {
        let folder = try BusFolder.read(path, disk: Disk())
        guard
            let (log, _) = try TopicLog.look(
                topic, folder: try folder.topicFolder(topic), disk: folder.disk)
        else { return [] }
        let file = try folder.queuePath(queue, of: topic)
        let bytes = try usable { () throws(DiskError) in try folder.disk.contents(file) }
        let state = try QueueRecovery(bytes, file: file).state(
            of: log, now: SystemClock().now.millisecondsSince1970)
        var reader = LogReader(log)
        var messages: [BusMessage] = []
        for (_, entry) in state.unsettled.sorted(by: { $0.key < $1.key }).prefix(limit) {
            messages.append(try reader.message(at: entry.record))
        }
        var position = state.cursor
        while messages.count < limit, let next = try reader.next(from: position, to: log.end) {
            messages.append(next.message)
            position = next.end
        }
        return messages
    }
}
