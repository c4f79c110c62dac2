import Platform
package import Vocabulary

/// The inclusion and consistency proofs of RFC 6962 §2.1.1 and §2.1.2.
package enum MerkleProof {
    /// No tree of ours needs more: one hash for each bit of a leaf's number.
    package static let limit = 63

    /// The ranges of leaves whose roots prove that leaf `index` is in a tree of `size`, from the leaf up.
    static func inclusion(of index: UInt64, in size: UInt64) -> [Range<UInt64>] {
        var (begin, end) = (UInt64(0), size)
        var path: [Range<UInt64>] = []
        while end - begin > 1 {
            let middle = begin + half(end - begin)
            if index < middle {
                path.append(middle..<end)
                end = middle
            } else {
                path.append(begin..<middle)
                begin = middle
            }
        }
        return path.reversed()
    }

    /// The ranges of leaves whose roots prove that a tree of `size` begins with the tree of `old` leaves.
    static func consistency(from old: UInt64, to size: UInt64) -> [Range<UInt64>] {
        guard old > 0, old < size else { return [] }
        var (begin, end, isWhole) = (UInt64(0), size, true)
        var path: [Range<UInt64>] = []
        // Down to the subtree that ends where the old tree ended; `isWhole` while it would be the old tree itself.
        while old != end {
            let middle = begin + half(end - begin)
            if old <= middle {
                path.append(middle..<end)
                end = middle
            } else {
                path.append(begin..<middle)
                begin = middle
                isWhole = false
            }
        }
        if !isWhole { path.append(begin..<end) }
        return path.reversed()
    }

    /// The largest power of two below `count`, which is more than one.
    private static func half(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }
}

extension MerkleProof {
    /// The root that an inclusion proof leads to, nil where it has another length than such a proof (RFC 9162
    /// §2.1.3.2).
    package static func root(leaf: Digest, index: UInt64, size: UInt64, proof: [Digest]) -> Digest? {
        guard index < size else { return nil }
        var (position, last, hash) = (index, size - 1, leaf)
        for sibling in proof {
            guard last > 0 else { return nil }
            if position & 1 == 1 || position == last {
                hash = SHA256.nodeHash(sibling, hash)
                while position & 1 == 0, position > 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                hash = SHA256.nodeHash(hash, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 ? hash : nil
    }

    /// Whether the tree of `size` and `root` begins with that of `old` leaves and `oldRoot` (RFC 9162 §2.1.4.2).
    package static func isConsistent(
        old: UInt64, _ oldRoot: Digest, size: UInt64, _ root: Digest, proof: [Digest]
    ) -> Bool {
        guard old <= size else { return false }
        if old == size { return proof.isEmpty && oldRoot == root }
        if old == 0 { return proof.isEmpty && oldRoot == CompactRange().root }
        let path = old.nonzeroBitCount == 1 ? [oldRoot] + proof : proof
        guard !proof.isEmpty, let first = path.first else { return false }
        let shift = UInt64((~(old - 1)).trailingZeroBitCount)
        var (position, last) = ((old - 1) >> shift, (size - 1) >> shift)
        var (oldHash, hash) = (first, first)
        for sibling in path.dropFirst() {
            guard last > 0 else { return false }
            if position & 1 == 1 || position == last {
                oldHash = SHA256.nodeHash(sibling, oldHash)
                hash = SHA256.nodeHash(sibling, hash)
                while position & 1 == 0, position > 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                hash = SHA256.nodeHash(hash, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot && hash == root
    }
}
