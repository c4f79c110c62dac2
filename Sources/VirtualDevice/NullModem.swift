import Foundation
import Glibc
import Platform
package import SystemPackage

/// A serial cable with a port at either end, both pseudo-terminals; bytes take as long as they would at its rate.
///
/// The cable stays plugged in while programs open and close its ends, and is gone with its owner.
package final class NullModem: Sendable {
    private let ends: [End]
    private let stop: (reading: CInt, writing: CInt)

    private struct End {
        /// The side that the relay reads and writes.
        let relay: CInt
        /// The side that programs open: held here too, or the relay would fail while nobody has it open.
        let port: CInt
        let link: FilePath
    }

    /// `near` and `far` are symbolic links to the two ports; `baud` is how fast either direction is, ten bits a byte, 0 for no limit.
    package init(near: FilePath, far: FilePath, baud: Int) throws {
        ends = [try Self.end(near), try Self.end(far)]
        let (reading, writing) = try FileDescriptor.pipe()
        stop = (reading.rawValue, writing.rawValue)
        for descriptor in [stop.reading, stop.writing] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let group = DispatchGroup()
        for (from, to) in [(ends[0].relay, ends[1].relay), (ends[1].relay, ends[0].relay)] {
            group.enter()
            BlockingThread.start("null modem") { [stop] in
                Self.carry(from: from, to: to, baud: baud, until: stop.reading)
                group.leave()
            }
        }
        let descriptors = ends.flatMap { [$0.relay, $0.port] } + [stop.reading]
        group.notify(queue: .global()) { for descriptor in descriptors { close(descriptor) } }
    }

    deinit {
        for end in ends { unlink(end.link.string) }
        close(stop.writing)
    }

    private static func end(_ link: FilePath) throws -> End {
        var (relay, port): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&relay, &port, &name, nil, nil) == 0 else { throw failure("make a pseudo-terminal") }
        var settings = termios()
        tcgetattr(port, &settings)
        cfmakeraw(&settings)
        tcsetattr(port, TCSANOW, &settings)
        for descriptor in [relay, port] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        unlink(link.string)
        guard
            symlink(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), link.string)
                == 0
        else { throw failure("link '\(link)'") }
        return End(relay: relay, port: port, link: link)
    }

    private static func failure(_ what: String) -> VirtualDeviceError {
        .cannot(what, reason: "\(Errno(rawValue: errno))")
    }

    /// Carries bytes in pieces of five milliseconds, each sent when it would have arrived.
    private static func carry(from: CInt, to: CInt, baud: Int, until end: CInt) {
        let bytesPerSecond = Double(baud) / 10
        var buffer = [UInt8](repeating: 0, count: baud > 0 ? max(1, Int(bytesPerSecond * 0.005)) : 4096)
        var free = ContinuousClock.now
        while true {
            var waits = [pollfd(fd: from, events: Int16(POLLIN), revents: 0), pollfd(fd: end, events: 0, revents: 0)]
            guard poll(&waits, 2, -1) > 0 || errno == EINTR, waits[1].revents == 0 else { return }
            let count = read(from, &buffer, buffer.count)
            guard count > 0 else { return }
            if baud > 0 {
                free = max(free, ContinuousClock.now) + .seconds(Double(count) / bytesPerSecond)
                let pause = free - ContinuousClock.now
                if pause > .zero {
                    let (seconds, attoseconds) = pause.components
                    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
                    nanosleep(&time, nil)
                }
            }
            var sent = 0
            while sent < count {
                let more = buffer[sent..<count].withUnsafeBytes { write(to, $0.baseAddress, $0.count) }
                guard more > 0 else { return }
                sent += more
            }
        }
    }
}
