import Foundation
import Glibc
import Platform
import Synchronization
package import SystemPackage

/// A serial port whose far end a test holds; it can be pulled and plugged in again under the same path, as an adapter.
///
/// The far end is used by one thread at a time, and `pull` by the one that uses it.
package final class SerialCable: Sendable {
    /// A symbolic link, as udev makes them; it is gone while the cable is pulled.
    package let path: FilePath
    private let folder: TemporaryFolder
    private let ends = Mutex<Ends?>(nil)

    private struct Ends {
        let far: CInt
        let near: CInt
    }

    package init() throws {
        folder = try TemporaryFolder()
        path = folder.file("ttyMCU")
        try plug()
    }

    deinit { pull() }

    package func plug() throws {
        var (far, near): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&far, &near, &name, nil, nil) == 0 else { throw Errno(rawValue: errno) }
        let port = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The near end stays open, because the far one fails while nobody has it open; raw, so that nothing is echoed.
        var settings = termios()
        tcgetattr(near, &settings)
        cfmakeraw(&settings)
        tcsetattr(near, TCSANOW, &settings)
        for descriptor in [far, near] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        ends.withLock { $0 = Ends(far: far, near: near) }
        unlink(path.string)
        guard symlink(port, path.string) == 0 else { throw Errno(rawValue: errno) }
    }

    package func pull() {
        unlink(path.string)
        guard let ends = ends.withLock({ $0.take() }) else { return }
        close(ends.far)
        close(ends.near)
    }

    private func far() throws -> CInt {
        guard let ends = ends.withLock({ $0 }) else { throw Errno.noSuchAddressOrDevice }
        return ends.far
    }

    /// Says all of it, however long the near end takes.
    package func say(_ bytes: [UInt8]) throws {
        let far = try far()
        var said = 0
        while said < bytes.count {
            let count = bytes[said...].withUnsafeBytes { write(far, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Errno(rawValue: errno) }
            said += count
        }
    }

    /// The next bytes, at least one.
    package func hear(_ limit: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = read(try far(), &buffer, limit)
        guard count > 0 else { throw Errno(rawValue: errno) }
        return Array(buffer[..<count])
    }

    package func hear(all count: Int) throws -> [UInt8] {
        var heard: [UInt8] = []
        while heard.count < count { heard += try hear(count - heard.count) }
        return heard
    }

    /// What a program says of the port when it has it as its standard input: the far end shows the near one's settings.
    package func examine(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = FileHandle(fileDescriptor: try far(), closeOnDealloc: false)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}
