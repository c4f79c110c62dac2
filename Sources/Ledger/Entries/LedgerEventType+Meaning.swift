extension LedgerEventType {
    /// When it is recorded, in one clause.
    package var when: String {
        switch self {
        case .updateOffered: "a release was given to the device"
        case .updateRefused: "a release was not taken"
        case .updateTransition: "the lifecycle of an update went from one state to the next"
        case .updateCancelled: "somebody ended an update before its activation"
        case .updateFailed: "an update ended by itself"
        case .updateCommitted: "the new system is the confirmed one"
        case .updateRolledBack: "the old system is the running one again"
        case .updateJudged: "signatures and gates were asked again before the restart"
        case .updateAcknowledged: "somebody acknowledged what an update waits for"
        case .slotActivated: "the loader was told to try a slot set"
        case .trialStarted: "the new system runs for the first time"
        case .peripheralStep: "one thing was done with a peripheral"
        case .selfTestResult: "one self-test was run"
        case .interlockDeferred: "a restart had to wait"
        case .interlockOverridden: "a person let a restart go ahead all the same"
        case .findingOpened: "health noticed something"
        case .findingChanged: "a finding became graver or less grave"
        case .findingClosed: "a finding is over"
        case .serviceStarted: "a visit began"
        case .serviceEnded: "local service is over"
        case .serviceLogin: "somebody logged in at a service port"
        case .serviceLogout: "somebody is no longer logged in at a service port"
        case .serviceRefused: "a grant, a person or a request was not accepted"
        case .serviceLocked: "too many grants were refused"
        case .serviceCommand: "somebody asked for something that needs a right"
        case .serviceRecord: "a visit ended, with its record"
        case .emergencyStarted: "somebody took access without a grant"
        case .emergencyEnded: "access without a grant is over"
        case .incidentReported: "somebody described an incident"
        case .incidentCandidate: "the device found something that a person must judge"
        case .holdPlaced: "evidence is kept from being overwritten"
        case .holdReleased: "evidence is no longer kept from being overwritten"
        case .recordExported: "a part of the record left the device"
        case .recordRead: "somebody read the ledger at a service port"
        case .mediumAttached: "a medium was looked into"
        case .mediumDetached: "a medium was let go of"
        default: ownWhen
        }
    }

    private var ownWhen: String {
        switch self {
        case .documentApplied: "a signed document was taken"
        case .documentRefused: "a signed document was not taken"
        case .requestRefused: "a program's request to change the device was refused"
        case .refusalsCounted: "refusals were too many for an entry each, and are counted"
        case .identityChanged: "identifiers, lineage and passport changed with a commit"
        case .configurationMeasured: "the configuration was measured"
        case .configurationDrifted: "the configuration is not what was signed"
        case .configurationRebaselined: "the configuration was signed anew"
        case .configurationExported: "the configuration left the device"
        case .agentStarted: "the agent began"
        case .agentStopped: "the agent ended"
        case .stateRecovered: "the state database was corrupt and was begun anew"
        case .clockWatermark: "the newest time known moved"
        case .clockStepped: "the wall clock went another way than the machine's uptime"
        case .ledgerTorn: "a power cut tore the lines before it"
        case .ledgerSealed: "the segment before it is full"
        case .ledgerDropped: "the oldest segments had to go"
        case .ledgerNearlyFull: "80 % of the ledger's limit are used"
        case .ledgerKey: "another key signs the ledger from here on"
        default: rawValue
        }
    }
}
