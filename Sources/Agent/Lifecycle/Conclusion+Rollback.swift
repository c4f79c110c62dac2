package import ChangeControl

extension Conclusion {
    /// Which of the three rollbacks it is; nil where the device did not go back.
    ///
    /// A commanded way back from a committed release is itself an update, to what lies in the other slot set.
    package var rollback: RollbackKind? {
        switch self {
        case .rolledBack(_, let cause): RollbackKind(isCommanded: cause == .commanded, wasCommitted: false)
        case .committed(let update) where update.offer.source == .slotSet:
            RollbackKind(isCommanded: true, wasCommitted: true)
        case .committed, .refused, .failed, .cancelled: nil
        }
    }
}
