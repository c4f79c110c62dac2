import CLinux
import Glibc
package import SystemPackage

/// The one seam through which every durable change to a medium goes.
///
/// How it works: a change is made by a method here or on an `OpenFile` that was opened here. Each shows the operation to the
/// observer first, if there is one. A small file is replaced by writing a temporary one beside it, flushing it, renaming it over the
/// old one and flushing the folder, so a power cut leaves either the old or the new content, whole.
package final class Storage: Sendable {
    let observer: (any StorageObserver)?

    package init(observer: (any StorageObserver)? = nil) { self.observer = observer }

    /// How a file is to be opened.
    package struct Access: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let read = Access(rawValue: 1)
        package static let write = Access(rawValue: 2)
        package static let create = Access(rawValue: 4)
        /// Fails if the file is there already.
        package static let exclusive = Access(rawValue: 8)
        /// Writes reach the medium before the call returns (O_DSYNC).
        package static let synchronous = Access(rawValue: 16)
        /// Goes round the page cache where the file system can; buffers, offsets and sizes are then multiples of 4096.
        package static let direct = Access(rawValue: 32)
        /// Every write goes to the end of the file.
        package static let append = Access(rawValue: 64)
        /// A symbolic link as the last part of the path is refused.
        package static let noFollow = Access(rawValue: 128)
        /// A block device that the kernel uses otherwise (mounted, mapped, in a RAID) is refused with EBUSY (open(2), O_EXCL).
        package static let claim = Access(rawValue: 256)
    }

    package func open(_ path: FilePath, _ access: Access, mode: UInt32 = 0o600) throws(StorageError) -> OpenFile {
        if access.contains(.create), !exists(path) {
            try observe(.create(path), "create", path)
        }
        var flags = O_CLOEXEC
        flags |= access.contains(.write) ? (access.contains(.read) ? O_RDWR : O_WRONLY) : O_RDONLY
        if access.contains(.create) { flags |= O_CREAT }
        if access.contains(.exclusive) || (access.contains(.claim) && isBlockDevice(path)) { flags |= O_EXCL }
        if access.contains(.synchronous) { flags |= O_DSYNC }
        if access.contains(.append) { flags |= O_APPEND }
        if access.contains(.noFollow) { flags |= O_NOFOLLOW }
        let descriptor = retrying { path.withPlatformString { ac_open($0, flags, mode) } }
        guard descriptor >= 0 else { throw .cannot("open", path, Errno(rawValue: -descriptor)) }
        let file = OpenFile(descriptor: descriptor, path: path, observer: observer)
        if access.contains(.direct) { file.setDirect(true) }
        return file
    }

    /// A file of ours on what somebody else opened and will close; `path` names it in messages.
    package func adopt(copyOf descriptor: CInt, as path: FilePath) throws(StorageError) -> OpenFile {
        let copy = ac_duplicate(descriptor)
        guard copy >= 0 else { throw .cannot("take over", path, Errno(rawValue: -copy)) }
        return OpenFile(descriptor: copy, path: path, observer: observer)
    }

    package func exists(_ path: FilePath) -> Bool { path.withPlatformString { access($0, F_OK) } == 0 }

    private func isBlockDevice(_ path: FilePath) -> Bool { FileIdentity(path)?.blockDevice != nil }

    /// The whole of a file of at most `limit` bytes.
    package func read(_ path: FilePath, limit: Int) throws(StorageError) -> [UInt8] {
        let file = try open(path, .read)
        if let errno = observer?.failure(reading: path, at: 0, count: limit) { throw .cannot("read", path, errno) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = try buffer.withMutableBytes { (bytes) throws(StorageError) in try file.readNext(into: bytes) }
            if count == 0 { return content }
            guard content.count + count <= limit else { throw .tooLarge(path, limit: limit) }
            content.append(contentsOf: buffer[0..<count])
        }
    }

    /// Replaces the content of `path` so that after any power cut either the old or the new content is there, whole.
    package func replace(_ path: FilePath, with bytes: [UInt8], mode: UInt32 = 0o600) throws(StorageError) {
        let temporary = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "").new")
        // What an earlier, interrupted replacement left must not keep its old mode or longer content.
        if exists(temporary) { try remove(temporary) }
        do throws(StorageError) {
            let file = try open(temporary, [.write, .create, .exclusive], mode: mode)
            try bytes.withBytes { (bytes) throws(StorageError) in try file.write(bytes, at: 0) }
            try file.flush()
            try rename(temporary, to: path)
        } catch {
            _ = temporary.withPlatformString { unlink($0) }
            throw error
        }
        try flushFolder(path.removingLastComponent())
    }

    package func rename(_ path: FilePath, to target: FilePath) throws(StorageError) {
        try observe(.rename(path, to: target), "rename", path)
        let status = path.withPlatformString { old in target.withPlatformString { new in Glibc.rename(old, new) } }
        guard status == 0 else { throw .cannot("rename", path, Errno(rawValue: errno)) }
    }

    package func remove(_ path: FilePath) throws(StorageError) {
        try observe(.remove(path), "remove", path)
        guard path.withPlatformString({ unlink($0) }) == 0 else {
            throw .cannot("remove", path, Errno(rawValue: errno))
        }
    }

    /// Removes a file that may not be there, durably.
    package func removeIfThere(_ path: FilePath) throws(StorageError) {
        guard exists(path) else { return }
        try remove(path)
        try flushFolder(path.removingLastComponent())
    }

    /// Makes a folder and those above it; one that is there already is fine.
    package func createFolder(_ path: FilePath, mode: UInt32 = 0o700) throws(StorageError) {
        guard !exists(path) else { return }
        let parent = path.removingLastComponent()
        if !parent.isEmpty, parent != path { try createFolder(parent, mode: mode) }
        try observe(.createFolder(path), "create", path)
        guard path.withPlatformString({ mkdir($0, mode) }) == 0 || errno == EEXIST else {
            throw .cannot("create", path, Errno(rawValue: errno))
        }
        if !parent.isEmpty { try flushFolder(parent) }
    }

    /// Makes what was renamed, created or removed in a folder survive a power cut (fsync(2), notes).
    package func flushFolder(_ path: FilePath) throws(StorageError) {
        let folder = path.isEmpty ? FilePath(".") : path
        try observe(.flushFolder(folder), "flush", folder)
        let descriptor = folder.withPlatformString { ac_open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
        guard descriptor >= 0 else { throw .cannot("open", folder, Errno(rawValue: -descriptor)) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .cannot("flush", folder, Errno(rawValue: errno)) }
    }

    /// The names in a folder, sorted; without `.` and `..`.
    package func names(in folder: FilePath) throws(StorageError) -> [String] {
        guard let stream = folder.withPlatformString({ opendir($0) }) else {
            throw .cannot("list", folder, Errno(rawValue: errno))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func observe(_ operation: StorageOperation, _ verb: String, _ path: FilePath) throws(StorageError) {
        switch observer?.decide(on: operation, data: nil) {
        case nil, .proceed: return
        case .fail(let errno), .tear(_, let errno): throw .cannot(verb, path, errno)
        }
    }
}

/// Repeats a call that a signal interrupted; for calls that return a negative errno.
func retrying(_ call: () -> Int32) -> Int32 {
    while true {
        let status = call()
        if status != -EINTR { return status }
    }
}
