import Heartbeats
import TestSupport
import Testing

@Suite("When an endpoint is sent to")
struct ScheduleTests {
    private func after(_ events: [SendingSchedule.Event], at now: Duration = .zero, seed: UInt64 = 1) -> SendingSchedule
    {
        var (schedule, dice) = (SendingSchedule(), Dice(seed: seed))
        for event in events { schedule.after(event, at: now, using: &dice) }
        return schedule
    }

    @Test("Nothing is due while nothing waits; what is queued is due at once")
    func queued() {
        #expect(SendingSchedule().dueTime == nil)
        #expect(after([.queued(.routine)], at: .seconds(5)).dueTime == .seconds(5))
        #expect(after([.queued(.routine), .began]).dueTime == nil)
        #expect(after([.queued(.routine), .began, .ended(more: false)]).dueTime == nil)
    }

    @Test("While more waits there is a pause between transfers")
    func catchUp() throws {
        for seed in 0..<100 {
            let due = try #require(after([.began, .ended(more: true)], seed: UInt64(seed)).dueTime)
            #expect(Duration.milliseconds(2500)...(.milliseconds(7500)) ~= due)
        }
    }

    @Test("Pauses after failures spread from a second up to twice as long each time, at most a quarter of an hour")
    func backOff() throws {
        for failures in 1...20 {
            let pauses = try (0..<200).map { seed in
                try #require(
                    after([SendingSchedule.Event](repeating: .failed(retryAfter: nil), count: failures), seed: seed)
                        .dueTime)
            }
            let limit = min(900.0, 5 * Double(1 << min(failures - 1, 10)))
            #expect(pauses.allSatisfy { $0 >= .seconds(1) && $0 <= .seconds(limit) })
            // Full jitter: the whole span is used.
            #expect(
                pauses.contains { $0 > .seconds(limit * 0.9) } && pauses.contains { $0 < .seconds(limit * 0.25 + 1) })
        }
    }

    @Test("One transfer that ends well starts the pauses anew")
    func recovery() {
        let schedule = after([.failed(retryAfter: nil), .failed(retryAfter: nil), .ended(more: true)])
        #expect(schedule.failures == 0)
    }

    @Test(
        "A server's wish is obeyed, with some spread, up to an hour",
        arguments: [(10.0, 10.0, 11.0), (3600, 3600, 3660), (86400, 3600, 3660), (0, 1, 5)])
    func retryAfter(asked: Double, least: Double, most: Double) throws {
        for seed in 0..<50 {
            let due = try #require(after([.failed(retryAfter: .seconds(asked))], seed: UInt64(seed)).dueTime)
            #expect(Duration.seconds(least)...(.seconds(most)) ~= due)
        }
    }

    @Test("An alarm cuts a pause short, but not one that the server asked for; a person's wish does")
    func urgent() throws {
        let failures = [SendingSchedule.Event](repeating: .failed(retryAfter: nil), count: 12)
        for seed in 0..<50 {
            #expect(try #require(after(failures + [.queued(.urgent)], seed: UInt64(seed)).dueTime) <= .seconds(30))
        }
        #expect(after(failures + [.queued(.routine)]).dueTime == after(failures).dueTime)
        let ordered: [SendingSchedule.Event] = [.failed(retryAfter: .seconds(600))]
        #expect(after(ordered + [.queued(.urgent)]).dueTime == after(ordered).dueTime)
        #expect(after(ordered + [.asked]).dueTime == .zero)
    }

    @Test("Heartbeats keep their distance on average, and the first ones spread over the jitter")
    func interval() {
        var dice = Dice(seed: 3)
        var firsts: [Duration] = []
        for _ in 0..<200 {
            firsts.append(
                HeartbeatSchedule(interval: .seconds(900), jitter: .seconds(60), at: .zero, using: &dice).dueTime)
        }
        #expect(firsts.allSatisfy { $0 <= .seconds(60) })
        #expect(firsts.contains { $0 < .seconds(6) } && firsts.contains { $0 > .seconds(54) })
        var schedule = HeartbeatSchedule(interval: .seconds(900), jitter: .seconds(60), at: .zero, using: &dice)
        for _ in 0..<1000 { schedule.made(at: schedule.dueTime, using: &dice) }
        #expect((890_000.0...910_000).contains(schedule.dueTime / .seconds(1)))
    }
}
