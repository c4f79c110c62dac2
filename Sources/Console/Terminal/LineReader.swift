import Platform
import Synchronization

/// The bytes of a line, read on a thread of their own, so that whoever waits for them can do something else instead.
///
/// For one task at a time.
final class LineReader: Sendable {
    private let line: any ByteLine
    private let thread = KeptThread("console in")
    private let state = Mutex(State())

    private struct State {
        var bytes: [UInt8] = []
        var failure: SerialError?
        var isReading = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// How long a wait that was given up may keep the line from its next user.
    static let watchTime: Duration = .milliseconds(200)
    private static let readLimit = 1024

    init(_ line: any ByteLine) { self.line = line }

    /// What has come, waiting for the first byte; empty when the time is up or the task was cancelled.
    ///
    /// A wait that may be given up gives `slice`, the longest time for which the line is then still read.
    func next(within time: Duration, slice: Duration? = nil) async throws(SerialError) -> [UInt8] {
        let deadline = ContinuousClock.now + time
        while true {
            let left = deadline - ContinuousClock.now
            let (bytes, failure, starts) = state.withLock { state -> ([UInt8], SerialError?, Bool) in
                let bytes = state.bytes
                state.bytes = []
                guard bytes.isEmpty, state.failure == nil else { return (bytes, state.failure, false) }
                let starts = !state.isReading && left > .zero
                if starts { state.isReading = true }
                return ([], nil, starts)
            }
            if !bytes.isEmpty { return bytes }
            if let failure { throw failure }
            if starts { read(within: min(left, slice ?? left)) }
            guard left > .zero, !Task.isCancelled else { return [] }
            await woken()
        }
    }

    /// Gives back bytes that were taken and not used.
    func putBack(_ bytes: [UInt8]) {
        state.withLock { $0.bytes = bytes + $0.bytes }
    }

    /// Waits until nobody reads the line, and gives what came without being asked for: the line can then be lent.
    func rest() async -> [UInt8] {
        while state.withLock({ $0.isReading }) { await woken() }
        return state.withLock { state in
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    private func read(within time: Duration) {
        thread.run { [self] in
            let result = Result { () throws(SerialError) in try line.read(Self.readLimit, within: time) }
            let waiter = state.withLock { state in
                state.isReading = false
                switch result {
                case .success(let bytes): state.bytes += bytes
                case .failure(let error): state.failure = error
                }
                return state.waiter.take()
            }
            waiter?.resume()
        }
    }

    /// Waits for the end of the read that is under way, or for cancellation.
    private func woken() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.isReading, !Task.isCancelled else { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
