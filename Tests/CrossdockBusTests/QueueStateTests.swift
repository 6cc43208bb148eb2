internal import Testing

@testable internal import CrossdockBus

@Suite("What a queue knows of its topic")
struct QueueStateTests {
    private func delivered(_ count: UInt64) -> QueueState {
        var state = QueueState(cursor: 0, done: 0)
        for number in 0..<count { _ = state.takeNew(record: number * 10, end: number * 10 + 10) }
        return state
    }

    @Test("What is settled in any order runs together where it touches")
    func ranges() {
        var state = delivered(6)
        for start: UInt64 in [20, 0, 10, 50] { state.accept(start) }
        #expect(
            state.takeSettled() == [
                QueueState.Range(start: 0, end: 30, messages: 3),
                QueueState.Range(start: 50, end: 60, messages: 1),
            ])
        #expect(state.takeSettled().isEmpty)
        #expect(state.floor == 30)
        #expect(state.done == 4)
        #expect(state.outCount == 2)
    }

    @Test("A segment is needed as long as one of its messages is not settled")
    func segments() {
        var state = delivered(4)
        let first = TopicLog.Segment(base: 0, messagesBefore: 0, end: 20)
        let second = TopicLog.Segment(base: 20, messagesBefore: 2, end: 40)
        let third = TopicLog.Segment(base: 40, messagesBefore: 4, end: 60)
        for start: UInt64 in [0, 20, 30] { state.accept(start) }
        #expect(!state.isThrough(first))
        #expect(state.isThrough(second))
        #expect(!state.isThrough(third))
        state.accept(10)
        #expect(state.isThrough(first))
    }

    @Test("Delayed messages become ready in the order of their times")
    func delays() {
        var state = delivered(4)
        for (start, due): (UInt64, Int64) in [(0, 300), (10, 100), (20, 200)] {
            #expect(state.retry(start, due: due) == 1)
        }
        #expect(state.nextDue == 100)
        state.wake(now: 99)
        #expect(state.takeReady() == nil)
        state.wake(now: 250)
        #expect(state.takeReady()?.start == 10)
        #expect(state.takeReady()?.start == 20)
        #expect(state.takeReady() == nil)
        #expect(state.nextDue == 300)
        #expect(state.outCount == 3)
    }

    @Test("A message that was in hand at three crashes goes out alone")
    func suspects() {
        var entries: [UInt64: QueueState.Unsettled] = [:]
        for start: UInt64 in [0, 10] {
            entries[start] = QueueState.Unsettled(
                record: start, end: start + 10, earlier: 3, crashes: 3, phase: .ready)
        }
        var state = QueueState(cursor: 20, unsettled: entries, done: 0)
        #expect(state.takeReady()?.start == 0)
        #expect(state.isIsolating)
        #expect(state.takeReady() == nil)
        state.accept(0)
        #expect(!state.isIsolating)
        #expect(state.takeReady()?.start == 10)
        state.accept(10)
        _ = state.takeNew(record: 20, end: 30)
        #expect(!state.isIsolating)
    }

    @Test("Settling what is unknown or settled changes nothing")
    func strangers() {
        var state = delivered(2)
        state.accept(0)
        state.accept(0)
        state.giveBack(0)
        state.accept(77)
        #expect(state.retry(0, due: 5) == nil)
        #expect(state.done == 1)
        #expect(state.takeReady() == nil)
    }
}
