import Bundles
import Platform
import Vocabulary

/// Reads chunks of slots piece by piece and compares them; one for each thread.
struct SlotReader: ~Copyable {
    /// Small enough to stay in the processor's cache between being read and being compared.
    static let pieceLength = 256 << 10

    private let room = AlignedBuffer(byteCount: pieceLength)
    private let digest = SHA256()

    /// Whether the slot holds what the chunk becomes, by the signed digest; zeros are compared, which is faster.
    func holds(_ chunk: ChunkRecord, in slot: WritableSlot) throws(StorageError) -> Bool {
        var differs = false
        try readPieces(of: chunk, in: slot) { (piece, _) throws(StorageError) in
            if chunk.kind == .zero {
                differs = !piece.isAllZero
            } else {
                digest.update(piece)
            }
            return !differs
        }
        return chunk.kind == .zero ? !differs : digest.finish() == chunk.digest
    }

    /// The parts of a chunk, in whole blocks, in which the slot holds other bytes than `wanted`, nil for zeros.
    ///
    /// Parts with a small gap between them are taken for one. With `probing`, a slot whose first block differs is taken
    /// to differ in all: on other content one small read a chunk is all that this costs. So does one that cannot be read: it is
    /// written to, which mends a bad sector on most media, and what is left of it is found when the slot is read back.
    func differences(
        from wanted: UnsafeRawBufferPointer?, of chunk: ChunkRecord, in slot: WritableSlot, probing: Bool
    ) -> [Range<Int>] {
        do throws(StorageError) {
            return try readableDifferences(from: wanted, of: chunk, in: slot, probing: probing)
        } catch { return [0..<chunk.outputLength] }
    }

    private func readableDifferences(
        from wanted: UnsafeRawBufferPointer?, of chunk: ChunkRecord, in slot: WritableSlot, probing: Bool
    ) throws(StorageError) -> [Range<Int>] {
        if probing, chunk.outputLength > OpenFile.alignment {
            let block = UnsafeMutableRawBufferPointer(rebasing: room.bytes[..<OpenFile.alignment])
            try slot.read(into: block, at: chunk.outputOffset)
            guard Self.same(UnsafeRawBufferPointer(block), as: wanted, at: 0) else { return [0..<chunk.outputLength] }
        }
        var parts = DifferingParts()
        try readPieces(of: chunk, in: slot) { (piece, place) throws(StorageError) in
            // Most pieces are the same or altogether different: asked as a whole before block by block.
            guard !Self.same(piece, as: wanted, at: place) else { return true }
            for start in stride(from: 0, to: piece.count, by: OpenFile.alignment) {
                let block = start..<min(start + OpenFile.alignment, piece.count)
                guard !Self.same(UnsafeRawBufferPointer(rebasing: piece[block]), as: wanted, at: place + start)
                else { continue }
                parts.add(place + block.lowerBound..<place + block.upperBound)
            }
            return true
        }
        return parts.ranges
    }

    private static func same(
        _ held: UnsafeRawBufferPointer, as wanted: UnsafeRawBufferPointer?, at place: Int
    ) -> Bool {
        guard let wanted else { return held.isAllZero }
        return held.holdsSame(as: UnsafeRawBufferPointer(rebasing: wanted[place..<place + held.count]))
    }

    /// Gives `body` one piece after the other, with its place in the chunk, until it says no.
    private func readPieces(
        of chunk: ChunkRecord, in slot: WritableSlot,
        _ body: (UnsafeRawBufferPointer, Int) throws(StorageError) -> Bool
    ) throws(StorageError) {
        for start in stride(from: 0, to: chunk.outputLength, by: Self.pieceLength) {
            let count = min(Self.pieceLength, chunk.outputLength - start)
            let piece = UnsafeMutableRawBufferPointer(rebasing: room.bytes[..<count])
            try slot.read(into: piece, at: chunk.outputOffset + UInt64(start))
            guard try body(UnsafeRawBufferPointer(piece), start) else { return }
        }
    }
}

/// Ranges in rising order, joined where little lies between them.
private struct DifferingParts {
    /// Writing this much more costs less than another write.
    private static let gap = 64 << 10
    private(set) var ranges: [Range<Int>] = []

    mutating func add(_ range: Range<Int>) {
        guard let last = ranges.last, range.lowerBound - last.upperBound < Self.gap else { return ranges.append(range) }
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    }
}
