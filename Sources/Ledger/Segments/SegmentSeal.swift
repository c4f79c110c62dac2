import Documents
import Platform
import SystemPackage
import Vocabulary

/// What a sealed segment leaves, so that the next one is opened without reading it.
struct SegmentSeal {
    /// The hash of its last line.
    let previous: Digest
    /// The range of all lines up to its end.
    let tree: CompactRange
    /// The range of its own lines.
    let segment: CompactRange

    var next: UInt64 { tree.end + 1 }

    init(previous: Digest, tree: CompactRange, segment: CompactRange) {
        self.previous = previous
        self.tree = tree
        self.segment = segment
    }

    /// Nil where the file is not there or does not hold what it must.
    init?(before first: UInt64, in folder: FilePath, storage: Storage) {
        guard let bytes = try? storage.read(folder.appending(LedgerSegment.sealName(first: first)), limit: Frame.limit)
        else { return nil }
        let members = Frame(bytes).members
        guard let previous = members["previous"]?.string.flatMap({ Digest(hex: $0) }),
            let begin = members["begin"]?.integer, begin >= 0,
            let tree = CompactRange(begin: 0, end: first - 1, hashes: members.digests("tree")),
            let segment = CompactRange(begin: UInt64(begin), end: first - 1, hashes: members.digests("segment"))
        else { return nil }
        self.init(previous: previous, tree: tree, segment: segment)
    }

    func write(in folder: FilePath, storage: Storage) throws(StorageError) {
        let frame = Frame([
            "begin": .number(segment.begin), "previous": .string(previous.hex),
            "segment": .strings(segment.hashes.map(\.hex)), "tree": .strings(tree.hashes.map(\.hex)),
        ])
        try storage.replace(folder.appending(LedgerSegment.sealName(first: next)), with: frame.bytes)
    }
}

/// What the dropped segments leave: ranges between sizes from which something can still be proven.
struct DroppedLines {
    static let name = "dropped.json"
    /// More than that and the oldest are joined.
    private static let limit = 64

    /// The hash of the last dropped line.
    let previous: Digest
    /// Adjacent, from the first line on.
    let ranges: [CompactRange]

    static let none = DroppedLines(previous: LedgerEntry.noLine, ranges: [])

    var end: UInt64 { ranges.last?.end ?? 0 }

    /// The range of all of them.
    var tree: CompactRange {
        var tree = CompactRange()
        for range in ranges { tree.append(range) }
        return tree
    }

    init(previous: Digest, ranges: [CompactRange]) {
        self.previous = previous
        self.ranges = ranges
    }

    init(in folder: FilePath, storage: Storage) throws(LedgerError) {
        let path = folder.appending(Self.name)
        guard storage.exists(path) else {
            self = .none
            return
        }
        let members: JSON
        do throws(StorageError) { members = Frame(try storage.read(path, limit: Frame.limit)).members } catch {
            throw .storage(error)
        }
        guard let previous = members["previous"]?.string.flatMap({ Digest(hex: $0) }),
            let points = members["points"]?.array
        else { throw .damaged(path) }
        var ranges: [CompactRange] = []
        for point in points {
            guard let size = point["size"]?.integer, size > 0,
                let range = CompactRange(
                    begin: ranges.last?.end ?? 0, end: UInt64(size), hashes: point.digests("range"))
            else { throw .damaged(path) }
            ranges.append(range)
        }
        self.init(previous: previous, ranges: ranges)
    }

    /// With the ranges of one more segment, whose last line has the hash `previous`.
    func adding(_ more: [CompactRange], previous: Digest) -> DroppedLines {
        var ranges = ranges + more
        while ranges.count > Self.limit {
            let second = ranges.remove(at: 1)
            ranges[0].append(second)
        }
        return DroppedLines(previous: previous, ranges: ranges)
    }

    func write(in folder: FilePath, storage: Storage) throws(StorageError) {
        let points = ranges.map { range in
            ["range": .strings(range.hashes.map(\.hex)), "size": .number(range.end)] as JSON
        }
        let frame = Frame(["points": .array(points), "previous": .string(previous.hex)])
        try storage.replace(folder.appending(Self.name), with: frame.bytes)
    }
}

extension JSON {
    /// An array of hashes; empty where any of them is something else.
    func digests(_ key: String) -> [Digest] {
        let texts = self[key]?.array ?? []
        let digests = texts.compactMap { $0.string.flatMap { Digest(hex: $0) } }
        return digests.count == texts.count ? digests : []
    }
}
