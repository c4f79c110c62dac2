import CLinux
import Glibc
import SystemPackage

/// Ends a poll(2) on another thread, now or the next time it waits (eventfd(2)).
final class WakeUp: Sendable {
    let descriptor: CInt

    init() throws(Errno) {
        descriptor = ac_event()
        guard descriptor >= 0 else { throw Errno(rawValue: -descriptor) }
    }

    deinit { close(descriptor) }

    func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout.size(ofValue: one))
    }
}
