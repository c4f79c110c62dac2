import Platform
package import SystemPackage

/// A slot that was checked and is held open for writing: not the running one, not mounted, large enough.
///
/// Only `SlotGuard` makes one, and only a `WritableSlot` can be written.
package struct WritableSlot: Sendable {
    package let path: FilePath
    /// Whether reads come from the medium itself: large aligned ones, past the page cache.
    let isDirect: Bool
    /// Past the page cache where the medium allows: large aligned writes without copying.
    private let direct: OpenFile
    /// For an end that is not a multiple of the alignment.
    private let buffered: OpenFile

    /// Takes two files on the same slot; `direct` is left as it was opened where direct I/O works in deed.
    init(path: FilePath, direct: OpenFile, buffered: OpenFile) {
        self.path = path
        self.direct = direct
        self.buffered = buffered
        isDirect = Self.readsDirectly(direct)
        if !isDirect { direct.setDirect(false) }
    }

    /// Some file systems take the flag and refuse the reads, and none can be asked but by trying.
    private static func readsDirectly(_ file: OpenFile) -> Bool {
        guard file.setDirect(true) else { return false }
        let block = AlignedBuffer(byteCount: OpenFile.alignment)
        do throws(StorageError) {
            try file.read(into: block.bytes, at: 0)
            return true
        } catch {
            // A file shorter than a block has no whole block for direct I/O: all of it goes through the other file.
            if case .ended = error { return true }
            return false
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        let aligned = bytes.count / OpenFile.alignment * OpenFile.alignment
        if aligned > 0 { try direct.write(UnsafeRawBufferPointer(rebasing: bytes[..<aligned]), at: offset) }
        guard aligned < bytes.count else { return }
        try buffered.write(UnsafeRawBufferPointer(rebasing: bytes[aligned...]), at: offset + UInt64(aligned))
    }

    /// Has the medium fill a range with zeros itself; false where it cannot.
    func zero(_ count: UInt64, at offset: UInt64) throws(StorageError) -> Bool {
        try direct.zero(count, at: offset)
    }

    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        let aligned = bytes.count / OpenFile.alignment * OpenFile.alignment
        if aligned > 0 { try direct.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<aligned]), at: offset) }
        guard aligned < bytes.count else { return }
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[aligned...])
        try buffered.read(into: rest, at: offset + UInt64(aligned))
    }

    /// Waits until everything is on the medium, and forgets what is cached of it: the next read comes from there.
    func flush() throws(StorageError) {
        // One file is enough: both are the same inode, and a failed write through the other was told at once.
        try buffered.flush()
        buffered.dropCache()
    }
}
