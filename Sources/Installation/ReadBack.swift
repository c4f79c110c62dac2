import Bundles
import Platform
import Synchronization
import Vocabulary

/// Reads every chunk from the medium and compares it with the signed index, on all cores.
///
/// The chunks tile each image and their digests are in the signed index, so this is the check of the whole image.
struct ReadBack {
    let index: ChunkIndex
    let targets: [WritableSlot]
    let tally: Tally
    let cancellation: Cancellation
    let threads: Int

    func run() throws(InstallationError) {
        let next = Mutex(0)
        let workers = BlockingThreadGroup("read-back", count: threads) { [self] in
            let room = AlignedBuffer(byteCount: index.largestOutputLength.roundedUp(to: OpenFile.alignment))
            while tally.failure == nil, !cancellation.isCancelled {
                let number = next.withLock { number in
                    number += 1
                    return number - 1
                }
                guard number < index.count else { return }
                do throws(InstallationError) { try check(index[number], room.bytes) } catch { tally.fail(error) }
            }
        }
        workers.wait()
        if let failure = tally.failure { throw failure }
        if cancellation.isCancelled { throw .cancelled }
    }

    private func check(_ chunk: ChunkRecord, _ room: UnsafeMutableRawBufferPointer) throws(InstallationError) {
        let slot = targets[chunk.image]
        let bytes = UnsafeMutableRawBufferPointer(rebasing: room.prefix(chunk.outputLength))
        try storageErrors { () throws(StorageError) in try slot.read(into: bytes, at: chunk.outputOffset) }
        guard chunk.holds(UnsafeRawBufferPointer(bytes)) else {
            throw .readBackDiffers(slot.path, offset: chunk.outputOffset)
        }
        tally.finishChunk(chunk.outputLength, written: 0, in: .readingBack)
    }
}

/// Guesses from a few chunks whether a slot holds most of an image already.
enum Sampling {
    private static let count = 8

    static func mostlySame(
        _ index: ChunkIndex, in targets: [WritableSlot]
    ) throws(StorageError) -> Bool {
        let candidates = index.indices.filter { index[$0].kind != .zero }
        guard !candidates.isEmpty else { return false }
        let room = AlignedBuffer(byteCount: index.largestOutputLength.roundedUp(to: OpenFile.alignment))
        var same = 0
        for sample in 0..<count {
            let chunk = index[candidates[sample * candidates.count / count]]
            let bytes = UnsafeMutableRawBufferPointer(rebasing: room.bytes.prefix(chunk.outputLength))
            try targets[chunk.image].read(into: bytes, at: chunk.outputOffset)
            same += chunk.holds(UnsafeRawBufferPointer(bytes)) ? 1 : 0
        }
        return same * 2 > count
    }
}
