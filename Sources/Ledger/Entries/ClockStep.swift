import Documents
import Vocabulary

/// A wall clock that went another way than the uptime between two entries.
struct ClockStep {
    /// Forward, or back where it is below zero.
    let seconds: Int64
    /// The machine was started in between, so that uptimes say nothing and only a step back can be seen.
    let acrossBoot: Bool

    /// Two clocks that are read in whole seconds, one of which is adjusted now and then, agree this far.
    private static let tolerance: UInt64 = 5

    /// Nil where the two clocks agree; one that is adjusted may gain or lose 1 s in 1,000 (adjtimex(2) allows half
    /// of that).
    init?(from last: LedgerTime, _ lastBoot: String, to now: LedgerTime, _ boot: String) {
        // While the watermark stands for the clock it stands still, which is no step.
        guard last.confidence != .watermark || now.confidence != .watermark else { return nil }
        let wall = now.wall.seconds - last.wall.seconds
        acrossBoot = boot != lastBoot
        if acrossBoot {
            guard wall < 0 else { return nil }
            seconds = wall
            return
        }
        let elapsed = Int64(clamping: now.uptime / 1_000_000) - Int64(clamping: last.uptime / 1_000_000)
        seconds = wall - elapsed
        guard seconds.magnitude > Self.tolerance + elapsed.magnitude / 1000 else { return nil }
    }

    var body: JSON { ["boot": .bool(acrossBoot), "seconds": .integer(seconds)] }
}
