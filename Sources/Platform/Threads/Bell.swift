import Synchronization

/// Wakes the one task that waits; a ring that comes before the wait is not lost.
package final class Bell: Sendable {
    private struct State {
        var isRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func ring() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.isRung = state.waiter == nil
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for the next ring, at most this long.
    package func wait(atMost limit: Duration? = nil) async {
        let timer = limit.map { limit in
            Task {
                // Ends early only when the wait is over and the timer is called off.
                guard (try? await Task.sleep(for: limit)) != nil else { return }
                ring()
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let wasRung = state.withLock { state in
                    if state.isRung {
                        state.isRung = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if wasRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
        timer?.cancel()
    }
}
