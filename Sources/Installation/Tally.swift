import Synchronization

/// Counts what several threads do, and keeps the first thing that went wrong.
final class Tally: Sendable {
    private struct State {
        var done: UInt64 = 0
        var skipped: UInt64 = 0
        var written: UInt64 = 0
        var failure: InstallationError?
    }

    private let state = Mutex(State())
    private let total: UInt64
    private let report: @Sendable (InstallProgress) -> Void

    init(total: UInt64, report: @escaping @Sendable (InstallProgress) -> Void) {
        self.total = total
        self.report = report
    }

    var failure: InstallationError? { state.withLock { $0.failure } }

    var written: UInt64 { state.withLock { $0.written } }

    var skipped: UInt64 { state.withLock { $0.skipped } }

    func fail(_ error: InstallationError) {
        state.withLock { if $0.failure == nil { $0.failure = error } }
    }

    /// Counts a chunk of `count` bytes of which `written` went to the medium.
    func finishChunk(_ count: Int, written: Int, in phase: InstallProgress.Phase) {
        let progress = state.withLock { state in
            state.done += UInt64(count)
            state.written += UInt64(written)
            state.skipped += phase == .writing && written == 0 ? UInt64(count) : 0
            return InstallProgress(phase: phase, done: state.done, total: total, skipped: state.skipped)
        }
        report(progress)
    }

    func startPhase() { state.withLock { $0.done = 0 } }
}
