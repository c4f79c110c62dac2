package import Platform
package import Vocabulary

/// The least hashes that stand for the leaves `begin` to `end` of an RFC 6962 tree: the roots of its largest aligned
/// subtrees.
///
/// Ranges that follow each other can be joined, so a tree grows, and is divided among segments, without its leaves.
package struct CompactRange: Hashable, Sendable {
    /// The root of the 2^`level` leaves from `start`, a multiple of that.
    struct Node: Hashable, Sendable {
        let start: UInt64
        let level: Int
        let hash: Digest

        var end: UInt64 { start + 1 << UInt64(level) }
    }

    package let begin: UInt64
    private(set) var nodes: [Node] = []

    package init(begin: UInt64 = 0) { self.begin = begin }

    /// Takes the hashes of a range that was kept; nil if they are not as many as such a range has.
    package init?(begin: UInt64, end: UInt64, hashes: [Digest]) {
        guard begin <= end, let blocks = Self.blocks(begin: begin, end: end), blocks.count == hashes.count else {
            return nil
        }
        self.begin = begin
        nodes = zip(blocks, hashes).map { Node(start: $0.start, level: $0.level, hash: $1) }
    }

    package var end: UInt64 { nodes.last?.end ?? begin }
    package var hashes: [Digest] { nodes.map(\.hash) }

    package mutating func append(leaf: Digest) { append(level: 0, leaf) }

    /// Joins a range that begins where this one ends.
    package mutating func append(_ other: CompactRange) {
        for node in other.nodes { append(level: node.level, node.hash) }
    }

    mutating func append(level: Int, _ hash: Digest) {
        var node = Node(start: end, level: level, hash: hash)
        while let left = nodes.last, left.level == node.level, left.start >> UInt64(left.level) & 1 == 0 {
            nodes.removeLast()
            node = Node(start: left.start, level: left.level + 1, hash: SHA256.nodeHash(left.hash, node.hash))
        }
        nodes.append(node)
    }

    /// The RFC 6962 root of these leaves as a tree of their own, where `begin` is one's beginning; of none, the hash
    /// of nothing.
    package var root: Digest {
        guard var hash = nodes.last?.hash else { return SHA256.digest(of: []) }
        for node in nodes.dropLast().reversed() { hash = SHA256.nodeHash(node.hash, hash) }
        return hash
    }

    /// The largest aligned blocks that fill a range, from left to right.
    private static func blocks(begin: UInt64, end: UInt64) -> [(start: UInt64, level: Int)]? {
        guard end <= 1 << 62 else { return nil }
        var blocks: [(UInt64, Int)] = []
        var start = begin
        while start < end {
            let level = min(start.trailingZeroBitCount, 63 - (end - start).leadingZeroBitCount)
            blocks.append((start, level))
            start += 1 << UInt64(level)
        }
        return blocks
    }
}

extension SHA256 {
    /// The RFC 6962 §2.1 hash of a leaf: SHA-256(0x00 || bytes).
    package static func leafHash(of bytes: [UInt8]) -> Digest {
        let computation = SHA256()
        computation.update([0])
        computation.update(bytes)
        return computation.finish()
    }

    /// The RFC 6962 §2.1 hash of an inner node: SHA-256(0x01 || left || right).
    package static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
        digest(of: [1] + left.bytes + right.bytes)
    }
}
