public import CrossdockDiagnostics

/// Every code of the bus: the embedded one, the broker, and the components that use them.
public enum BusCodes {
    public static let all: [DiagnosticCode] = [
        .busTopicUnheard, .busUnreachable, .busLoginRefused, .busOutcomeUnknown, .busRefused,
        .busBlocked, .busTopologyDiffers, .busBrokerTooOld, .busAddress, .busGuest, .busTLS,
        .busQueueGone, .busNotThere, .busMessageTooLarge, .busUnreadableMessage, .busClosed,
        .busProtocol, .busLocked, .busDiskFull, .busDiskFailed, .busDamaged, .busFormat, .busFull,
        .busUnwritable, .busName, .busDeliveredTooOften, .busParkedHere, .busUnverified,
    ]
}

// What concerns any bus.
extension DiagnosticCode {
    public static let busTopicUnheard = DiagnosticCode(
        "CD6110", "Nobody consumes this topic",
        """
        A message was sent to a topic or an exchange from which no queue receives, so it would have \
        vanished. It was not accepted, and the sender was told. Start a route that consumes the topic, \
        correct the name, or set requireConsumer=false on the sending endpoint when such messages may \
        be dropped.
        """)
    public static let busOutcomeUnknown = DiagnosticCode(
        "CD6111", "It is not known whether the bus took the message",
        """
        The connection or channel ended after the message was sent and before it was confirmed. The \
        broker may have stored it. It is safe to send it again under the same id: consumers recognise \
        a repeated id.
        """)
    public static let busMessageTooLarge = DiagnosticCode(
        "CD6112", "The message is larger than the bus takes",
        """
        A message's body or headers exceed the limit. Put large contents where both sides can read \
        them and send a reference, or raise bus.maxMessageSize.
        """)
    public static let busUnreadableMessage = DiagnosticCode(
        "CD6113", "The message cannot be put on or read from the bus as it is",
        """
        A header has a type the bus does not carry, a table is nested too deeply, or a name or value \
        is too long for the protocol. The text names the header.
        """)
    public static let busClosed = DiagnosticCode(
        "CD6114", "The bus is closed",
        "The hub is stopping, or the bus stopped after an error that was reported before this one.")
    public static let busName = DiagnosticCode(
        "CD6115", "This name cannot be used for a topic or queue",
        """
        Names of topics and queues are 1 to 200 bytes of UTF-8 without control characters, and do not \
        begin with "amq.".
        """)
    public static let busFull = DiagnosticCode(
        "CD6116", "The topic is full",
        """
        The messages waiting in the topic have reached bus.maxBytes, and none was consumed within the \
        time allowed for publishing. Nothing was lost: the sender still has the message. Let consumers \
        catch up, start more of them, or raise the limit. A queue whose route no longer exists keeps \
        its messages for ever: `crossdock bus inspect` shows it.
        """)
    public static let busDeliveredTooOften = DiagnosticCode(
        "CD6117", "The message was delivered again and again without being settled",
        """
        The hub died, or lost its connection, every time it had this message under way. So that it \
        cannot keep the hub from working, it was put with the dead letters.
        """)
}

// What concerns a broker.
extension DiagnosticCode {
    public static let busUnreachable = DiagnosticCode(
        "CD6120", "The message broker cannot be reached",
        """
        The connection could not be made or was lost. The hub keeps trying; messages that are not \
        confirmed stay with their sender. Check bus.url, the network and whether the broker runs.
        """)
    public static let busLoginRefused = DiagnosticCode(
        "CD6121", "The message broker refuses the log-in",
        """
        User, password or client certificate are wrong, the virtual host does not exist, or the user \
        has no permission there.
        """)
    public static let busRefused = DiagnosticCode(
        "CD6122", "The broker did not take the message",
        """
        The broker answered with a negative acknowledgement: a queue is full or has no leader now. The \
        message was sent again until the time allowed for publishing was over.
        """)
    public static let busBlocked = DiagnosticCode(
        "CD6123", "The broker takes no messages now",
        """
        A memory or disk alarm of the broker blocks all publishers. Nothing was lost; messages stay \
        with their senders. Give the broker memory or disk space.
        """)
    public static let busTopologyDiffers = DiagnosticCode(
        "CD6124", "A queue or exchange exists with other arguments",
        """
        The broker has an object of this name whose type or arguments are not those the hub needs to \
        keep its promises. Nothing was changed. Empty and delete the object, or let a policy that \
        changes it go, and start again.
        """)
    public static let busBrokerTooOld = DiagnosticCode(
        "CD6125", "The broker is too old",
        """
        RabbitMQ 3.10 or later is needed: earlier versions have no at-least-once dead-lettering for \
        quorum queues, so dead letters could be lost.
        """)
    public static let busAddress = DiagnosticCode(
        "CD6126", "The address of the bus cannot be used",
        """
        bus.url is empty for the embedded bus, or amqp://user:password@host:5672/vhost, or amqps:// \
        for TLS. Reserved characters in user, password and vhost are percent-encoded; several hosts \
        are separated by commas.
        """)
    public static let busGuest = DiagnosticCode(
        "CD6127", "The user guest is for this machine only",
        """
        The well-known user guest is accepted for a broker on the loopback interface and nowhere else. \
        Create a user for the hub.
        """)
    public static let busTLS = DiagnosticCode(
        "CD6128", "No secure connection to the broker",
        """
        The TLS handshake failed: the certificate is not signed by a trusted authority (tls.caFile), \
        is for another host name, has expired, or the broker offers nothing newer than TLS 1.1. \
        Certificates are matched by DNS name, so the address must name the host, not its IP address.
        """)
    public static let busQueueGone = DiagnosticCode(
        "CD6129", "A queue disappeared under its consumer",
        """
        Somebody deleted the queue, or its broker node went away. The hub declares its own queues \
        again and goes on; messages that were in a deleted queue are gone.
        """)
    public static let busNotThere = DiagnosticCode(
        "CD6130", "The broker knows no such exchange, queue or virtual host",
        """
        Create it, correct the name, or set autoDeclare=true. Messages that were sent and not \
        confirmed when this was noticed are sent again under the same id.
        """)
    public static let busProtocol = DiagnosticCode(
        "CD6131", "The broker closed the connection or channel",
        "The text is the broker's own. The hub opens a new one; nothing confirmed is lost.")
    public static let busUnverified = DiagnosticCode(
        "CD6132", "The effective arguments of the queues were not read back",
        """
        Declaring a queue again proves the arguments it was declared with; a policy set by an operator \
        can still change how it behaves. With bus.managementUrl the hub reads the effective arguments \
        and refuses to start when they differ.
        """)
    public static let busParkedHere = DiagnosticCode(
        "CD6133", "A failed message was parked in the hub",
        """
        The queue it came from has no dead-letter exchange, so rejecting it would have destroyed it. \
        `crossdock dlq` shows and replays it. Give the queue a dead-letter exchange to keep failed \
        messages in the broker.
        """)
}

// What concerns the embedded bus.
extension DiagnosticCode {
    public static let busLocked = DiagnosticCode(
        "CD6140", "Another process uses this bus",
        """
        The embedded bus belongs to one process at a time. Stop the other hub, give this one a \
        state.dir of its own, or let both use a RabbitMQ through bus.url.
        """)
    public static let busDiskFull = DiagnosticCode(
        "CD6141", "The disk of the bus is full",
        """
        There is no room for the message. It was not accepted; nothing half-written stays behind, and \
        what is queued can still be consumed. Free space on the disk of state.dir.
        """)
    public static let busDiskFailed = DiagnosticCode(
        "CD6142", "The disk of the bus failed",
        """
        Writing or flushing failed, so what was written last may be lost although the system said \
        otherwise. Going on could lose messages silently: the hub stops at once. Messages that were \
        not acknowledged are still with their senders. Check the disk and the system's log, then \
        start again.
        """)
    public static let busDamaged = DiagnosticCode(
        "CD6143", "A file of the bus is damaged",
        """
        A checksum does not match in a place that was once written completely. The hub does not guess \
        what stood there. Restore the folder from a backup, or move the named file away and replay \
        its source; `crossdock bus inspect` shows what can still be read.
        """)
    public static let busFormat = DiagnosticCode(
        "CD6144", "The folder of the bus was written by another version",
        "A newer Crossdock wrote it, or it is no bus at all. Use the version that wrote it.")
    public static let busUnwritable = DiagnosticCode(
        "CD6145", "The folder of the bus cannot be used",
        "It cannot be created, read or written by this user. The text names the path and the reason."
    )
}
