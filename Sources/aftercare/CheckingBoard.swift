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
            // A rate over the first moment would be any number.
            let elapsed = now - began
            let rate = elapsed > Self.interval ? UInt64(Double(done) * 1e9 / Double(elapsed)) : 0
            state.line.show(
                .members([
                    "phase": .string(phase), "done": .number(done), "total": .number(total),
                    "bytesPerSecond": rate > 0 ? .number(rate) : nil,
                    "secondsLeft": rate > 0 ? .number((total - done) / rate) : nil,
                ]))
        }
    }

    func end() { state.withLock { $0.line.end() } }
}
