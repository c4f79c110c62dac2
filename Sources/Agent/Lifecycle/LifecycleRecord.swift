import Documents
import Ledger
import Vocabulary

extension LifecycleState {
    /// What the ledger says about the arrow from `previous` to this state: one entry, with the whole state in it.
    ///
    /// That a bundle is being looked at is no entry of its own: what is refused leaves exactly one.
    func ledgerEvents(
        comingFrom previous: LifecycleState, details: [String: JSON]
    ) -> [LedgerEvent] {
        guard let type = ledgerType(comingFrom: previous) else { return [] }
        let body = details.merging(["from": .string(previous.name), "state": json]) { $1 }
        return [LedgerEvent(type, .object(body))]
    }

    private func ledgerType(comingFrom previous: LifecycleState) -> LedgerEventType? {
        switch self {
        case .verifying: nil
        case .installing: .updateOffered
        case .uploading: previous.name == "idle" ? .updateOffered : .updateTransition
        case .installed: previous.name == "idle" ? .updateOffered : .updateTransition
        case .waiting: .interlockDeferred
        case .activated, .soaking, .committed, .rollingBack: .updateTransition
        case .restarting: .slotActivated
        case .switching: .trialStarted
        case .testing: previous.name == "switching" ? .updateTransition : .trialStarted
        case .idle(nil): .updateTransition
        case .idle(.committed?): .updateCommitted
        case .idle(.refused?): .updateRefused
        case .idle(.failed?): .updateFailed
        case .idle(.cancelled?): .updateCancelled
        case .idle(.rolledBack?): .updateRolledBack
        }
    }
}
