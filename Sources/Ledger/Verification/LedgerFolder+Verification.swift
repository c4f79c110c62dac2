import Documents
import Platform
import SystemPackage
import Vocabulary

extension LedgerFolder {
    /// Reads all segments and checks that every line is an entry or marked as torn, that each holds the hash of the
    /// one before, and
    /// that every checkpoint agrees with them.
    ///
    /// That entries were cut off the end shows only against a checkpoint, here or kept elsewhere.
    package func verify(_ knowledge: LedgerKnowledge = LedgerKnowledge()) throws(LedgerError) -> LedgerReport {
        let segments = try segments()
        let first = segments.first?.first ?? 1
        let before = try before(first)
        let keys = try LedgerKeys(in: path, storage: storage)
        let kept = try KeptCheckpoints(in: path, storage: storage).all.map(\.checkpoint).filter { $0.size >= first - 1 }
        let judgement = CheckpointJudgement(own: kept, knowledge: knowledge, origin: keys?.origin ?? "")
        if keys != nil { try judgement.checkOrigins() }
        var chain = LedgerChain(
            first: first, previous: before.previous, tree: before.tree, origin: keys?.origin,
            key: keys?.inForce(at: first - 1), wanted: judgement.sizes)
        var report = LedgerReport(verdict: .whole(LedgerSummary(entries: 0, torn: 0, head: before.previous)))
        report.origin = keys?.origin
        report.first = first
        report.verdict =
            try verdict(segments, &chain) ?? judgement.verdict(chain, mustCover: false, &report)
            ?? .whole(LedgerSummary(entries: chain.entries, torn: chain.torn, head: chain.previous))
        report.last = chain.number - 1
        report.timesBack = chain.timesBack
        report.clockSteps = chain.clockSteps
        return report
    }

    /// What stands before the oldest segment.
    func before(_ first: UInt64) throws(LedgerError) -> (previous: Digest, tree: CompactRange) {
        guard first > 1 else { return (LedgerEntry.noLine, CompactRange()) }
        // Beside the file with the sum of what was dropped, each seal tells the same of what is before its segment.
        if let seal = SegmentSeal(before: first, in: path, storage: storage) { return (seal.previous, seal.tree) }
        let dropped = try DroppedLines(in: path, storage: storage)
        guard dropped.end == first - 1 else { throw .damaged(path.appending(DroppedLines.name)) }
        return (dropped.previous, dropped.tree)
    }

    private func verdict(
        _ segments: [LedgerSegment], _ chain: inout LedgerChain
    ) throws(LedgerError) -> LedgerVerdict? {
        for segment in segments {
            if segment.first != chain.number {
                return chain.end(.nothing) ?? .broken(line: chain.number, offset: 0, reason: .missing)
            }
            let file = try open(segment)
            let verdict = try reading { () throws(StorageError) -> LedgerVerdict? in
                var scanner = LineScanner(file, from: 0, to: try file.size())
                while let line = try scanner.next() {
                    if let verdict = try chain.take(line, in: file) { return verdict }
                }
                return nil
            }
            if let verdict { return verdict }
        }
        return chain.end(.nothing)
    }
}

extension TornRegion {
    /// What a marker says; nil where it does not say it.
    init?(_ entry: LedgerEntry) {
        guard let offset = entry.body["offset"]?.integer, let length = entry.body["length"]?.integer, length >= 0,
            let lines = entry.body["lines"]?.integer, lines >= 0, offset >= 0,
            let digest = entry.body["digest"]?.string.flatMap({ Digest(hex: $0) }),
            let before = entry.body["before"]?.string.flatMap({ Digest(hex: $0) })
        else { return nil }
        self.init(
            offset: UInt64(offset), length: UInt64(length), lines: UInt64(lines), digest: digest, before: before)
    }
}
