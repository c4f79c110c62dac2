import Platform
import SystemPackage

/// A file that stands beside another until it is renamed over it, and is removed with its owner otherwise.
final class TemporaryFile: Sendable {
    let file: OpenFile
    private let storage: Storage

    /// Makes `.NAME.SUFFIX`; what an earlier, interrupted run left under that name goes.
    init(beside path: FilePath, _ suffix: String, in storage: Storage) throws(StorageError) {
        let temporary = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "").\(suffix)")
        if storage.exists(temporary) { try storage.remove(temporary) }
        file = try storage.open(temporary, [.read, .write, .create, .exclusive], mode: 0o644)
        self.storage = storage
    }

    deinit {
        // After a rename there is nothing under this name, and a file that cannot be removed is overwritten by the
        // next run.
        if storage.exists(file.path) { try? storage.remove(file.path) }
    }

    /// Copies `count` bytes of another file to `offset`, in pieces of 1 MiB.
    func append(_ other: OpenFile, from start: UInt64, count: UInt64, at offset: UInt64) throws(StorageError) {
        let buffer = AlignedBuffer(byteCount: 1 << 20)
        var done: UInt64 = 0
        while done < count {
            let length = Int(min(count - done, UInt64(buffer.bytes.count)))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<length])
            try other.read(into: piece, at: start + done)
            try file.write(UnsafeRawBufferPointer(piece), at: offset + done)
            done += UInt64(length)
        }
    }

    /// Puts the file in the place of `path`, durably.
    func rename(to path: FilePath) throws(StorageError) {
        try file.flush()
        try storage.rename(file.path, to: path)
        let folder = path.removingLastComponent()
        try storage.flushFolder(folder.isEmpty ? "." : folder)
    }
}
