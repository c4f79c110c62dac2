import Documents
import Platform
import SystemPackage
import Vocabulary

extension Ledger {
    /// What the next group says of the segments that must go so that the new one has room; nothing under a hold.
    func chooseWhatToDrop() throws(LedgerError) -> [LedgerEvent] {
        guard !isHeld, total + limits.segment > limits.total else { return [] }
        let sealed = try reader.segments().dropLast()
        guard let oldest = sealed.first else { return [] }
        var (rest, bytes, last) = (total, UInt64(0), UInt64(0))
        for (position, segment) in sealed.enumerated() where rest + limits.segment > limits.total {
            let size = try reader.reading { () throws(StorageError) in try storage.open(segment.path, .read).size() }
            rest -= min(rest, size)
            bytes += size
            last = (position + 1 < sealed.count ? sealed[sealed.startIndex + position + 1].first : active.first) - 1
        }
        guard last >= oldest.first else { return [] }
        droppedThrough = last
        return [
            LedgerEvent(
                .ledgerDropped,
                [
                    "bytes": .number(bytes), "first": .number(oldest.first), "last": .number(last),
                    "limit": .number(limits.total),
                ])
        ]
    }

    /// Removes the segments that an entry on the medium says are dropped, after what the tree needs of them was kept.
    func drop() throws(LedgerError) {
        guard !isHeld else { return }
        let segments = try reader.segments()
        var dropped = try DroppedLines(in: folder, storage: storage)
        for (segment, following) in zip(segments, segments.dropFirst()) where following.first - 1 <= droppedThrough {
            // A power cut came between keeping and removing.
            if dropped.end < following.first - 1 {
                dropped = try dropped.adding(segment, until: following.first, cosigned: checkpoints.cosigned, reader)
                try reader.reading { () throws(StorageError) in try dropped.write(in: folder, storage: storage) }
            }
            let size = try reader.reading { () throws(StorageError) in
                let size = try storage.open(segment.path, .read).size()
                try storage.remove(segment.path)
                let seal = folder.appending(LedgerSegment.sealName(first: segment.first))
                if storage.exists(seal) { try storage.remove(seal) }
                try storage.flushFolder(folder)
                return size
            }
            total -= min(total, size)
            active.oldest = following.first
        }
    }
}

extension DroppedLines {
    /// With a segment that is still there, divided at the sizes that witnesses signed: they will ask for a proof
    /// from there.
    fileprivate func adding(
        _ segment: LedgerSegment, until next: UInt64, cosigned: [UInt64], _ folder: LedgerFolder
    ) throws(LedgerError) -> DroppedLines {
        let sizes = Set(cosigned.filter { segment.first <= $0 && $0 < next - 1 })
        if sizes.isEmpty, let seal = SegmentSeal(before: next, in: folder.path, storage: folder.storage),
            seal.segment.begin == segment.first - 1
        {
            return adding([seal.segment], previous: seal.previous)
        }
        let file = try folder.open(segment)
        var ranges: [CompactRange] = []
        var range = CompactRange(begin: segment.first - 1)
        var previous = previous
        try folder.reading { () throws(StorageError) in
            var scanner = LineScanner(file, from: 0, to: try file.size())
            while range.end + 1 < next, let line = try scanner.next() {
                range.append(leaf: line.leafHash)
                previous = line.leafHash
                if sizes.contains(range.end) {
                    ranges.append(range)
                    range = CompactRange(begin: range.end)
                }
            }
        }
        guard range.end + 1 == next else { throw .damaged(segment.path) }
        return adding(ranges + (range.begin < range.end ? [range] : []), previous: previous)
    }
}
