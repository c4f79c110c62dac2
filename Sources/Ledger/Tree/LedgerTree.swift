import Platform
import SystemPackage
package import Vocabulary

/// The tree over a ledger's lines, read from its folder: roots and proofs at any size, for as long as the lines are
/// there.
///
/// What is whole in a sealed segment is taken from its seal, so a proof reads the segments it goes through and no
/// others.
package struct LedgerTree: Sendable {
    private let folder: LedgerFolder
    private let segments: [LedgerSegment]
    private let dropped: DroppedLines
    /// Where the newest segment ends that this tree knows: it does not grow.
    private let end: UInt64
    /// How many lines it has.
    package let size: UInt64

    /// The lines that are there now, without what is torn at the end and not marked yet.
    package init(_ folder: LedgerFolder) throws(LedgerError) {
        self.folder = folder
        segments = try folder.segments()
        dropped = try DroppedLines(in: folder.path, storage: folder.storage)
        guard let last = segments.last else {
            (size, end) = (0, 0)
            return
        }
        let file = try folder.open(last)
        let tail = try folder.reading { () throws(StorageError) in
            try LedgerTail(of: file, first: last.first, before: LedgerEntry.noLine)
        }
        size = tail.next - 1 - (tail.torn?.lines ?? 0)
        end = tail.torn?.offset ?? tail.size
    }

    package func root(at size: UInt64) throws(LedgerError) -> Digest {
        guard size > 0 else { return CompactRange().root }
        return try roots([0..<size])[0]
    }

    /// The inclusion proof of a line in the tree of `size` lines.
    package func inclusion(of sequence: UInt64, in size: UInt64) throws(LedgerError) -> [Digest] {
        guard sequence >= 1, sequence <= size, size <= self.size else {
            throw .notThere(max(sequence, size), newest: self.size)
        }
        return try roots(MerkleProof.inclusion(of: sequence - 1, in: size))
    }

    /// The proof that the tree of `size` lines begins with that of `old` lines.
    package func consistency(from old: UInt64, to size: UInt64) throws(LedgerError) -> [Digest] {
        guard old <= size, size <= self.size else { throw .notThere(max(old, size), newest: self.size) }
        return try roots(MerkleProof.consistency(from: old, to: size))
    }

    /// The line with this number, torn or not.
    package func line(_ sequence: UInt64) throws(LedgerError) -> [UInt8] {
        guard sequence <= size, let segment = segments.last(where: { $0.first <= sequence }) else {
            throw .notThere(sequence, newest: size)
        }
        let file = try folder.open(segment)
        let bytes = try folder.reading { () throws(StorageError) -> [UInt8]? in
            var scanner = LineScanner(file, from: 0, to: try file.size())
            var number = segment.first
            while let line = try scanner.next() {
                if number == sequence { return line.bytes }
                number += 1
            }
            return nil
        }
        guard let bytes else { throw .notThere(sequence, newest: size) }
        return bytes
    }

    private func roots(_ wanted: [Range<UInt64>]) throws(LedgerError) -> [Digest] {
        guard !wanted.isEmpty else { return [] }
        var subtrees = SubtreeRoots(wanted)
        let needed = wanted.map(\.upperBound).max() ?? 0
        let start = segments.first.map { $0.first - 1 } ?? 0
        for range in dropped.ranges where range.end <= start {
            for node in range.nodes {
                guard !subtrees.isTorn(by: node) else { throw .notProvable(size: range.end) }
                subtrees.take(node)
            }
        }
        for (position, segment) in segments.enumerated() where segment.first <= needed {
            let next = position + 1 < segments.count ? segments[position + 1].first : nil
            if let next, let seal = SegmentSeal(before: next, in: folder.path, storage: folder.storage),
                seal.segment.begin == segment.first - 1,
                !seal.segment.nodes.contains(where: { subtrees.isTorn(by: $0) })
            {
                for node in seal.segment.nodes { subtrees.take(node) }
            } else {
                try readLeaves(of: segment, before: min(next.map { $0 - 1 } ?? size, needed), into: &subtrees)
            }
        }
        guard let roots = subtrees.roots else { throw .notProvable(size: start) }
        return roots
    }

    private func readLeaves(
        of segment: LedgerSegment, before limit: UInt64, into subtrees: inout SubtreeRoots
    ) throws(LedgerError) {
        let file = try folder.open(segment)
        try folder.reading { () throws(StorageError) in
            var scanner = LineScanner(file, from: 0, to: try file.size())
            var index = segment.first - 1
            while index < limit, let line = try scanner.next() {
                subtrees.take(leaf: line.leafHash, at: index)
                index += 1
            }
        }
    }
}
