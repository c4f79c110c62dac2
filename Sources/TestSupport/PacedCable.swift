import Glibc
import Platform
import Synchronization
package import SystemPackage

/// A serial cable between two pseudo-terminals that lets bytes through no faster than a speed, and damages some.
///
/// Eight bits take ten. What went through and what was damaged is counted, so that tests can count instead of measuring time.
package final class PacedCable: Sendable {
    /// What a cable does to bytes.
    package struct Noise: Sendable {
        /// How many of a thousand bytes become others.
        package var flipped: Double = 0
        /// How many of a thousand are lost.
        package var lost: Double = 0

        package init(flipped: Double = 0, lost: Double = 0) {
            self.flipped = flipped
            self.lost = lost
        }
    }

    /// The two ends, to be opened as serial ports.
    package let device: FilePath
    package let tool: FilePath
    private let open: [CInt]
    private let end: Mutex<FileDescriptor?>
    private let counts = Mutex((toDevice: 0, toTool: 0))
    private let alarm = Mutex<(count: Int, body: @Sendable () -> Void)?>(nil)

    /// Without a speed, bytes go as fast as they can.
    package init(baud: Int? = nil, noise: Noise = Noise(), seed: UInt64 = 1) throws {
        let (first, second) = (try Self.terminal(), try Self.terminal())
        (device, tool) = (first.path, second.path)
        // The near ends stay open, because the far ones fail while nobody has them open.
        open = [first.near, second.near, first.far, second.far]
        let (watched, end) = try FileDescriptor.pipe()
        self.end = Mutex(end)
        for descriptor in [watched.rawValue, end.rawValue] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        start(from: second.far, to: first.far, baud, noise, Dice(seed: seed), until: watched.rawValue) { [weak self] in
            self?.note(toDevice: $0)
        }
        start(from: first.far, to: second.far, baud, noise, Dice(seed: ~seed), until: watched.rawValue) { [weak self] in
            self?.note(toTool: $0)
        }
    }

    deinit {
        end.withLock { end in
            try? end?.close()
            end = nil
        }
        for descriptor in open { close(descriptor) }
    }

    package var bytesToDevice: Int { counts.withLock { $0.toDevice } }
    package var bytesToTool: Int { counts.withLock { $0.toTool } }

    /// Does something once so many bytes have gone to the device.
    package func whenDeviceGot(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        alarm.withLock { $0 = (count, body) }
    }

    private func note(toDevice count: Int) {
        let all = counts.withLock { counts in
            counts.toDevice += count
            return counts.toDevice
        }
        let due = alarm.withLock { alarm -> (@Sendable () -> Void)? in
            guard let set = alarm, all >= set.count else { return nil }
            alarm = nil
            return set.body
        }
        due?()
    }
    private func note(toTool count: Int) { counts.withLock { $0.toTool += count } }

    private static func terminal() throws -> (far: CInt, near: CInt, path: FilePath) {
        var (far, near): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&far, &near, &name, nil, nil) == 0 else { throw Errno(rawValue: errno) }
        var settings = termios()
        tcgetattr(near, &settings)
        cfmakeraw(&settings)
        tcsetattr(near, TCSANOW, &settings)
        for descriptor in [far, near] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return (far, near, FilePath(platformString: name))
    }

    private func start(
        from source: CInt, to target: CInt, _ baud: Int?, _ noise: Noise, _ dice: Dice, until end: CInt,
        _ note: @escaping @Sendable (Int) -> Void
    ) {
        // Copies, because the thread may outlive the cable by the piece that it has in its hands.
        let (source, target, end) = (dup(source), dup(target), dup(end))
        for descriptor in [source, target, end] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        BlockingThread.start("cable") {
            var dice = dice
            var free = ContinuousClock.now
            var buffer = [UInt8](repeating: 0, count: baud.map { max(1, $0 / 1000) } ?? 4096)
            while Self.wait(for: source, POLLIN, until: end) {
                let count = read(source, &buffer, buffer.count)
                guard count > 0 else { break }
                note(count)
                if let baud {
                    free = max(free, .now) + .seconds(Double(count) * 10 / Double(baud))
                    guard Self.wait(until: free, or: end) else { break }
                }
                let bytes = Self.damage(buffer[..<count], noise, &dice)
                guard Self.write(bytes, to: target, until: end) else { break }
            }
            for descriptor in [source, target, end] { close(descriptor) }
        }
    }

    private static func damage(_ bytes: ArraySlice<UInt8>, _ noise: Noise, _ dice: inout Dice) -> [UInt8] {
        guard noise.flipped > 0 || noise.lost > 0 else { return Array(bytes) }
        var damaged: [UInt8] = []
        for byte in bytes {
            let fate = Double.random(in: 0..<1000, using: &dice)
            if fate < noise.lost { continue }
            damaged.append(fate < noise.lost + noise.flipped ? UInt8.random(in: 0...255, using: &dice) : byte)
        }
        return damaged
    }

    private static func write(_ bytes: [UInt8], to target: CInt, until end: CInt) -> Bool {
        var sent = 0
        while sent < bytes.count {
            guard wait(for: target, POLLOUT, until: end) else { return false }
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(target, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func wait(for descriptor: CInt, _ events: CInt, until end: CInt) -> Bool {
        var waits = [
            pollfd(fd: descriptor, events: Int16(events), revents: 0), pollfd(fd: end, events: 0, revents: 0),
        ]
        return poll(&waits, 2, -1) > 0 && waits[1].revents == 0
    }

    /// Waits for a moment; false where the cable is gone before.
    private static func wait(until moment: ContinuousClock.Instant, or end: CInt) -> Bool {
        // Rounded down: what is too fast by less than a millisecond is made up for by the next piece.
        let milliseconds = Int32(max(.zero, moment - .now) / .milliseconds(1))
        var wait = pollfd(fd: end, events: 0, revents: 0)
        return poll(&wait, 1, milliseconds) == 0
    }
}
