package import Vocabulary

/// Seconds that never go back: they start at the wall clock and run on the boot clock, whatever is done to the wall clock.
///
/// A device whose clock was lost goes on where it had been, so that what lies between two restarts counts as no time rather than as
/// decades. Only a clock that shows a time before any device was made is corrected while running.
package struct Timeline: Sendable, Equatable {
    /// 2020-01-01: a clock before that was never set.
    private static let plausible: Double = 1_577_836_800

    private var origin: Double?
    private var boot: UInt64 = 0
    /// The newest second; kept over restarts.
    package private(set) var newest: Double

    package init(newest: Double = 0) { self.newest = newest }

    /// The second of a moment of the boot clock, and by how much all earlier seconds are to be moved if the clock was set at last.
    package mutating func second(of time: UInt64, wall: Timestamp) -> (second: Double, shift: Double?) {
        let clock = Double(wall.seconds)
        guard let start = origin else {
            (origin, boot) = (max(clock, newest), time)
            newest = max(clock, newest)
            return (newest, nil)
        }
        let passed = time >= boot ? Double(time - boot) / 1e9 : 0
        var shift: Double?
        if start + passed < Self.plausible, clock >= Self.plausible {
            shift = clock - (start + passed)
            origin = start + (shift ?? 0)
            newest += shift ?? 0
        }
        let second = start + (shift ?? 0) + passed
        newest = max(newest, second)
        return (second, shift)
    }
}
