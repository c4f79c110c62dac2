import Ledger
import Platform
import Testing
import Vocabulary

private struct StoppedClock: WallClock {
    let seconds: Int64
    func now() -> Timestamp { Timestamp(seconds: seconds) }
}

@Suite("The ledger's clock")
struct LedgerClockTests {
    @Test(
        "The larger of clock and watermark is taken, and how sure it is is told",
        arguments: [
            (1_800_000_000, nil, 1_800_000_000, TimeConfidence.clock),
            (1_800_000_000, 1_790_000_000, 1_800_000_000, .clock),
            (1_800_000_000, 1_800_000_000, 1_800_000_000, .clock),
            (1_790_000_000, 1_800_000_000, 1_800_000_000, .watermark),
            (0, 1_800_000_000, 1_800_000_000, .watermark),
            (0, nil, 0, .unset),
            (1_767_225_599, nil, 1_767_225_599, .unset),
            (1_767_225_600, nil, 1_767_225_600, .clock),
        ] as [(Int64, Int64?, Int64, TimeConfidence)])
    func confidence(clock: Int64, watermark: Int64?, wall: Int64, confidence: TimeConfidence) {
        let time = WatermarkedClock(StoppedClock(seconds: clock)) { watermark.map { Timestamp(seconds: $0) } }.now()
        #expect(time.wall == Timestamp(seconds: wall))
        #expect(time.confidence == confidence)
    }

    @Test("The uptime never goes back")
    func uptime() {
        let clock = WatermarkedClock()
        let first = clock.now().uptime
        #expect(first > 0)
        #expect(clock.now().uptime >= first)
    }
}
