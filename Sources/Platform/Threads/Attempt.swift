import Synchronization

/// Gives a piece of work a time that holds even if the work does not end: it is then left behind, cancelled.
package enum Attempt {
    /// The result of `body`, or nil when `time` was up first or the task was cancelled.
    package static func run<Value: Sendable>(
        within time: Duration, _ body: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let race = Race<Value>()
        let work = Task { race.end(await body()) }
        let timer = Task {
            try? await Task.sleep(for: time)
            race.end(nil)
        }
        defer {
            work.cancel()
            timer.cancel()
        }
        return await withTaskCancellationHandler {
            await race.result()
        } onCancel: {
            race.end(nil)
        }
    }
}

/// Takes the first of several results for one waiter.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value?, Never>)
        case ended(Value?)
    }

    private let state = Mutex(State.open)

    func end(_ value: Value?) {
        let waiter = state.withLock { state -> CheckedContinuation<Value?, Never>? in
            switch state {
            case .ended: return nil
            case .open:
                state = .ended(value)
                return nil
            case .awaited(let waiter):
                state = .ended(value)
                return waiter
            }
        }
        waiter?.resume(returning: value)
    }

    func result() async -> Value? {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state -> Value?? in
                if case .ended(let value) = state { return .some(value) }
                state = .awaited(continuation)
                return nil
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }
}
