import Platform
import Vocabulary

/// Judges the checkpoints of a ledger against the roots of its lines: steps 4 and 5 of `docs/ledger.md`, Verifying.
struct CheckpointJudgement {
    /// Those that come with the ledger, by growing size.
    let own: [Checkpoint]
    let knowledge: LedgerKnowledge
    let origin: String

    /// The sizes whose roots will be asked for.
    var sizes: Set<UInt64> { Set((own + knowledge.checkpoints).map(\.size)) }

    /// Refuses to begin with a head that was kept of another ledger.
    func checkOrigins() throws(LedgerError) {
        for checkpoint in knowledge.checkpoints where checkpoint.origin != origin {
            throw .otherOrigin(known: origin, given: checkpoint.origin)
        }
    }

    /// Notes what the checkpoints say; nil if they all agree with the lines, of which the last must be covered in an
    /// export.
    func verdict(_ chain: LedgerChain, mustCover: Bool, _ report: inout LedgerReport) -> LedgerVerdict? {
        let (first, last) = (chain.first, chain.number - 1)
        report.covered = first - 1
        let all =
            own.map { (checkpoint: $0, isOwn: true) }
            + knowledge.checkpoints.map { (checkpoint: $0, isOwn: false) }
        // Sorting is stable (SE-0372), so of equal sizes the ledger's own comes first.
        let ordered = all.sorted { (left, right) -> Bool in left.checkpoint.size < right.checkpoint.size }
        var newer: [Checkpoint] = []
        for (checkpoint, isOwn) in ordered {
            if checkpoint.size < first - 1 {
                report.unchecked += 1
                continue
            }
            if checkpoint.size > last {
                newer.append(checkpoint)
                continue
            }
            guard isGood(checkpoint, chain) else { return Self.frame }
            guard chain.roots[checkpoint.size] == checkpoint.root else {
                return .broken(line: report.covered + 1, offset: 0, reason: .checkpoint)
            }
            report.covered = checkpoint.size
            report.key = chain.key(at: checkpoint.size)
            report.checkpoints += isOwn ? 1 : 0
            note(checkpoint, &report)
        }
        if mustCover, report.covered < last {
            return .broken(line: report.covered + 1, offset: 0, reason: .checkpoint)
        }
        if let key = knowledge.key, !chain.keys.contains(where: { $0.der == key }) { return Self.frame }
        for checkpoint in newer {
            return isGood(checkpoint, chain) ? .broken(line: last + 1, offset: 0, reason: .missing) : Self.frame
        }
        return nil
    }

    static let frame = LedgerVerdict.broken(line: 0, offset: 0, reason: .frame)

    private func isGood(_ checkpoint: Checkpoint, _ chain: LedgerChain) -> Bool {
        guard let key = chain.key(at: checkpoint.size), let verifier = NoteVerifier(origin: origin, der: key) else {
            return false
        }
        return verifier.verifies(checkpoint)
    }

    private func note(_ checkpoint: Checkpoint, _ report: inout LedgerReport) {
        for witness in knowledge.witnesses {
            guard let time = witness.time(of: checkpoint) else { continue }
            report.witnessed.removeAll { $0.name == witness.name }
            report.witnessed.append(.init(name: witness.name, size: checkpoint.size, time: time))
        }
    }
}
