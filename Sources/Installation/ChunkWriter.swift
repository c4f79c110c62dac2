import Bundles
import Platform
import Vocabulary

/// One worker: makes a chunk, compares it with the slot, writes what differs.
final class ChunkWriter {
    /// How much is read to tell whether the rest is worth comparing.
    private static let probeLength = 4096

    private let targets: [WritableSlot]
    private let expectsSame: Bool
    private let tally: Tally
    private var decoder = ChunkDecoder()
    private let output: AlignedBuffer
    private let present: AlignedBuffer

    init(targets: [WritableSlot], largest: Int, expectsSame: Bool, tally: Tally) {
        self.targets = targets
        self.expectsSame = expectsSame
        self.tally = tally
        let room = largest.roundedUp(to: OpenFile.alignment)
        output = AlignedBuffer(byteCount: room)
        present = AlignedBuffer(byteCount: room)
    }

    func write(_ chunk: LoadedChunk) throws(InstallationError) {
        let record = chunk.record
        let slot = targets[record.image]
        // A slot that holds most of the image already is asked first: a digest costs less than making the chunk.
        if expectsSame, try isInPlace(record, in: slot) {
            return tally.finishChunk(record.outputLength, written: 0, in: .writing)
        }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: output.bytes.prefix(record.outputLength))
        do { try decoder.decode(record, stored: chunk.stored, into: bytes) } catch { throw .bundle(error) }
        let written = try storageErrors { () throws(StorageError) in
            try put(UnsafeRawBufferPointer(bytes), isZero: record.kind == .zero, at: record.outputOffset, in: slot)
        }
        tally.finishChunk(record.outputLength, written: written, in: .writing)
    }

    private func isInPlace(_ record: ChunkRecord, in slot: WritableSlot) throws(InstallationError) -> Bool {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: present.bytes.prefix(record.outputLength))
        return try storageErrors { () throws(StorageError) in
            try slot.read(into: bytes, at: record.outputOffset)
            return record.holds(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Writes the part of `bytes` that the slot does not hold yet, and gives its length.
    private func put(
        _ bytes: UnsafeRawBufferPointer, isZero: Bool, at offset: UInt64, in slot: WritableSlot
    ) throws(StorageError) -> Int {
        var differing = 0..<bytes.count
        if let range = try differenceWorthTrimming(bytes, at: offset, in: slot) { differing = range }
        guard !differing.isEmpty else { return 0 }
        let place = offset + UInt64(differing.lowerBound)
        if isZero, try slot.zero(UInt64(differing.count), at: place) { return differing.count }
        try slot.write(UnsafeRawBufferPointer(rebasing: bytes[differing]), at: place)
        return differing.count
    }

    /// Compares only if the first block is the same: on a slot with other content one small read a chunk is all that this costs.
    private func differenceWorthTrimming(
        _ bytes: UnsafeRawBufferPointer, at offset: UInt64, in slot: WritableSlot
    ) throws(StorageError) -> Range<Int>? {
        guard bytes.count > Self.probeLength, !expectsSame else {
            return try difference(bytes, at: offset, in: slot)
        }
        let probe = UnsafeMutableRawBufferPointer(rebasing: present.bytes.prefix(Self.probeLength))
        try slot.read(into: probe, at: offset)
        guard
            UnsafeRawBufferPointer(probe).holdsSame(
                as: UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.probeLength)))
        else { return nil }
        return try difference(bytes, at: offset, in: slot)
    }

    /// From the first to the last block that differs; empty if none does.
    private func difference(
        _ bytes: UnsafeRawBufferPointer, at offset: UInt64, in slot: WritableSlot
    ) throws(StorageError) -> Range<Int> {
        let held = UnsafeMutableRawBufferPointer(rebasing: present.bytes.prefix(bytes.count))
        try slot.read(into: held, at: offset)
        func differs(_ block: Int) -> Bool {
            let range = block * OpenFile.alignment..<min(bytes.count, (block + 1) * OpenFile.alignment)
            let mine = UnsafeRawBufferPointer(rebasing: bytes[range])
            return !mine.holdsSame(as: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(held)[range]))
        }
        let blocks = (bytes.count + OpenFile.alignment - 1) / OpenFile.alignment
        guard let first = (0..<blocks).first(where: differs), let last = (0..<blocks).last(where: differs) else {
            return 0..<0
        }
        return first * OpenFile.alignment..<min(bytes.count, (last + 1) * OpenFile.alignment)
    }
}

extension Int {
    func roundedUp(to multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }
}

extension ChunkRecord {
    /// Whether `bytes` are this chunk's output; zeros are compared, which is faster than digesting them.
    func holds(_ bytes: UnsafeRawBufferPointer) -> Bool {
        kind == .zero ? bytes.isAllZero : SHA256.digest(of: bytes) == digest
    }
}
