import CLinux
import Glibc
package import SystemPackage

/// An open serial port, raw; set back and closed when its owner lets go of it.
///
/// Every call is bounded by the time it is given, and blocks: use it on a thread of its own. It is locked against
/// other programs (flock(2), TIOCEXCL), as a second reader would steal half of every answer. Closing waits at most half
/// a second for what has not been sent; `drain` first where that matters.
package final class SerialPort: ByteLine {
    package let path: FilePath
    package let settings: SerialSettings
    /// Whether the driver hands on every byte at once, as the settings may ask; one without that choice does not say.
    package let isLowLatency: Bool
    let descriptor: CInt
    let flow: DescriptorFlow
    private let before: SerialState

    /// Opens the port and sets it; what its driver does not take is refused, a speed more than 3 % away too.
    package init(_ path: FilePath, _ settings: SerialSettings = SerialSettings()) throws(SerialError) {
        self.path = path
        self.settings = settings
        let wakeUp: WakeUp
        do { wakeUp = try WakeUp() } catch { throw .cannot("watch", path, error) }
        // Non-blocking, because an open would else wait for a carrier that three wires never show.
        descriptor = path.withPlatformString { ac_open($0, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0) }
        guard descriptor != -EBUSY else { throw .inUse(path) }
        guard descriptor >= 0 else { throw .cannot("open", path, Errno(rawValue: -descriptor)) }
        flow = DescriptorFlow(path: path, input: descriptor, output: descriptor, wakeUp: wakeUp)
        do throws(SerialError) {
            guard isatty(descriptor) == 1 else { throw .notATerminal(path) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                throw errno == EWOULDBLOCK ? .inUse(path) : .cannot("lock", path, Errno(rawValue: errno))
            }
            before = try SerialState(of: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        do throws(SerialError) {
            _ = ac_terminal_exclusive(descriptor, 1)
            isLowLatency = try before.set(settings)
            ac_terminal_discard(descriptor, 3)
        } catch {
            before.restore()
            ac_terminal_exclusive(descriptor, 0)
            close(descriptor)
            throw error
        }
    }

    deinit {
        // The kernel itself waits for up to 30 s in close(2) when the far end stops the flow.
        do throws(SerialError) { try drain(within: .milliseconds(500)) } catch { ac_terminal_discard(descriptor, 2) }
        before.restore()
        ac_terminal_exclusive(descriptor, 0)
        // A child that is being started at this moment has a copy of the descriptor, and with it would keep the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Ends the call that blocks on another thread, and every later one, with `cancelled`.
    package func cancel() { flow.wakeUp.signal() }

    /// Hands all bytes to the driver.
    package func write(_ bytes: [UInt8], within time: Duration) throws(SerialError) {
        try flow.write(bytes, within: time)
    }

    /// What has come, at most `limit` bytes, waiting for the first of them; empty when the time is up.
    package func read(_ limit: Int, within time: Duration) throws(SerialError) -> [UInt8] {
        try flow.read(limit, within: time)
    }

    /// Exactly `count` bytes, or fewer when the time is up.
    package func read(all count: Int, within time: Duration) throws(SerialError) -> [UInt8] {
        let deadline = ContinuousClock.now + time
        var heard: [UInt8] = []
        while heard.count < count, heard.isEmpty || ContinuousClock.now < deadline {
            let more = try read(count - heard.count, within: deadline - ContinuousClock.now)
            guard !more.isEmpty else { break }
            heard += more
        }
        return heard
    }
}
