import CLinux
import Glibc
import SystemPackage

/// The modem lines of a serial port (ioctl_tty(2)).
package struct ModemLines: OptionSet, Sendable, Hashable {
    package let rawValue: CInt

    package init(rawValue: CInt) { self.rawValue = rawValue }

    package static let dataTerminalReady = ModemLines(rawValue: TIOCM_DTR)
    package static let requestToSend = ModemLines(rawValue: TIOCM_RTS)
    package static let clearToSend = ModemLines(rawValue: TIOCM_CTS)
    package static let dataSetReady = ModemLines(rawValue: TIOCM_DSR)
    package static let dataCarrierDetect = ModemLines(rawValue: TIOCM_CD)
    package static let ringIndicator = ModemLines(rawValue: TIOCM_RI)

    /// What this end can raise and lower.
    package static let ours: ModemLines = [.dataTerminalReady, .requestToSend]
}

extension SerialPort {
    /// Which of a port's two queues in the driver is meant.
    package enum Queue: CInt, Sendable {
        case received = 1
        case unsent, both
    }

    /// Forgets what has come and was not read, or what was written and has not gone.
    package func discard(_ queue: Queue) { _ = ac_terminal_discard(descriptor, queue.rawValue) }

    /// Waits until everything written has left the port, or fails with what is left.
    package func drain(within time: Duration) throws(SerialError) {
        let deadline = ContinuousClock.now + time
        while true {
            let left = ac_terminal_unsent(descriptor)
            if left == -EIO || left == -ENODEV || left == -ENXIO { throw .hungUp(path) }
            guard left >= 0 else { throw .cannot("ask the queue of", path, Errno(rawValue: -left)) }
            guard left > 0 else { return }
            guard ContinuousClock.now < deadline else { throw .notDrained(path, left: Int(left)) }
            // Nothing tells the moment (tcdrain(3) does, and has no end), but what is left takes its ten bits a byte.
            let rest = Duration.seconds(Double(left) * 10 / Double(settings.baud))
            let moment = ContinuousClock.now + max(.milliseconds(1), min(rest, .milliseconds(100)))
            _ = try flow.wait(for: 0, until: min(deadline, moment))
        }
    }

    /// Holds the line in the break state for a time, as receivers take for an attention or a reset.
    package func sendBreak(for time: Duration) throws(SerialError) {
        try check(ac_terminal_break(descriptor, 1), "break")
        defer { _ = ac_terminal_break(descriptor, 0) }
        let end = ContinuousClock.now + time
        while try flow.wait(for: 0, until: end) {}
    }

    /// The lines that are high now, ours and the far end's.
    package func lines() throws(SerialError) -> ModemLines {
        var lines: CInt = 0
        try check(ac_terminal_lines(descriptor, &lines), "modem lines")
        return ModemLines(rawValue: lines)
    }

    /// Raises and lowers lines of ours; the others are not touched.
    package func set(high: ModemLines = [], low: ModemLines = []) throws(SerialError) {
        let (high, low) = (high.intersection(.ours), low.intersection(.ours))
        try check(ac_terminal_set_lines(descriptor, high.rawValue, low.rawValue), "modem lines")
    }

    private func check(_ status: CInt, _ feature: String) throws(SerialError) {
        switch -status {
        case ...0: return
        case EIO, ENODEV, ENXIO: throw .hungUp(path)
        case ENOTTY, EINVAL: throw .unsupported(path, feature)
        case let errno: throw .cannot("use the \(feature) of", path, Errno(rawValue: errno))
        }
    }
}
