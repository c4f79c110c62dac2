import Bundles
import Platform

/// Guesses from a few chunks whether the slots hold most of the images already.
enum Sampling {
    private static let count = 8

    static func mostlySame(_ index: ChunkIndex, in slots: [WritableSlot]) -> Bool {
        // Zeros say nothing: they are in any slot that has room to spare.
        let candidates = index.indices.filter { index[$0].kind != .zero }
        guard !candidates.isEmpty else { return false }
        let reader = SlotReader()
        var same = 0
        for sample in 0..<count {
            let chunk = index[candidates[sample * candidates.count / count]]
            // What cannot be read is not the same; what is wrong with it is found by writing it.
            same += (try? reader.holds(chunk, in: slots[chunk.image])) == true ? 1 : 0
        }
        return same * 2 > count
    }
}
