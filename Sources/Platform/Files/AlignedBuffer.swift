/// Memory that direct I/O takes: aligned to `OpenFile.alignment`, owned by whoever holds it, freed with it.
package struct AlignedBuffer: ~Copyable {
    package let bytes: UnsafeMutableRawBufferPointer

    package init(byteCount: Int) {
        bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: OpenFile.alignment)
    }

    deinit { bytes.deallocate() }
}
