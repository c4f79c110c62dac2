/// How a ledger divides and bounds itself.
package struct LedgerLimits: Hashable, Sendable {
    /// A segment of this many bytes gets no further group.
    package var segment: UInt64
    /// What all segments together may take before the oldest are dropped.
    package var total: UInt64
    /// How long new entries wait for a checkpoint at most, in microseconds of uptime.
    package var checkpointInterval: UInt64

    package init(
        segment: UInt64 = 4 << 20, total: UInt64 = 256 << 20, checkpointInterval: UInt64 = 3_600_000_000
    ) {
        self.segment = segment
        self.total = total
        self.checkpointInterval = checkpointInterval
    }

    /// From here on it is nearly full: 80 % (IEC 62443-4-2 CR 2.9).
    var warning: UInt64 { total / 5 * 4 }
}
