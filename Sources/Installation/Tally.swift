import Synchronization

/// Adds up what several threads do in one phase, and reports it in rising order.
final class Tally: Sendable {
    private struct State {
        var done: UInt64 = 0
        var written: UInt64 = 0
    }

    private let state = Mutex(State())
    private let phase: InstallProgress.Phase
    private let total: UInt64
    private let report: @Sendable (InstallProgress) -> Void
    private let inPlace: UInt64

    /// `inPlace` are the bytes that an earlier phase found in place.
    init(
        _ phase: InstallProgress.Phase, total: UInt64, inPlace: UInt64 = 0,
        report: @escaping @Sendable (InstallProgress) -> Void
    ) {
        self.phase = phase
        self.total = total
        self.inPlace = inPlace
        self.report = report
    }

    /// The bytes that went to the medium so far.
    var written: UInt64 { state.withLock { $0.written } }

    /// Counts a chunk of `count` bytes of which `written` went to the medium.
    func finishChunk(_ count: Int, written: Int = 0) {
        state.withLock { state in
            state.done += UInt64(count)
            state.written += UInt64(written)
            let skipped = phase == .writing ? state.done - state.written : inPlace
            // Under the lock, so that no report overtakes a later one.
            report(InstallProgress(phase: phase, done: state.done, total: total, skipped: skipped))
        }
    }
}
