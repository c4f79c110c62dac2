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
    case serviceStarted = "service.started"
    case serviceEnded = "service.ended"
    case serviceLogin = "service.login"
    case serviceLogout = "service.logout"
    /// A grant, a person or a request that was not accepted.
    case serviceRefused = "service.refused"
    case serviceLocked = "service.locked"
    case serviceCommand = "service.command"
    case serviceRecord = "service.record"
    case emergencyStarted = "service.emergency-started"
    case emergencyEnded = "service.emergency-ended"
    case incidentReported = "incident.reported"
    /// Something that a person must judge, found by the device itself.
    case incidentCandidate = "incident.candidate"
    case holdPlaced = "hold.placed"
    case holdReleased = "hold.released"
    case recordExported = "record.exported"
    case recordRead = "record.read"
    case mediumAttached = "medium.attached"
    case mediumDetached = "medium.detached"
    /// The gates were asked again before the restart.
    case updateJudged = "update.judged"
    case updateAcknowledged = "update.acknowledged"
    case documentApplied = "document.applied"
    case documentRefused = "document.refused"
    /// A program on the device's bus asked for something that changes the device, and it was not done.
    case requestRefused = "request.refused"
    /// Refusals that were too many for an entry each.
    case refusalsCounted = "request.refusals-counted"
    case identityChanged = "identity.changed"
    case configurationMeasured = "configuration.measured"
    case configurationDrifted = "configuration.drifted"
    case configurationRebaselined = "configuration.rebaselined"
    case configurationExported = "configuration.exported"
    case agentStarted = "agent.started"
    case agentStopped = "agent.stopped"
    case stateRecovered = "state.recovered"
    case clockWatermark = "clock.watermark"
    // Only the ledger itself writes the following.
    /// The wall clock went another way than the machine's uptime.
    case clockStepped = "clock.stepped"
    /// The lines before it were torn by a power cut.
    case ledgerTorn = "ledger.torn"
    /// The segment before it is full.
    case ledgerSealed = "ledger.sealed"
    case ledgerDropped = "ledger.dropped"
    case ledgerNearlyFull = "ledger.nearly-full"
    /// Another key signs from here on.
    case ledgerKey = "ledger.key"

    /// The audit event this is, as DICOM PS3.15 and IHE ATNA number them.
    package var auditCode: Int64 {
        switch self {
        case .updateOffered, .updateRefused, .updateTransition, .updateCancelled, .updateFailed, .updateCommitted,
            .updateRolledBack, .slotActivated, .trialStarted, .peripheralStep, .selfTestResult, .interlockDeferred,
            .stateRecovered, .updateJudged, .updateAcknowledged, .identityChanged, .configurationMeasured,
            .configurationRebaselined:
            110_131  // software configuration
        case .findingOpened, .findingChanged, .findingClosed: 110_100  // application activity
        case .documentApplied, .documentRefused: 110_129  // security configuration
        case .configurationDrifted: 110_113  // security alert
        case .configurationExported: 110_106  // export
        case .interlockOverridden: 110_127  // emergency override started
        case .serviceStarted: 110_141  // local service started
        case .serviceEnded, .serviceRecord: 110_142  // local service stopped
        case .serviceLogin, .serviceRefused: 110_122  // login, also one that failed
        case .serviceLogout: 110_123  // logout
        case .serviceLocked, .refusalsCounted: 110_113  // security alert
        case .serviceCommand, .requestRefused: 110_132  // use of a restricted function
        case .emergencyStarted: 110_127  // emergency override started
        case .emergencyEnded: 110_138  // emergency override stopped
        case .incidentReported, .incidentCandidate: 110_113  // security alert
        case .holdPlaced, .holdReleased: 110_135  // object security attributes changed
        case .recordExported: 110_106  // export
        case .recordRead: 110_101  // audit log used
        case .mediumAttached: 110_124  // attached
        case .mediumDetached: 110_125  // detached
        case .agentStarted: 110_120  // application start
        case .agentStopped: 110_121  // application stop
        case .clockWatermark, .clockStepped, .ledgerKey: 110_129  // security configuration
        case .ledgerTorn, .ledgerSealed, .ledgerDropped: 110_133  // audit recording stopped
        case .ledgerNearlyFull: 110_113  // security alert
        }
    }
}
