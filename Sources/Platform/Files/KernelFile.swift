import CLinux
import Glibc
package import SystemPackage

/// Files that the kernel makes up when they are read: attributes of sysfs and procfs.
///
/// Any of them can block in a driver, at opening or at reading; call this on a thread that may be lost.
package enum KernelFile {
    /// The most that an attribute holds (kernel: Documentation/filesystems/sysfs.rst).
    package static let limit = 4096

    /// Reads a whole attribute into `buffer` and gives its length; nil where it is longer than `limit` bytes.
    ///
    /// The buffer has room for `limit` + 1 bytes and is the caller's, because a thousand reads a second need only one.
    package static func read(_ path: String, into buffer: inout [UInt8]) throws(Errno) -> Int? {
        let descriptor = retrying { ac_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0) }
        guard descriptor >= 0 else { throw Errno(rawValue: -descriptor) }
        defer { close(descriptor) }
        var length = 0
        let room = min(buffer.count, limit + 1)
        while length < room {
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: length), room - length)
            }
            if count < 0 {
                guard errno == EINTR else { throw Errno(rawValue: errno) }
                continue
            }
            length += count
            // An attribute comes in one piece; what ends a line here is its end, and asking once more costs a call.
            if count == 0 || buffer[length - 1] == UInt8(ascii: "\n") { break }
        }
        return length > limit ? nil : length
    }

    /// Writes an attribute as one piece, as sysfs wants it.
    package static func write(_ path: FilePath, _ text: String) throws(StorageError) {
        let descriptor = retrying { path.withPlatformString { ac_open($0, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0) } }
        guard descriptor >= 0 else { throw .cannot("open", path, Errno(rawValue: -descriptor)) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        while true {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count == bytes.count { return }
            guard count < 0 else { throw .cannot("write", path, .ioError) }
            guard errno == EINTR else { throw .cannot("write", path, Errno(rawValue: errno)) }
        }
    }
}
