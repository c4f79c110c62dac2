import CLinux
import Glibc
package import SystemPackage

/// An open serial port, raw, 8N1, without flow control; set back and closed when its owner lets go of it.
///
/// Every call is bounded by the time it is given, and blocks: use it on a thread of its own. It is locked against
/// other programs that lock (flock(2)), as a second reader would steal half of every answer.
package final class SerialPort: Sendable {
    package let path: FilePath
    private let descriptor: CInt
    private let before: termios

    package init(_ path: FilePath, speed: SerialSpeed) throws(SerialError) {
        self.path = path
        // Non-blocking, because an open would else wait for a carrier that three wires never show.
        descriptor = path.withPlatformString { ac_open($0, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0) }
        guard descriptor >= 0 else { throw .cannot("open", path, Errno(rawValue: -descriptor)) }
        var settings = termios()
        do throws(SerialError) {
            guard isatty(descriptor) == 1 else { throw .notATerminal(path) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(path) }
            guard tcgetattr(descriptor, &settings) == 0 else {
                throw .cannot("examine", path, Errno(rawValue: errno))
            }
            before = settings
            try Self.set(&settings, of: descriptor, path, speed)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        var settings = before
        tcsetattr(descriptor, TCSANOW, &settings)
        close(descriptor)
    }

    private static func set(
        _ settings: inout termios, of descriptor: CInt, _ path: FilePath, _ speed: SerialSpeed
    ) throws(SerialError) {
        cfmakeraw(&settings)
        settings.c_cflag &= ~tcflag_t(CSTOPB | PARODD) & ~tcflag_t(CRTSCTS)
        settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
        cfsetispeed(&settings, speed.code)
        cfsetospeed(&settings, speed.code)
        guard tcsetattr(descriptor, TCSANOW, &settings) == 0 else {
            throw .cannot("set", path, Errno(rawValue: errno))
        }
        // tcsetattr succeeds when any one of the changes could be made (termios(3)): only reading back tells.
        var now = termios()
        guard tcgetattr(descriptor, &now) == 0, cfgetospeed(&now) == speed.code else {
            throw .unsupportedSpeed(path, baud: speed.baud)
        }
        tcflush(descriptor, TCIOFLUSH)
    }

    /// Hands all bytes to the driver.
    package func write(_ bytes: [UInt8], within time: Duration) throws(SerialError) {
        let deadline = ContinuousClock.now + time
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                sent += count
            } else if count < 0, errno == EIO {
                throw .hungUp(path)
            } else if count < 0, errno != EAGAIN, errno != EINTR {
                throw .cannot("write to", path, Errno(rawValue: errno))
            } else if try !wait(for: POLLOUT, until: deadline) {
                throw .notTaken(path, sent: sent, of: bytes.count)
            }
        }
    }

    /// What has come, at most `limit` bytes, waiting for the first of them; empty when the time is up.
    package func read(_ limit: Int, within time: Duration) throws(SerialError) -> [UInt8] {
        let deadline = ContinuousClock.now + time
        var buffer = [UInt8](repeating: 0, count: limit)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 { return Array(buffer[0..<count]) }
            if count == 0 || errno == EIO { throw .hungUp(path) }
            guard errno == EAGAIN || errno == EINTR else { throw .cannot("read", path, Errno(rawValue: errno)) }
            guard try wait(for: POLLIN, until: deadline) else { return [] }
        }
    }

    /// Listens until `pattern` matches what has come, or the time is up, or `limit` bytes have come without it.
    package func listen(
        for pattern: TextPattern, within time: Duration, limit: Int = 4096
    ) throws(SerialError) -> SerialAnswer {
        let deadline = ContinuousClock.now + time
        var heard: [UInt8] = []
        while heard.count < limit {
            let more = try read(min(256, limit - heard.count), within: deadline - ContinuousClock.now)
            guard !more.isEmpty else { break }
            heard += more
            if let match = pattern.firstMatch(in: heard) { return SerialAnswer(bytes: heard, match: match) }
        }
        return SerialAnswer(bytes: heard, match: nil)
    }

    private func wait(for events: CInt, until deadline: ContinuousClock.Instant) throws(SerialError) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        let status = poll(&wait, 1, milliseconds(until: deadline))
        guard status >= 0 || errno == EINTR else { throw .cannot("wait for", path, Errno(rawValue: errno)) }
        if status > 0, wait.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0, wait.revents & Int16(events) == 0 {
            throw .hungUp(path)
        }
        return status > 0 || ContinuousClock.now < deadline
    }
}

/// What a serial port said, and where in it the pattern matched: the whole match first, then its groups.
package struct SerialAnswer: Sendable, Equatable {
    package let bytes: [UInt8]
    package let match: [Range<Int>?]?

    package init(bytes: [UInt8], match: [Range<Int>?]?) {
        self.bytes = bytes
        self.match = match
    }
}
