/// The three ways of leaving a release, which records and reports must not confuse; the words are in ledgers and never change.
package enum RollbackKind: String, Sendable, CaseIterable {
    /// The release never was in use here: its trial failed by itself.
    case neverCommitted = "never-committed"
    /// The release was in use, and the device went back by itself.
    case automatic
    /// Somebody said that the device goes back.
    case commanded

    /// A person or a server said so, or the device did it by itself; the release that is left had been committed, or was on trial.
    package init(isCommanded: Bool, wasCommitted: Bool) {
        self = isCommanded ? .commanded : wasCommitted ? .automatic : .neverCommitted
    }

    package var title: String {
        switch self {
        case .neverCommitted: "a release was not taken into use"
        case .automatic: "a release that was in use was left by the device itself"
        case .commanded: "a release was left because somebody said so"
        }
    }

    /// What people must consider because of it. The device decides none of that.
    package var considerations: [RollbackConsideration] {
        switch self {
        // That the device mended itself does not make it nothing: what would have been under less favourable circumstances counts.
        case .neverCommitted, .automatic: [.incident]
        // The release may have been left because something had happened.
        case .commanded: [.incident, .correctiveAction, .correction]
        }
    }
}

/// A question that a rollback puts to the manufacturer.
package enum RollbackConsideration: String, Sendable, CaseIterable {
    case incident
    case correctiveAction = "field-safety-corrective-action"
    case correction

    package var question: String {
        switch self {
        case .incident: "is it an incident, though the device recovered?"
        case .correctiveAction:
            "is going back a field safety corrective action, to be reported before it begins unless it is urgent?"
        case .correction: "is going back a correction, to be reported within ten working days of its beginning?"
        }
    }

    /// Where the question comes from.
    package var clause: String {
        switch self {
        case .incident: "MDCG 2023-3 question 1; FDA guidance on medical device reporting 2.14"
        case .correctiveAction: "MDR Art. 87(8); MDCG 2023-3 question 17"
        case .correction: "21 CFR 806.2(d), 806.10(b)"
        }
    }
}
