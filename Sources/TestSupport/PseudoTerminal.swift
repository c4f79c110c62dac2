import Glibc
import Platform
import Synchronization
package import SystemPackage

/// A serial port with something behind it that answers; hangs up with its owner.
package final class PseudoTerminal: Sendable {
    package let path: FilePath
    private let near: CInt
    /// Closed to tell the far end to go.
    private let line: Mutex<FileDescriptor?>

    /// `answer` is called with what has come since it last answered; nil says that it waits for more.
    package init(answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws {
        var (far, near): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&far, &near, &name, nil, nil) == 0 else { throw Errno(rawValue: errno) }
        path = FilePath(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        // The near end stays open, because the far one fails while nobody has it open; raw, so that nothing is echoed.
        var settings = termios()
        tcgetattr(near, &settings)
        cfmakeraw(&settings)
        tcsetattr(near, TCSANOW, &settings)
        self.near = near
        let (end, line) = try FileDescriptor.pipe()
        self.line = Mutex(line)
        for descriptor in [far, near, end.rawValue, line.rawValue] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        BlockingThread.start("far end") { [far] in Self.serve(far, until: end.rawValue, answer) }
    }

    deinit {
        hangUp()
        close(near)
    }

    /// Goes away, as a cable that is pulled.
    package func hangUp() {
        line.withLock { line in
            try? line?.close()
            line = nil
        }
    }

    private static func serve(_ far: CInt, until end: CInt, _ answer: ([UInt8]) -> [UInt8]?) {
        var heard: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256)
        while true {
            var waits = [pollfd(fd: far, events: Int16(POLLIN), revents: 0), pollfd(fd: end, events: 0, revents: 0)]
            guard poll(&waits, 2, -1) > 0, waits[1].revents == 0 else { break }
            let count = read(far, &buffer, buffer.count)
            guard count > 0 else { break }
            heard += buffer[0..<count]
            guard let said = answer(heard) else { continue }
            heard = []
            _ = said.withUnsafeBytes { write(far, $0.baseAddress, $0.count) }
        }
        close(far)
        close(end)
    }
}
