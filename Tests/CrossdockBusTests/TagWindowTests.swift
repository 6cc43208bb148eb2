internal import Testing

@testable internal import CrossdockBus

@Suite("Acknowledging in batches")
struct TagWindowTests {
    private func window(_ tags: ClosedRange<UInt64>) -> TagWindow {
        var window = TagWindow()
        for tag in tags { window.append(tag) }
        return window
    }

    @Test("An unbroken run from the front is acknowledged by its last tag")
    func prefix() {
        var window = window(1...5)
        for tag: UInt64 in [2, 1, 3] { window.accept(tag) }
        #expect(window.takePrefix() == 3)
        #expect(window.takePrefix() == nil)
        #expect(!window.hasAccepted)
    }

    @Test("What is accepted behind a slow one is acknowledged alone, once")
    func behind() {
        var window = window(1...4)
        window.accept(2)
        window.accept(4)
        #expect(window.takePrefix() == nil)
        #expect(window.takeAccepted() == [2, 4])
        #expect(window.takeAccepted().isEmpty)
        window.accept(1)
        // Not 2: the broker has forgotten that tag, and naming it again would close the channel.
        #expect(window.takePrefix() == 1)
        window.accept(3)
        #expect(window.takePrefix() == 3)
    }

    @Test("A rejected one is not acknowledged with its neighbours' run")
    func rejected() {
        var window = window(1...3)
        window.drop(3)
        window.accept(1)
        window.accept(2)
        #expect(window.takePrefix() == 2)
        window.append(4)
        window.accept(4)
        #expect(window.takePrefix() == 4)
    }

    @Test("Tags that were never seen, or are settled, change nothing")
    func strangers() {
        var window = window(1...2)
        window.accept(0)
        window.accept(7)
        window.accept(1)
        window.accept(1)
        #expect(window.acceptedCount == 1)
        #expect(window.takePrefix() == 1)
        window.accept(1)
        window.drop(1)
        #expect(!window.hasAccepted)
    }
}

@Suite("Waiting for confirms")
struct PublishChannelTests {
    private func publish(_ id: String) -> AMQPPublish {
        var message = AMQPMessage()
        message.properties.messageID = id
        return AMQPPublish(
            message, exchange: "e", routingKey: "k", isMandatory: true, deadline: .max,
            completion: { _ in })
    }

    private func ids(_ entries: [PublishChannel.Entry]) -> [String?] {
        entries.map { $0.publish.message.properties.messageID }
    }

    @Test("Confirms come alone, together and out of order; each message is settled once")
    func confirms() {
        let channel = PublishChannel()
        for id in ["a", "b", "c", "d", "e"] { channel.append(publish(id)) }
        #expect(ids(channel.settle(2, multiple: false)) == ["b"])
        #expect(channel.settle(2, multiple: false).isEmpty)
        #expect(ids(channel.settle(3, multiple: true)) == ["a", "c"])
        #expect(channel.settle(3, multiple: true).isEmpty)
        #expect(channel.settle(9, multiple: false).isEmpty)
        #expect(ids(channel.takeAll()) == ["d", "e"])
    }

    @Test("A returned message is the first unsettled one of its id")
    func returned() {
        let channel = PublishChannel()
        for id in ["a", "b", "a"] { channel.append(publish(id)) }
        channel.returned(id: "a")
        #expect(channel.settle(1, multiple: false).map(\.isReturned) == [true])
        #expect(channel.settle(3, multiple: true).map(\.isReturned) == [false, false])
    }
}
