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
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec))
    }
}

/// Nanoseconds since the machine booted, also while it slept; never goes back (CLOCK_BOOTTIME).
package func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
