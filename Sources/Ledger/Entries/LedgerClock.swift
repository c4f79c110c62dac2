package import Platform
package import Vocabulary

/// How far the wall time of an entry can be relied on.
package enum TimeConfidence: String, Sendable {
    /// The machine's clock, which is not behind anything known.
    case clock
    /// The newest time known, because the machine's clock is behind it.
    case watermark
    /// The machine's clock, which was never set.
    case unset
}

/// When something happened, by both clocks.
package struct LedgerTime: Hashable, Sendable {
    package let wall: Timestamp
    package let confidence: TimeConfidence
    /// Microseconds since boot, also while the machine slept.
    package let uptime: UInt64

    package init(wall: Timestamp, confidence: TimeConfidence, uptime: UInt64) {
        self.wall = wall
        self.confidence = confidence
        self.uptime = uptime
    }
}

/// Gives the ledger its times.
package protocol LedgerClock: Sendable {
    func now() -> LedgerTime
}

/// The machine's clock, judged by the newest time that something signed has told.
package struct WatermarkedClock: LedgerClock {
    /// No clock that was ever set shows a time before this program existed: 2026-01-01T00:00:00Z.
    package static let floor = Timestamp(seconds: 1_767_225_600)

    private let clock: any WallClock
    private let watermark: @Sendable () -> Timestamp?

    package init(_ clock: any WallClock = SystemClock(), watermark: @escaping @Sendable () -> Timestamp? = { nil }) {
        self.clock = clock
        self.watermark = watermark
    }

    package func now() -> LedgerTime {
        let wall = clock.now()
        let uptime = monotonicNanoseconds() / 1000
        if let watermark = watermark(), wall < watermark {
            return LedgerTime(wall: watermark, confidence: .watermark, uptime: uptime)
        }
        return LedgerTime(wall: wall, confidence: wall < Self.floor ? .unset : .clock, uptime: uptime)
    }
}
