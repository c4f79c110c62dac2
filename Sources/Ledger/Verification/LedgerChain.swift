import Platform
import Vocabulary

/// A verification between two lines: what must come next, and what did not fit, if anything.
///
/// A line that does not fit is not yet a verdict: the line after it tells how it came about, and a marker that
/// begins the next group
/// may say that a power cut tore it. `docs/ledger.md`, Verifying, step 2, is the rule.
struct LedgerChain {
    let first: UInt64
    /// The sequence that the next line must have.
    private(set) var number: UInt64
    private(set) var previous: Digest
    private(set) var tree: CompactRange
    private(set) var entries: UInt64 = 0
    private(set) var torn: UInt64 = 0
    private(set) var timesBack: UInt64 = 0
    private(set) var clockSteps: UInt64 = 0
    /// The roots at the sizes that were asked for.
    private(set) var roots: [UInt64: Digest] = [:]
    /// The keys in force, from which size on.
    private(set) var keys: [LedgerKeys.Key]
    private let origin: String
    private let wanted: Set<UInt64>
    private var group: UInt64?
    private var previousOffset: UInt64 = 0
    /// Where the line before begins in its file.
    var lastOffset: UInt64 { previousOffset }
    private var time: Timestamp?
    private var misfit: Misfit?
    private var question: Question?

    /// A verdict that waits for the line after the one that it is about.
    private struct Question {
        let leafHash: Digest
        let ifVouched: LedgerVerdict
        let otherwise: LedgerVerdict
    }

    init(first: UInt64, previous: Digest, tree: CompactRange, origin: String?, key: [UInt8]?, wanted: Set<UInt64>) {
        self.first = first
        self.previous = previous
        self.tree = tree
        self.wanted = wanted
        self.origin = origin ?? ""
        number = first
        keys = key.map { [LedgerKeys.Key(der: $0, since: 0)] } ?? []
        if wanted.contains(first - 1) { roots[first - 1] = tree.root }
    }

    func key(at size: UInt64) -> [UInt8]? { keys.last { $0.since <= size }?.der }

    /// Goes past a line and gives the verdict as soon as there can be no other.
    mutating func take(_ line: LedgerLine, in file: OpenFile) throws(StorageError) -> LedgerVerdict? {
        let entry = line.entry
        defer { advance(line) }
        if let question {
            return entry?.previous == question.leafHash ? question.ifVouched : question.otherwise
        }
        if misfit != nil { return try settle(line, entry, in: file) }
        guard let entry, fits(entry), entry.group == number || entry.group == group else {
            misfit = Misfit(
                number: number, offset: line.offset, offsetBefore: previousOffset, entry: entry,
                leafHash: line.leafHash, hashBefore: previous, file: file, isFirst: number == first)
            return nil
        }
        return accept(entry, line)
    }

    /// What there is to say when no line is left; `following` is what stands after the last one.
    ///
    /// A file that ends while an entry is written is `torn` as a folder's; one that `isCut` never was whole.
    mutating func end(_ following: Following, isCut: Bool = false) -> LedgerVerdict? {
        if let question { return following.vouches(for: question.leafHash) ? question.ifVouched : question.otherwise }
        guard var misfit else { return nil }
        if misfit.number == number - 1 { misfit.isVouched = following.vouches(for: misfit.leafHash) }
        if misfit.entry == nil, !isCut { return misfit.broken(.torn) }
        return misfit.verdict
    }

    /// What stands after the last line of a ledger: its end's word for the line before, if that is what it is.
    enum Following {
        case nothing
        case something(previous: Digest?)

        func vouches(for leafHash: Digest) -> Bool {
            switch self {
            case .nothing: true
            case .something(let previous): previous == leafHash
            }
        }
    }

    private func fits(_ entry: LedgerEntry) -> Bool { entry.sequence == number && entry.previous == previous }

    private mutating func advance(_ line: LedgerLine) {
        tree.append(leaf: line.leafHash)
        if wanted.contains(number) { roots[number] = tree.root }
        number += 1
        previous = line.leafHash
        previousOffset = line.offset
    }

    private mutating func accept(_ entry: LedgerEntry, _ line: LedgerLine) -> LedgerVerdict? {
        group = entry.group
        entries += 1
        if let time, entry.time.wall < time { timesBack += 1 }
        time = entry.time.wall
        switch entry.event {
        case .clockStepped: clockSteps += 1
        case .ledgerKey:
            guard let inForce = keys.last?.der else { break }
            guard let change = KeyChange(entry.body), change.isGood(origin: origin, inForce: inForce) else {
                return .broken(line: number, offset: line.offset, reason: .key)
            }
            keys.append(LedgerKeys.Key(der: change.to, since: number))
        default: break
        }
        return nil
    }

    /// A line after one that did not fit: if it begins a group, it decides what the misfit was.
    private mutating func settle(
        _ line: LedgerLine, _ entry: LedgerEntry?, in file: OpenFile
    ) throws(StorageError) -> LedgerVerdict? {
        guard var misfit else { return nil }
        if number == misfit.number + 1 {
            misfit.isVouched = entry?.previous == misfit.leafHash
            misfit.next = entry
            self.misfit = misfit
        }
        guard let entry, entry.group == entry.sequence else { return nil }
        guard fits(entry), entry.event == .ledgerTorn else { return misfit.verdict }
        if let region = TornRegion(entry), region.lines == number - misfit.number,
            file === misfit.file, region.length == line.offset - misfit.offset,
            try file.digest(from: misfit.offset, to: line.offset, endingLine: false) == region.digest
        {
            if region.before == misfit.hashBefore {
                torn += region.lines
                self.misfit = nil
                return accept(entry, line)
            }
            let before = misfit.isFirst ? misfit.broken(.edited) : misfit.brokenBefore
            question = Question(
                leafHash: line.leafHash, ifVouched: before,
                otherwise: .broken(line: number, offset: line.offset, reason: .edited))
        } else {
            question = Question(
                leafHash: line.leafHash, ifVouched: misfit.broken(.edited),
                otherwise: .broken(line: number, offset: line.offset, reason: .edited))
        }
        return nil
    }
}

/// The first line that does not fit, and what stands around it.
private struct Misfit {
    let number: UInt64
    let offset: UInt64
    let offsetBefore: UInt64
    let entry: LedgerEntry?
    let leafHash: Digest
    let hashBefore: Digest
    let file: OpenFile
    let isFirst: Bool
    /// Whether the line after it holds its hash, or there is none.
    var isVouched = true
    var next: LedgerEntry?

    var brokenBefore: LedgerVerdict { .broken(line: number - 1, offset: offsetBefore, reason: .edited) }

    func broken(_ reason: LedgerBreak) -> LedgerVerdict { .broken(line: number, offset: offset, reason: reason) }

    var verdict: LedgerVerdict {
        guard let entry else { return broken(.edited) }
        // The line after this one vouches for it, so it is the one before that was changed.
        if entry.sequence == number, entry.previous != hashBefore, !isFirst, isVouched { return brokenBefore }
        return broken(reason(entry))
    }

    private func reason(_ entry: LedgerEntry) -> LedgerBreak {
        if entry.sequence == number || entry.previous == hashBefore { return .edited }
        guard entry.sequence > number else { return .inserted }
        guard let next else { return .deleted }
        return next.sequence == entry.sequence + 1 ? .deleted : .swapped
    }
}
