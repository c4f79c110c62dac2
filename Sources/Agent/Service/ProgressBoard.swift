package import Installation
import Platform
import Synchronization

/// How far long work is, written by worker threads and read by whoever shows it.
package final class ProgressBoard: Sendable {
    /// Progress with its pace.
    package struct Reading: Equatable, Sendable {
        package let progress: InstallProgress
        /// Bytes a second since the phase began.
        package let rate: UInt64
        /// Seconds left in this phase at that rate; nil while it cannot be told.
        package let secondsLeft: UInt64?
    }

    private struct State {
        var reading: Reading?
        var phaseBegan: UInt64 = 0
        var shown: UInt64 = 0
        var moved: UInt64 = 0
    }

    /// At most five times a second: a progress bar needs no more, and a bus should carry no more.
    private static let interval: UInt64 = 200_000_000

    private let state = Mutex(State())
    private let show: @Sendable () -> Void

    package init(show: @escaping @Sendable () -> Void) { self.show = show }

    package var reading: Reading? { state.withLock { $0.reading } }

    package func update(_ progress: InstallProgress) {
        let now = monotonicNanoseconds()
        let isDue = state.withLock { state in
            if state.reading?.progress.phase != progress.phase { state.phaseBegan = now }
            let elapsed = max(1, now - state.phaseBegan)
            // A rate over the first moment would be any number.
            let rate = elapsed > Self.interval ? UInt64(Double(progress.done) * 1e9 / Double(elapsed)) : 0
            let left = rate > 0 ? (progress.total - progress.done) / rate : nil
            state.reading = Reading(progress: progress, rate: rate, secondsLeft: left)
            state.moved = now
            guard now - state.shown >= Self.interval || progress.done == progress.total else { return false }
            state.shown = now
            return true
        }
        if isDue { show() }
    }

    package func begin() { state.withLock { $0 = State(moved: monotonicNanoseconds()) } }

    package func end() { state.withLock { $0 = State() } }

    /// Whether work is going on that has not moved for this long.
    package func isStuck(for limit: Duration) -> Bool {
        let nanoseconds = UInt64(limit / .nanoseconds(1))
        return state.withLock { $0.moved != 0 && monotonicNanoseconds() - $0.moved > nanoseconds }
    }
}
