import Dispatch
import Platform
import Synchronization

/// How fast a measurement reads, whether it waits for something more important, and whether it is to end.
///
/// The thread that measures asks between two pieces; everybody else sets it at any time.
package final class MeasuringPace: Sendable {
    /// Shorter waits are saved up: a thread that sleeps for a moment wakes the processor twice.
    private static let shortest: UInt64 = 50_000_000

    private struct State {
        var isCancelled = false
        var givesWay = false
        /// When the bytes that were read so far should have been read.
        var due: UInt64 = 0
    }

    private let bytesPerSecond: UInt64
    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)

    /// A rate of 0 is no limit.
    package init(bytesPerSecond: UInt64) { self.bytesPerSecond = bytesPerSecond }

    package func cancel() {
        state.withLock { $0.isCancelled = true }
        changed.signal()
    }

    /// Holds the measurement up, or lets it go on.
    package func giveWay(_ givesWay: Bool) {
        state.withLock { $0.givesWay = givesWay }
        changed.signal()
    }

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    private enum Turn {
        case go, ended
        case wait(DispatchTime)
    }

    /// Returns when the next piece may be read, `count` bytes after the one before.
    func spend(_ count: Int) throws(IntegrityError) {
        state.withLock { state in
            guard bytesPerSecond > 0 else { return }
            // What was not read while it waited is not made up for.
            state.due = max(state.due, monotonicNanoseconds()) + UInt64(count) * 1_000_000_000 / bytesPerSecond
        }
        while true {
            let turn = state.withLock { state -> Turn in
                let now = monotonicNanoseconds()
                if state.isCancelled { return .ended }
                if state.givesWay { return .wait(.distantFuture) }
                guard state.due > now + Self.shortest else { return .go }
                return .wait(.now() + .nanoseconds(Int(clamping: state.due - now)))
            }
            switch turn {
            case .go: return
            case .ended: throw .cancelled
            case .wait(let time): _ = changed.wait(timeout: time)
            }
        }
    }
}
