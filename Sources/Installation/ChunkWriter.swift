import Bundles
import Platform

/// Takes chunks of a bundle, makes them, and writes what the slots do not hold yet; one for each thread.
struct ChunkWriter: ~Copyable {
    private let bundle: VerifiedBundle
    private let slots: [WritableSlot]
    private let expectsSame: Bool
    private let tally: Tally
    private let stored: AlignedBuffer
    private let output: AlignedBuffer
    private let reader = SlotReader()
    private var decoder = ChunkDecoder()

    /// The bytes of memory that one needs for the chunks of `bundle`.
    static func memory(for bundle: VerifiedBundle) -> Int {
        bundle.readBufferLength + bundle.index.largestOutputLength + SlotReader.pieceLength
    }

    /// With `expectsSame`, a slot is asked for a chunk's digest before the chunk is made.
    init(_ bundle: VerifiedBundle, slots: [WritableSlot], expectsSame: Bool, tally: Tally) {
        self.bundle = bundle
        self.slots = slots
        self.expectsSame = expectsSame
        self.tally = tally
        stored = AlignedBuffer(byteCount: bundle.readBufferLength)
        output = AlignedBuffer(byteCount: bundle.index.largestOutputLength)
    }

    /// Takes the next chunk through; false when there are no more.
    mutating func writeNext() throws(InstallationError) -> Bool {
        let chunk: ChunkRecord
        do throws(BundleError) {
            guard let next = try bundle.isReadSparingly ? readMissing() : bundle.readChunk(into: stored.bytes)
            else { return false }
            chunk = next
        } catch { throw .bundle(error) }
        tally.finishChunk(chunk.outputLength, written: try write(chunk, to: slots[chunk.image]))
        return true
    }

    /// The next chunk that its slot does not hold; what it holds counts as done.
    private func readMissing() throws(BundleError) -> ChunkRecord? {
        try bundle.readNumberedChunk(into: stored.bytes) { chunk in
            // A slot that cannot be read is written to, and says then what is wrong with it.
            guard chunk.kind != .zero, (try? reader.holds(chunk, in: slots[chunk.image])) == true else { return true }
            tally.finishChunk(chunk.outputLength, written: 0)
            return false
        }?.record
    }

    private mutating func write(_ chunk: ChunkRecord, to slot: WritableSlot) throws(InstallationError) -> Int {
        // A digest of what is there costs less than making the chunk.
        if expectsSame, (try? reader.holds(chunk, in: slot)) == true { return 0 }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: output.bytes[..<chunk.outputLength])
        if chunk.kind != .zero {
            do throws(BundleError) {
                try decoder.decode(chunk, stored: UnsafeRawBufferPointer(stored.bytes), into: bytes)
            } catch { throw .bundle(error) }
        }
        return try storageErrors { () throws(StorageError) in
            chunk.kind == .zero
                ? try putZeros(chunk, in: slot) : try put(UnsafeRawBufferPointer(bytes), of: chunk, in: slot)
        }
    }

    private func put(
        _ bytes: UnsafeRawBufferPointer, of chunk: ChunkRecord, in slot: WritableSlot
    ) throws(StorageError) -> Int {
        let parts = reader.differences(from: bytes, of: chunk, in: slot, probing: !expectsSame)
        for part in parts {
            try slot.write(
                UnsafeRawBufferPointer(rebasing: bytes[part]), at: chunk.outputOffset + UInt64(part.lowerBound))
        }
        return parts.reduce(0) { $0 + $1.count }
    }

    private func putZeros(_ chunk: ChunkRecord, in slot: WritableSlot) throws(StorageError) -> Int {
        let parts = reader.differences(from: nil, of: chunk, in: slot, probing: !expectsSame)
        for part in parts {
            let place = chunk.outputOffset + UInt64(part.lowerBound)
            guard try !slot.zero(UInt64(part.count), at: place) else { continue }
            let zeros = UnsafeMutableRawBufferPointer(rebasing: output.bytes[..<part.count])
            zeros.fillWithZeros()
            try slot.write(UnsafeRawBufferPointer(zeros), at: place)
        }
        return parts.reduce(0) { $0 + $1.count }
    }
}
