import Platform
import Synchronization
import SystemPackage

/// A line that brings an input as fast as it is read, takes whatever is said, and is gone when the input is.
///
/// Who waits only a moment is told that nothing came in it: that is how questions find that nobody has typed ahead.
final class FedLine: ByteLine {
    private static let moment: Duration = .milliseconds(25)
    /// Whoever reads more often than this without an end would never stop.
    private static let mostReads = 100_000

    private let state: Mutex<State>
    private let pause: @Sendable (_ last: [UInt8]) -> Void

    private struct State {
        /// What is still to come, in bursts; a read never gets more than what is left of one.
        var bursts: ArraySlice<[UInt8]>
        var rest: ArraySlice<UInt8> = []
        var last: [UInt8] = []
        var reads = 0
        var written = 0
        var isGone = false
    }

    /// `pause` is called with each burst once it was read, and may wait for what it led to.
    init(_ bursts: [[UInt8]], pause: @escaping @Sendable (_ last: [UInt8]) -> Void = { _ in }) {
        state = Mutex(State(bursts: bursts[...]))
        self.pause = pause
    }

    convenience init(_ bytes: [UInt8]) { self.init([bytes]) }

    var writtenBytes: Int { state.withLock { $0.written } }
    var wasReadForever: Bool { state.withLock { $0.reads > Self.mostReads } }

    func write(_ bytes: [UInt8], within time: Duration) throws(SerialError) {
        try state.withLock { (state) throws(SerialError) in
            guard !state.isGone else { throw .hungUp("a line") }
            state.written += bytes.count
        }
    }

    func read(_ limit: Int, within time: Duration) throws(SerialError) -> [UInt8] {
        if let last = state.withLock({ $0.rest.isEmpty ? $0.last : nil }) { pause(last) }
        return try state.withLock { (state) throws(SerialError) in
            state.reads += 1
            while state.rest.isEmpty, let burst = state.bursts.popFirst() {
                (state.last, state.rest) = (burst, burst[...])
            }
            if time <= Self.moment, !state.rest.isEmpty, state.reads <= Self.mostReads { return [] }
            guard !state.rest.isEmpty, state.reads <= Self.mostReads else {
                state.isGone = true
                throw .hungUp("a line")
            }
            defer { state.rest = state.rest.dropFirst(limit) }
            return Array(state.rest.prefix(limit))
        }
    }

    func cancel() { state.withLock { $0.isGone = true } }
}
