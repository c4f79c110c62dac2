import CLinux
import Glibc
import Synchronization
package import SystemPackage

/// A serial port that may go and come back, as one on USB does: opened by its path when it is needed, and set again.
///
/// A call that meets a hang-up fails with `hungUp`, so that its caller knows that a conversation broke off; the next call
/// opens the port anew, trying again with growing pauses for as long as its own time allows.
package final class SerialLine: Sendable {
    package let path: FilePath
    package let settings: SerialSettings
    private let pauses: ClosedRange<Duration>
    private let wakeUp: WakeUp
    private let state = Mutex(State())

    private struct State {
        var port: SerialPort?
        var openings = 0
        var isCancelled = false
    }

    /// `pauses` are those between two tries to open the port: the first, and the longest that doubling leads to.
    package init(
        _ path: FilePath, _ settings: SerialSettings = SerialSettings(),
        pauses: ClosedRange<Duration> = .milliseconds(20) ... .seconds(2)
    ) throws(SerialError) {
        self.path = path
        self.settings = settings
        self.pauses = pauses
        do { wakeUp = try WakeUp() } catch { throw .cannot("watch", path, error) }
    }

    /// How often the port was opened: more than once says that it was gone in between.
    package var openings: Int { state.withLock { $0.openings } }

    /// Ends the call that blocks on another thread, and every later one, with `cancelled`.
    package func cancel() {
        wakeUp.signal()
        let port = state.withLock { state in
            state.isCancelled = true
            return state.port
        }
        port?.cancel()
    }

    /// Closes the port; the next call opens it again.
    package func close() {
        // Let go of outside the lock, because closing may wait.
        let port = state.withLock { $0.port.take() }
        _ = consume port
    }

    package func write(_ bytes: [UInt8], within time: Duration) throws(SerialError) {
        let deadline = ContinuousClock.now + time
        try use(until: deadline) { (port) throws(SerialError) in
            try port.write(bytes, within: deadline - ContinuousClock.now)
        }
    }

    package func read(_ limit: Int, within time: Duration) throws(SerialError) -> [UInt8] {
        let deadline = ContinuousClock.now + time
        return try use(until: deadline) { (port) throws(SerialError) in
            try port.read(limit, within: deadline - ContinuousClock.now)
        }
    }

    /// Gives `body` the open port; one that it finds hung up, or that fails in any other way, is closed.
    package func use<Result>(
        until deadline: ContinuousClock.Instant, _ body: (SerialPort) throws(SerialError) -> Result
    ) throws(SerialError) -> Result {
        let port = try opened(until: deadline)
        do throws(SerialError) { return try body(port) } catch {
            switch error {
            case .notTaken, .notDrained, .unsupported: break
            default: state.withLock { if $0.port === port { $0.port = nil } }
            }
            throw error
        }
    }

    private func opened(until deadline: ContinuousClock.Instant) throws(SerialError) -> SerialPort {
        var pause = pauses.lowerBound
        while true {
            let (port, isCancelled) = state.withLock { ($0.port, $0.isCancelled) }
            guard !isCancelled else { throw .cancelled(path) }
            if let port { return port }
            do throws(SerialError) { return try open() } catch {
                // What is wrong with the declaration does not mend itself.
                switch error {
                case .unsupported, .unsupportedSpeed, .notATerminal, .cancelled: throw error
                default: break
                }
                guard ContinuousClock.now < deadline else { throw error }
                pausing(until: min(deadline, ContinuousClock.now + pause))
                pause = min(pause * 2, pauses.upperBound)
            }
        }
    }

    private func open() throws(SerialError) -> SerialPort {
        let port = try SerialPort(path, settings)
        let isCancelled = state.withLock { state in
            state.port = port
            state.openings += 1
            return state.isCancelled
        }
        if isCancelled { port.cancel() }
        return port
    }

    private func pausing(until moment: ContinuousClock.Instant) {
        var wait = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wait, 1, milliseconds(until: moment))
    }
}
