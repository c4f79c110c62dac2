import Platform
package import SystemPackage

/// A slot that was checked and is held open for writing: not the running one, not mounted, large enough.
///
/// Only `SlotGuard` makes one, and only a `WritableSlot` can be written.
package struct WritableSlot: Sendable {
    package let path: FilePath
    /// Past the page cache where the medium allows: large aligned writes without copying.
    let direct: OpenFile
    /// For an end that is not a multiple of the alignment.
    let buffered: OpenFile

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        let aligned = bytes.count / OpenFile.alignment * OpenFile.alignment
        if aligned > 0 { try direct.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(aligned)), at: offset) }
        guard aligned < bytes.count else { return }
        try buffered.write(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(aligned)), at: offset + UInt64(aligned))
    }

    func zero(_ count: UInt64, at offset: UInt64) throws(StorageError) -> Bool {
        try direct.zero(count, at: offset)
    }

    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        let aligned = bytes.count / OpenFile.alignment * OpenFile.alignment
        if aligned > 0 {
            try direct.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(aligned)), at: offset)
        }
        guard aligned < bytes.count else { return }
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes.dropFirst(aligned))
        try buffered.read(into: rest, at: offset + UInt64(aligned))
    }
}
