import Bundles
import Platform
import Synchronization

/// Reads every chunk from the medium and compares it with the signed index.
///
/// The chunks tile each image and their digests are in the signed index, so this is the check of the whole image.
final class ReadBack: Sendable {
    private let index: ChunkIndex
    private let slots: [WritableSlot]
    private let tally: Tally
    private let next = Atomic(0)

    init(_ index: ChunkIndex, slots: [WritableSlot], tally: Tally) {
        self.index = index
        self.slots = slots
        self.tally = tally
    }

    /// Checks the next chunk that no other thread has taken; false when there are no more.
    func checkNext(with reader: borrowing SlotReader) throws(InstallationError) -> Bool {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < index.count else { return false }
        let chunk = index[number]
        let slot = slots[chunk.image]
        let isRight = try storageErrors { () throws(StorageError) in try reader.holds(chunk, in: slot) }
        guard isRight else { throw .readBackDiffers(slot.path, offset: chunk.outputOffset) }
        tally.finishChunk(chunk.outputLength)
        return true
    }
}
