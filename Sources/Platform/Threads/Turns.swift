import Dispatch
import Synchronization

/// Lets work that several threads do out of order be handed in strictly in order.
///
/// Each thread holds at most one piece while it waits for its turn, so the number of threads bounds what is held.
package final class Turns: Sendable {
    private let state = Mutex(State())

    private struct State {
        var current = 0
        var abandoned = false
        var waiting: [Int: DispatchSemaphore] = [:]
    }

    package init() {}

    /// Waits until it is the turn of `number`; false if the work was abandoned meanwhile.
    package func wait(for number: Int) -> Bool {
        let semaphore: DispatchSemaphore? = state.withLock { state in
            guard !state.abandoned, state.current != number else { return nil }
            let semaphore = DispatchSemaphore(value: 0)
            state.waiting[number] = semaphore
            return semaphore
        }
        semaphore?.wait()
        return state.withLock { !$0.abandoned }
    }

    /// Ends the current turn and wakes whoever waits for the next.
    package func advance() {
        let next = state.withLock { state in
            state.current += 1
            return state.waiting.removeValue(forKey: state.current)
        }
        next?.signal()
    }

    /// Ends the work: every wait, now or later, says false.
    package func abandon() {
        let waiting = state.withLock { state in
            state.abandoned = true
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for semaphore in waiting { semaphore.signal() }
    }
}
