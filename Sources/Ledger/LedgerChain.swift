import Platform
import Vocabulary

/// A verification between two lines: what must come next, and what did not fit, if anything.
///
/// A line that does not fit is not yet a verdict: the line after it tells how it came about, and a marker that begins the next group
/// may say that a power cut tore it. The next group without such a marker, or the end of the file, decides.
struct LedgerChain {
    private var number: UInt64 = 1
    private var group: UInt64 = 0
    private var previous = LedgerEntry.noLine
    private var previousOffset: UInt64 = 0
    private var entries: UInt64 = 0
    private var torn: UInt64 = 0
    private var misfit: Misfit?

    /// What is torn according to `entry`, if it is a marker and stands where the marker of the present misfit must.
    func marked(by entry: LedgerEntry, at offset: UInt64) -> TornRegion? {
        guard let misfit, let region = TornRegion(entry), fits(entry), entry.group == number,
            region.offset == misfit.offset, region.offset + region.length == offset,
            region.lines == number - misfit.number
        else { return nil }
        return region
    }

    mutating func forgive(_ region: TornRegion) {
        torn += region.lines
        misfit = nil
    }

    /// Goes past a line and the entry it is, and gives the verdict as soon as there can be no other.
    mutating func take(_ line: LedgerLine, _ entry: LedgerEntry?) -> LedgerVerdict? {
        defer {
            number += 1
            previous = line.leafHash
            previousOffset = line.offset
        }
        if var misfit {
            if number == misfit.number + 1 { misfit.next = .some(entry) }
            self.misfit = misfit
            return entry.map { $0.group == $0.sequence } == true ? misfit.verdict(isLast: false) : nil
        }
        if let entry, fits(entry), entry.group == number || entry.group == group {
            group = entry.group
            entries += 1
        } else {
            misfit = Misfit(
                number: number, offset: line.offset, offsetBefore: previousOffset, entry: entry,
                leafHash: line.leafHash, leafHashBefore: previous)
        }
        return nil
    }

    var end: LedgerVerdict {
        misfit?.verdict(isLast: true) ?? .whole(LedgerSummary(entries: entries, torn: torn, head: previous))
    }

    private func fits(_ entry: LedgerEntry) -> Bool { entry.sequence == number && entry.previous == previous }
}

/// The first line that does not fit, and what stands around it.
private struct Misfit {
    let number: UInt64
    let offset: UInt64
    let offsetBefore: UInt64
    let entry: LedgerEntry?
    let leafHash: Digest
    let leafHashBefore: Digest
    /// The line after it, once that was read: nil inside where it is no entry.
    var next: LedgerEntry??

    func verdict(isLast: Bool) -> LedgerVerdict {
        guard let entry else {
            return .broken(line: number, offset: offset, reason: isLast ? .torn : .edited)
        }
        let next = next ?? nil
        if entry.sequence == number, entry.previous != leafHashBefore, number > 1,
            self.next == nil || next?.previous == leafHash
        {
            // The line after this one vouches for it, so it is the one before that was changed.
            return .broken(line: number - 1, offset: offsetBefore, reason: .edited)
        }
        return .broken(line: number, offset: offset, reason: reason(entry, next))
    }

    private func reason(_ entry: LedgerEntry, _ next: LedgerEntry?) -> LedgerBreak {
        if entry.sequence == number || entry.previous == leafHashBefore { return .edited }
        guard entry.sequence > number else { return .inserted }
        guard let next else { return .deleted }
        return next.sequence == entry.sequence + 1 ? .deleted : .swapped
    }
}
