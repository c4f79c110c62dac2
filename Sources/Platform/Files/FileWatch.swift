import CLinux
import Glibc
package import SystemPackage

/// Waits until something in a folder changes (inotify(7)), without looking at it again and again.
package final class FileWatch: Sendable {
    private let descriptor: CInt
    private let folder: FilePath

    package init(folder: FilePath) throws(StorageError) {
        self.folder = folder
        descriptor = inotify_init1(CInt(IN_CLOEXEC))
        guard descriptor >= 0 else { throw .cannot("watch", folder, Errno(rawValue: errno)) }
        let mask = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO)
        guard folder.withPlatformString({ inotify_add_watch(descriptor, $0, mask) }) >= 0 else {
            let reason = Errno(rawValue: errno)
            Glibc.close(descriptor)
            throw .cannot("watch", folder, reason)
        }
    }

    deinit { Glibc.close(descriptor) }

    /// Blocks until something was written, created or renamed here since the last call.
    package func wait() throws(StorageError) {
        var events = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &events, events.count)
            if count > 0 { return }
            guard errno == EINTR else { throw .cannot("watch", folder, Errno(rawValue: errno)) }
        }
    }
}
