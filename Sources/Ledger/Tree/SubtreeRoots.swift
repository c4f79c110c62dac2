import Vocabulary

/// Computes the roots of some ranges of leaves from the leaves and kept nodes of a whole tree, in one pass from left
/// to right.
struct SubtreeRoots {
    private let wanted: [Range<UInt64>]
    private var found: [CompactRange]

    init(_ wanted: [Range<UInt64>]) {
        self.wanted = wanted
        found = wanted.map { CompactRange(begin: $0.lowerBound) }
    }

    /// Whether a node is too large: it holds leaves that a wanted range has, and others.
    func isTorn(by node: CompactRange.Node) -> Bool {
        wanted.contains { wanted in
            wanted.lowerBound < node.end && node.start < wanted.upperBound
                && !(wanted.lowerBound <= node.start && node.end <= wanted.upperBound)
        }
    }

    mutating func take(leaf: Digest, at index: UInt64) {
        take(CompactRange.Node(start: index, level: 0, hash: leaf))
    }

    mutating func take(_ node: CompactRange.Node) {
        for (position, range) in wanted.enumerated()
        where range.lowerBound <= node.start && node.end <= range.upperBound {
            found[position].append(level: node.level, node.hash)
        }
    }

    /// The roots, nil where leaves are missing.
    var roots: [Digest]? {
        zip(wanted, found).allSatisfy { $0.upperBound == $1.end } ? found.map(\.root) : nil
    }
}
