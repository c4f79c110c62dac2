import CLinux
import Glibc
package import SystemPackage

/// One end of a stream socket (unix(7)), read by one thread and written by one; closed with its owner.
package final class StreamSocket: Sendable {
    /// How it is called in messages.
    package let name: FilePath
    private let descriptor: CInt

    private init(owning descriptor: CInt, name: FilePath) {
        self.descriptor = descriptor
        self.name = name
    }

    deinit { Glibc.close(descriptor) }

    /// A socket of ours on what somebody else opened and will close.
    package convenience init(copyOf descriptor: CInt, name: FilePath) throws(StorageError) {
        let copy = ac_duplicate(descriptor)
        guard copy >= 0 else { throw .cannot("take over", name, Errno(rawValue: -copy)) }
        self.init(owning: copy, name: name)
    }

    /// Two ends that are connected with each other; the far one is for somebody who is handed a descriptor.
    package static func pair(name: FilePath) throws(StorageError) -> (near: StreamSocket, far: OpenFile) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .cannot("open", name, Errno(rawValue: errno)) }
        let near = StreamSocket(owning: ends[0], name: name)
        return (near, OpenFile(descriptor: ends[1], path: name, observer: nil))
    }

    /// Ends every call, here and at the far end, now and later: reads find the end of the stream, writes a closed one.
    package func shutDown() { _ = Glibc.shutdown(descriptor, CInt(SHUT_RDWR)) }

    /// Lets the far end find the end of the stream behind what was written.
    package func endWriting() { _ = Glibc.shutdown(descriptor, CInt(SHUT_WR)) }

    /// Reads on and gives the count, 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            // A far end that was killed with something unread resets the connection: that is an end too.
            if errno == ECONNRESET { return 0 }
            guard errno == EINTR else { throw .cannot("read", name, Errno(rawValue: errno)) }
        }
    }

    /// What there is, at most `limit` bytes, waiting for the first; empty at the end.
    package func read(_ limit: Int) throws(StorageError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = try buffer.withMutableBytes { (bytes) throws(StorageError) in try read(into: bytes) }
        return Array(buffer[..<count])
    }

    /// Exactly `count` bytes, or nil where the stream ends before.
    package func read(all count: Int) throws(StorageError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try read(count - bytes.count)
            guard !more.isEmpty else { return nil }
            bytes += more
        }
        return bytes
    }

    /// Hands all bytes over, waiting for room; false where the far end has gone.
    package func write(_ bytes: [UInt8]) throws(StorageError) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EPIPE || errno == ECONNRESET { return false }
            guard count >= 0 else { throw .cannot("write", name, Errno(rawValue: errno)) }
            sent += count
        }
        return true
    }
}
