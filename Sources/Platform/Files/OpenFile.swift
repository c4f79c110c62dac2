import CLinux
import Glibc
import Synchronization
package import SystemPackage

/// An open file or block device with one owner; closed when the owner lets go of it.
///
/// Reads and writes at offsets may come from several threads at once.
package final class OpenFile: Sendable {
    /// What direct I/O asks of buffers, offsets and sizes: no sector in use is larger.
    package static let alignment = 4096

    package let path: FilePath
    package let descriptor: CInt
    private let observer: (any StorageObserver)?
    private let isLocked = Atomic(false)

    init(descriptor: CInt, path: FilePath, observer: (any StorageObserver)?) {
        self.descriptor = descriptor
        self.path = path
        self.observer = observer
    }

    deinit {
        // A child that is being started at this moment has a copy of the descriptor, and with it would keep the lock.
        if isLocked.load(ordering: .relaxed) { _ = ac_lock(descriptor, 0) }
        Glibc.close(descriptor)
    }

    /// Turns direct I/O on or off; false where the file system has none (tmpfs).
    @discardableResult
    package func setDirect(_ direct: Bool) -> Bool { ac_set_direct(descriptor, direct ? 1 : 0) >= 0 }

    package var isBlockDevice: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFBLK
    }

    package var isRegular: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The size in bytes of the file or of the block device.
    package func size() throws(StorageError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannot("examine", path, Errno(rawValue: errno)) }
        guard status.st_mode & S_IFMT == S_IFBLK else { return UInt64(status.st_size) }
        var size: UInt64 = 0
        let result = ac_block_device_size(descriptor, &size)
        guard result >= 0 else { throw .cannot("examine", path, Errno(rawValue: -result)) }
        return size
    }

    /// Reads on from where the last call ended and gives the count, 0 at the end.
    package func readNext(into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .cannot("read", path, Errno(rawValue: errno)) }
        }
    }

    /// Writes on from where the last call ended, as into a pipe or a socket; blocks until its reader has room.
    package func writeNext(_ bytes: [UInt8]) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .cannot("write", path, Errno(rawValue: errno)) }
            done += count
        }
    }

    /// Fills the whole buffer from `offset`.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        try observeRead(of: buffer.count, at: offset)
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .cannot("read", path, Errno(rawValue: errno)) }
            guard count > 0 else { throw .ended(path, offset: offset + UInt64(done)) }
            done += count
        }
    }

    /// Reads what there is from `offset`, at most a buffer full, and gives the count: less at the end, 0 behind it.
    package func readSome(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) -> Int {
        try observeRead(of: buffer.count, at: offset)
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else { throw .cannot("read", path, Errno(rawValue: errno)) }
        }
    }

    package func read(_ count: Int, at offset: UInt64) throws(StorageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withMutableBytes { (buffer) throws(StorageError) in try read(into: buffer, at: offset) }
        return bytes
    }

    /// Writes all bytes at `offset`; they are durable after `flush()`, or at once on a synchronous file.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        switch observer?.decide(on: .write(path, offset: offset, count: bytes.count), data: bytes) {
        case nil, .proceed: try writeAll(bytes, at: offset)
        case .fail(let errno): throw .cannot("write", path, errno)
        case .tear(let keeping, let errno):
            try writeAll(UnsafeRawBufferPointer(rebasing: bytes.prefix(keeping)), at: offset)
            throw .cannot("write", path, errno)
        }
    }

    package func write(_ bytes: [UInt8], at offset: UInt64) throws(StorageError) {
        try bytes.withBytes { (buffer) throws(StorageError) in try write(buffer, at: offset) }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .cannot("write", path, Errno(rawValue: errno)) }
            // A write of no bytes at all is how some devices report that they are full.
            guard count > 0 else { throw .cannot("write", path, .noSpace) }
            done += count
        }
    }

    /// Has the medium fill a range with zeros itself; false where it cannot and the caller must write them.
    package func zero(_ count: UInt64, at offset: UInt64) throws(StorageError) -> Bool {
        try observe(.zero(path, offset: offset, count: count), "write")
        if isBlockDevice { return ac_block_device_zero(descriptor, offset, count) >= 0 }
        return ac_file_zero(descriptor, offset, count) >= 0
    }

    package func truncate(to size: UInt64) throws(StorageError) {
        try observe(.truncate(path, size: size), "truncate")
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .cannot("truncate", path, Errno(rawValue: errno)) }
    }

    /// Waits until everything written is on the medium (fdatasync(2)).
    package func flush() throws(StorageError) {
        try observe(.flush(path), "flush")
        guard fdatasync(descriptor) == 0 else { throw .cannot("flush", path, Errno(rawValue: errno)) }
    }

    /// Forgets the cached pages of what was flushed, so that the next read comes from the medium.
    package func dropCache() {
        if isBlockDevice { _ = ac_block_device_drop_cache(descriptor) }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }

    /// Takes the lock on this file for as long as the file is open, or says that somebody else holds it.
    package func lock() throws(StorageError) {
        let status = ac_lock(descriptor, 2)
        if status == -EAGAIN || status == -EACCES { throw .locked(path) }
        guard status >= 0 else { throw .cannot("lock", path, Errno(rawValue: -status)) }
        isLocked.store(true, ordering: .relaxed)
    }

    /// Gives the lock back; closing alone does not while a child process that is being started still has the file.
    package func unlock() { _ = ac_lock(descriptor, 0) }

    private func observeRead(of count: Int, at offset: UInt64) throws(StorageError) {
        guard let errno = observer?.failure(reading: path, at: offset, count: count) else { return }
        throw .cannot("read", path, errno)
    }

    private func observe(_ operation: StorageOperation, _ verb: String) throws(StorageError) {
        switch observer?.decide(on: operation, data: nil) {
        case nil, .proceed: return
        case .fail(let errno), .tear(_, let errno): throw .cannot(verb, path, errno)
        }
    }
}
