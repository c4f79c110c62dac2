/// What can happen that the ledger records; the strings are part of the format and never change their meaning.
package enum LedgerEventType: String, Sendable, CaseIterable {
    case updateOffered = "update.offered"
    case updateRefused = "update.refused"
    case updateTransition = "update.transition"
    case updateCancelled = "update.cancelled"
    case updateFailed = "update.failed"
    case updateCommitted = "update.committed"
    case updateRolledBack = "update.rolled-back"
    case slotActivated = "slot.activated"
    case trialStarted = "trial.started"
    case peripheralStep = "peripheral.step"
    case selfTestResult = "selftest.result"
    case interlockDeferred = "interlock.deferred"
    case interlockOverridden = "interlock.overridden"
    case findingOpened = "finding.opened"
    case findingChanged = "finding.changed"
    case findingClosed = "finding.closed"
    case agentStarted = "agent.started"
    case agentStopped = "agent.stopped"
    case stateRecovered = "state.recovered"
    case clockWatermark = "clock.watermark"
    /// Only the ledger itself writes this: the lines before it were torn by a power cut.
    case ledgerTorn = "ledger.torn"

    /// The audit event this is, as DICOM PS3.15 and IHE ATNA number them.
    package var auditCode: Int64 {
        switch self {
        case .updateOffered, .updateRefused, .updateTransition, .updateCancelled, .updateFailed, .updateCommitted,
            .updateRolledBack, .slotActivated, .trialStarted, .peripheralStep, .selfTestResult, .interlockDeferred,
            .stateRecovered:
            110_131  // software configuration
        case .findingOpened, .findingChanged, .findingClosed: 110_100  // application activity
        case .interlockOverridden: 110_127  // emergency override started
        case .agentStarted: 110_120  // application start
        case .agentStopped: 110_121  // application stop
        case .clockWatermark: 110_129  // security configuration
        case .ledgerTorn: 110_133  // audit recording stopped
        }
    }
}
