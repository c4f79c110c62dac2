import CLinux
import Glibc
package import Vocabulary

/// Where the time of day comes from; a parameter, so that tests can stand in 1970.
package protocol WallClock: Sendable {
    func now() -> Timestamp
}

/// The machine's real-time clock, right or wrong.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp {
        Timestamp(seconds: time(of: CLOCK_REALTIME).seconds)
    }
}

/// Nanoseconds since the machine booted, also while it slept; never goes back (CLOCK_BOOTTIME).
package func monotonicNanoseconds() -> UInt64 {
    let time = time(of: CLOCK_BOOTTIME)
    return UInt64(time.seconds) * 1_000_000_000 + UInt64(time.nanoseconds)
}

private func time(of clock: Int32) -> (seconds: Int64, nanoseconds: Int64) {
    var (seconds, nanoseconds): (Int64, Int64) = (0, 0)
    _ = ac_clock(clock, &seconds, &nanoseconds)
    return (seconds, nanoseconds)
}
