import Documents
import Platform
import Synchronization

/// Draws the progress of a check that runs in this process, from whatever thread reports it.
final class CheckingBoard: Sendable {
    private struct State {
        var line: ProgressLine
        var shown: UInt64 = 0
    }

    private static let interval: UInt64 = 200_000_000

    private let state: Mutex<State>
    private let total: UInt64
    private let phase: String
    private let began = monotonicNanoseconds()

    init(isQuiet: Bool, total: UInt64, phase: String = "checking") {
        state = Mutex(State(line: ProgressLine(isQuiet: isQuiet)))
        self.total = total
        self.phase = phase
    }

    func show(_ done: UInt64) {
        let now = monotonicNanoseconds()
        state.withLock { state in
            guard now - state.shown >= Self.interval || done == total else { return }
            state.shown = now
            let rate = UInt64(Double(done) * 1e9 / Double(max(1, now - began)))
            state.line.show(
                .members([
                    "phase": .string(phase), "done": .number(done), "total": .number(total),
                    "bytesPerSecond": .number(rate), "secondsLeft": rate > 0 ? .number((total - done) / rate) : nil,
                ]))
        }
    }

    func end() { state.withLock { $0.line.end() } }
}
