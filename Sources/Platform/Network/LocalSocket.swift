import CLinux
import Glibc
package import SystemPackage

/// A conversation of whole messages between two processes of this machine, which may carry an open file (unix(7)).
///
/// All calls that wait block, for at most the time they are given.
package final class LocalSocket: Sendable {
    /// The longest message.
    package static let limit = 128 * 1024

    private let descriptor: CInt
    private let path: FilePath

    private init(_ descriptor: CInt, _ path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Makes the name, on which only its owner and root can call; whatever had that name goes.
    package static func listen(_ path: FilePath) throws(StorageError) -> LocalSocket {
        try made(path, "listen on", path.withPlatformString { ac_local_listen($0) })
    }

    package static func connect(_ path: FilePath) throws(StorageError) -> LocalSocket {
        try made(path, "connect to", path.withPlatformString { ac_local_connect($0) })
    }

    private static func made(_ path: FilePath, _ verb: String, _ status: CInt) throws(StorageError) -> LocalSocket {
        guard status >= 0 else { throw .cannot(verb, path, Errno(rawValue: -status)) }
        return LocalSocket(status, path)
    }

    /// Waits for a caller who is root or who we are; nil when none came in time or `stop` ended the waiting.
    package func accept(
        within time: Duration, _ stop: Cancellation = Cancellation()
    ) throws(StorageError) -> LocalSocket? {
        let deadline = ContinuousClock.now + time
        while try wait(until: deadline, stop) {
            var user: UInt32 = 0
            let caller = retrying { ac_local_accept(descriptor, &user) }
            guard caller >= 0 else { throw .cannot("listen on", path, Errno(rawValue: -caller)) }
            let socket = LocalSocket(caller, path)
            if user == 0 || user == geteuid() { return socket }
        }
        return nil
    }

    package func send(_ bytes: [UInt8], with file: OpenFile? = nil) throws(StorageError) {
        let status = bytes.withUnsafeBytes { bytes in
            retrying { ac_local_send(descriptor, bytes.baseAddress, bytes.count, file?.descriptor ?? -1) }
        }
        guard status >= 0 else { throw .cannot("send to", path, Errno(rawValue: -status)) }
    }

    /// Waits for a message; nil when none came in time.
    ///
    /// An empty one is the end.
    package func receive(
        within time: Duration, _ stop: Cancellation = Cancellation()
    ) throws(StorageError) -> (bytes: [UInt8], file: OpenFile?)? {
        guard try wait(until: ContinuousClock.now + time, stop) else { return nil }
        var room = [UInt8](repeating: 0, count: Self.limit)
        var carried: CInt = -1
        let count = room.withUnsafeMutableBytes { room in
            retrying { ac_local_receive(descriptor, room.baseAddress, room.count, &carried) }
        }
        let file = carried < 0 ? nil : OpenFile(descriptor: carried, path: path, observer: nil)
        guard count >= 0 else { throw .cannot("receive from", path, Errno(rawValue: -count)) }
        return (Array(room[..<Int(count)]), file)
    }

    /// Looks twice a second whether to stop: who stops is in no hurry.
    private func wait(until deadline: ContinuousClock.Instant, _ stop: Cancellation) throws(StorageError) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !stop.isCancelled, ContinuousClock.now < deadline {
            let next = min(deadline, ContinuousClock.now + .milliseconds(500))
            let count = poll(&wanted, 1, milliseconds(until: next))
            if count > 0 { return true }
            guard count == 0 || errno == EINTR else { throw .cannot("wait for", path, Errno(rawValue: errno)) }
        }
        return false
    }
}
