/// Memory that direct I/O takes: aligned to `OpenFile.alignment`, owned by whoever holds it, freed with it.
package struct AlignedBuffer: ~Copyable, @unchecked Sendable {
    // Sendable by hand: it is not copyable, so there is never a second owner.
    package let bytes: UnsafeMutableRawBufferPointer

    package init(byteCount: Int) {
        bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: OpenFile.alignment)
    }

    deinit { bytes.deallocate() }
}
