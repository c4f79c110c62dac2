import CLinux
import Glibc
package import SystemPackage

/// An open folder, whose entries are reached by their names alone: a path that is changed meanwhile leads nowhere else.
///
/// Names are bytes, as the kernel has them: what is in a folder need not be text. No link is ever followed.
package final class OpenFolder: Sendable {
    package let path: FilePath
    private let descriptor: CInt

    private init(descriptor: CInt, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { Glibc.close(descriptor) }

    /// Opens a folder by its path; links above it are followed, it itself must be none.
    package static func open(_ path: FilePath) throws(StorageError) -> OpenFolder {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let descriptor = retrying { path.withPlatformString { ac_open($0, flags, 0) } }
        guard descriptor >= 0 else { throw .cannot("open", path, Errno(rawValue: -descriptor)) }
        return OpenFolder(descriptor: descriptor, path: path)
    }

    /// Opens a folder in this one.
    package func folder(_ name: [UInt8]) throws(StorageError) -> OpenFolder {
        let child = try open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return OpenFolder(descriptor: child, path: path(of: name))
    }

    /// Opens a file in this folder for reading; a FIFO or a device does not hold it up.
    package func file(_ name: [UInt8]) throws(StorageError) -> OpenFile {
        let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        return OpenFile(descriptor: try open(name, flags), path: path(of: name), observer: nil)
    }

    package func status(_ name: [UInt8]) throws(StorageError) -> FileStatus {
        var status = ac_status()
        let result = Self.terminated(name) { ac_status_at(descriptor, $0, &status) }
        guard result >= 0 else { throw .cannot("examine", path(of: name), Errno(rawValue: -result)) }
        return FileStatus(status)
    }

    /// What the folder itself is.
    package func status() throws(StorageError) -> FileStatus { try status([]) }

    /// Where a link leads, as it is written; nil where it is longer than a path may be.
    package func target(_ name: [UInt8]) throws(StorageError) -> [UInt8]? {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = Self.terminated(name) { name in
            target.withUnsafeMutableBytes { bytes in
                bytes.withMemoryRebound(to: CChar.self) { text in
                    text.baseAddress.map { readlinkat(descriptor, name, $0, text.count) } ?? -1
                }
            }
        }
        guard count >= 0 else { throw .cannot("read the link", path(of: name), Errno(rawValue: errno)) }
        return count < target.count ? Array(target[..<count]) : nil
    }

    /// The names in it, in the order of their bytes; nil where there are more than `limit`.
    package func names(limit: Int) throws(StorageError) -> [[UInt8]]? {
        // A stream has a position of its own and closes what it is given.
        let copy = try open([UInt8(ascii: ".")], O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard let stream = fdopendir(copy) else {
            let failure = Errno(rawValue: errno)
            Glibc.close(copy)
            throw .cannot("list", path, failure)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] {
                guard names.count < limit else { return nil }
                names.append(name)
            }
            errno = 0
        }
        guard errno == 0 else { throw .cannot("list", path, Errno(rawValue: errno)) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func open(_ name: [UInt8], _ flags: CInt) throws(StorageError) -> CInt {
        let child = retrying { Self.terminated(name) { ac_open_at(descriptor, $0, flags) } }
        guard child >= 0 else { throw .cannot("open", path(of: name), Errno(rawValue: -child)) }
        return child
    }

    /// For messages: what is no text is replaced.
    private func path(of name: [UInt8]) -> FilePath {
        name.isEmpty ? path : path.appending(String(decoding: name, as: UTF8.self))
    }

    private static func terminated<Result>(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (name + [0]).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { name in
            // A buffer of at least one byte has an address.
            guard let start = name.baseAddress else { preconditionFailure("an array of bytes has no address") }
            return body(start)
        }
    }
}

extension OpenFile {
    /// What the kernel says of it now.
    package func status() throws(StorageError) -> FileStatus {
        var status = ac_status()
        let result = ac_status_at(descriptor, "", &status)
        guard result >= 0 else { throw .cannot("examine", path, Errno(rawValue: -result)) }
        return FileStatus(status)
    }

    /// Forgets the cached pages of a part of the file that need not be written (posix_fadvise(2)).
    package func forget(_ count: UInt64, at offset: UInt64) {
        posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }
}
