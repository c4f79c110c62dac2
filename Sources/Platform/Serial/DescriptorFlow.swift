import Glibc
import SystemPackage

/// Bounded reading and writing of descriptors that somebody else owns.
struct DescriptorFlow: Sendable {
    let path: FilePath
    let input: CInt
    let output: CInt
    let wakeUp: WakeUp

    func write(_ bytes: [UInt8], within time: Duration) throws(SerialError) {
        let deadline = ContinuousClock.now + time
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count > 0 {
                sent += count
                // A far end that takes a crumb now and then must not hold us for ever.
                guard sent == bytes.count || ContinuousClock.now < deadline else {
                    throw .notTaken(path, sent: sent, of: bytes.count)
                }
            } else if count < 0, errno != EAGAIN, errno != EINTR {
                throw failure("write to")
            } else if try !wait(for: POLLOUT, until: deadline) {
                throw .notTaken(path, sent: sent, of: bytes.count)
            }
        }
    }

    func read(_ limit: Int, within time: Duration) throws(SerialError) -> [UInt8] {
        let deadline = ContinuousClock.now + time
        while true {
            var failed: CInt = 0
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
                count = Glibc.read(input, buffer.baseAddress, limit)
                failed = errno
                initialized = max(0, count)
            }
            if count > 0 { return bytes }
            guard count < 0 else { throw .hungUp(path) }
            errno = failed
            guard errno == EAGAIN || errno == EINTR else { throw failure("read") }
            guard try wait(for: POLLIN, until: deadline) else { return [] }
        }
    }

    /// What a call that failed with `errno` means: a driver whose device is gone has several words for it.
    private func failure(_ verb: String) -> SerialError {
        switch errno {
        case EIO, ENODEV, ENXIO, EPIPE: .hungUp(path)
        default: .cannot(verb, path, Errno(rawValue: errno))
        }
    }

    /// Waits until the line is ready, or gives false when the time is up; waits only for the time with no events.
    func wait(for events: CInt, until deadline: ContinuousClock.Instant) throws(SerialError) -> Bool {
        let descriptor = events == POLLOUT ? output : input
        var waits = [
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
        ]
        let status = poll(&waits, 2, milliseconds(until: deadline))
        guard status >= 0 || errno == EINTR else { throw .cannot("wait for", path, Errno(rawValue: errno)) }
        if status > 0 {
            guard waits[0].revents == 0 else { throw .cancelled(path) }
            let heard = CInt(waits[1].revents)
            if heard & (POLLHUP | POLLERR | POLLNVAL) != 0, heard & events == 0 { throw .hungUp(path) }
            if heard & events != 0 { return true }
        }
        return ContinuousClock.now < deadline
    }
}
