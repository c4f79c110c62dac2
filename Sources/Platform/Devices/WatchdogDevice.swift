import CLinux
import Glibc
package import SystemPackage

/// The hardware watchdog, open: from now on it must be fed (kernel: Documentation/watchdog/watchdog-api.rst).
///
/// Let go of without `disarm()`, it goes on counting and restarts the machine.
package final class WatchdogDevice: Sendable {
    package let path: FilePath
    package let identity: String
    /// Whether it can be stopped at all, unless the kernel was told `nowayout`.
    package let canBeDisarmed: Bool
    package let hasPretimeout: Bool
    private let descriptor: CInt

    /// Opens it, which arms it; only one can have it.
    package init(_ path: FilePath) throws(StorageError) {
        let descriptor = retrying { path.withPlatformString { ac_open($0, O_WRONLY | O_CLOEXEC, 0) } }
        guard descriptor >= 0 else { throw .cannot("open", path, Errno(rawValue: -descriptor)) }
        var options: UInt32 = 0
        var identity = [CChar](repeating: 0, count: 33)
        let status = ac_watchdog_support(descriptor, &options, &identity)
        guard status >= 0 else {
            close(descriptor)
            throw .cannot("examine", path, Errno(rawValue: -status))
        }
        self.path = path
        self.descriptor = descriptor
        self.identity = String(decoding: identity.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        // linux/watchdog.h: WDIOF_MAGICCLOSE, WDIOF_PRETIMEOUT.
        canBeDisarmed = options & 0x0100 != 0
        hasPretimeout = options & 0x0200 != 0
    }

    deinit { close(descriptor) }

    package func feed() throws(StorageError) { try check(ac_watchdog_keep_alive(descriptor), "feed") }

    /// Sets after how many seconds without food it restarts the machine, and gives what the hardware took for it.
    @discardableResult
    package func setTimeout(seconds: Int) throws(StorageError) -> Int {
        Int(try check(ac_watchdog_set_timeout(descriptor, CInt(clamping: seconds)), "set the timeout of"))
    }

    /// Sets how many seconds before that the kernel is warned, and gives what the hardware took for it; 0 for not at all.
    @discardableResult
    package func setPretimeout(seconds: Int) throws(StorageError) -> Int {
        Int(try check(ac_watchdog_set_pretimeout(descriptor, CInt(clamping: seconds)), "set the pretimeout of"))
    }

    package func secondsLeft() throws(StorageError) -> Int {
        Int(try check(ac_watchdog_time_left(descriptor), "ask the time left of"))
    }

    /// Says that letting go of it is meant: it then stops, where the kernel lets it.
    package func disarm() throws(StorageError) {
        var magic = UInt8(ascii: "V")
        guard Glibc.write(descriptor, &magic, 1) == 1 else { throw .cannot("disarm", path, Errno(rawValue: errno)) }
    }

    @discardableResult
    private func check(_ status: CInt, _ verb: String) throws(StorageError) -> CInt {
        guard status >= 0 else { throw .cannot(verb, path, Errno(rawValue: -status)) }
        return status
    }
}
