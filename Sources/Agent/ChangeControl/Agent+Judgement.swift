import BootControl
import Bundles
import ChangeControl
import Documents
import Ledger
import Logging
import Platform
import Trust
import Vocabulary

/// What the gates say of an installed release before its restart.
struct Judgement {
    var verdicts: [GateVerdict] = []
    var refusal: FaultReport?
    /// What people have to do first, each as one line for them.
    var demands: [String] = []

    /// The verdicts as the ledger has them; none where no gate was asked.
    var evidence: [LedgerEvent] {
        verdicts.isEmpty ? [] : [LedgerEvent(.updateJudged, ["gates": .array(verdicts.map(\.json))])]
    }
}

extension Agent {
    /// Judges a release once more, by what was kept of it: time has passed, and documents may have come since it was verified.
    ///
    /// The way back to a release that the device ran before is not judged: nothing may stand in it.
    func judgeAgain(_ update: Update, interlocks: [String]) -> Judgement {
        guard update.offer.source != .slotSet else { return Judgement() }
        var judgement = Judgement()
        do {
            guard let kept = try archive.read(update.manifestDigest) else {
                throw AgentError.recordLost(update.version)
            }
            let release = try VerifiedRelease.verified(
                kept.manifest, signatures: kept.signatures, by: Verifier(policy: configuration.trust),
                at: records.trustedTime)
            guard release.digest == update.manifestDigest else { throw AgentError.recordLost(update.version) }
            var facts = deviceFacts(for: update.target)
            facts.interlocks = interlocks
            let shelf = shelf
            if let unreadable = shelf.unreadable { throw unreadable }
            judgement.verdicts = GateSequence.judge(release, on: facts, by: shelf.documents, at: .activation)
            judgement.refusal = judgement.verdicts.endingRefusal.map { FaultReport($0) }
            judgement.demands = judgement.verdicts.demands
            judgement.demands += judgement.verdicts.filter { $0.gate == .holds && !$0.passed }.map(\.reason)
        } catch {
            judgement.refusal = FaultReport(describing: error)
        }
        return judgement
    }
}

extension [GateVerdict] {
    /// What people have to do before the release may be activated, with how to say that they did.
    var demands: [String] {
        compactMap { verdict in
            guard let demand = verdict.demand else { return nil }
            return "\(verdict.gate.name): \(verdict.reason); 'aftercare acknowledge \(demand.subject.rawValue)'"
        }
    }

    var refusal: FaultReport? { lazy.compactMap(\.refusal).first.map { FaultReport($0) } }
}
