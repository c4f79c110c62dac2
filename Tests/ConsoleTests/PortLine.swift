import Glibc
import Platform
import Synchronization
import SystemPackage

/// A terminal's line that owns its descriptor, and closes it only after it was set back: the number may be another's then.
final class PortLine: ByteLine {
    private let descriptor: CInt
    private let line: Mutex<TerminalLine?>

    init(owning descriptor: CInt) throws(SerialError) {
        self.descriptor = descriptor
        line = Mutex(try TerminalLine(input: descriptor, output: descriptor, settings: SerialSettings()))
    }

    deinit {
        line.withLock { $0 = nil }
        close(descriptor)
    }

    private func held() throws(SerialError) -> TerminalLine {
        guard let line = line.withLock({ $0 }) else { throw .cancelled("the port") }
        return line
    }

    func write(_ bytes: [UInt8], within time: Duration) throws(SerialError) { try held().write(bytes, within: time) }

    func read(_ limit: Int, within time: Duration) throws(SerialError) -> [UInt8] {
        try held().read(limit, within: time)
    }

    func cancel() { line.withLock { $0 }?.cancel() }
}
