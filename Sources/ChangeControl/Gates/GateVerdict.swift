package import Documents
import Vocabulary

/// What a gate says about a release, with its reason; kept on success too.
package struct GateVerdict: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case pass
        case refuse(GateRefusal)
        /// It asks nothing of this release, here and now.
        case notApplicable
        /// The release may be installed, and is not activated before people have confirmed something.
        case needsAcknowledgement(AcknowledgementDemand)

        package var name: String {
            switch self {
            case .pass: "pass"
            case .refuse: "refuse"
            case .notApplicable: "not-applicable"
            case .needsAcknowledgement: "needs-acknowledgement"
            }
        }
    }

    package let gate: Gate
    package let outcome: Outcome
    package let reason: String
    /// The rule that decided, where one did.
    package var rule: RuleReference?
    /// What rules found that stops nothing.
    package var flags: [RuleFinding] = []
    /// What must be true of the date for the verdict to hold, where the clock cannot be relied on; G14 asks people.
    package var openDates: [String] = []

    /// Nil where the gate does not refuse.
    package var refusal: GateRefusal? {
        if case .refuse(let refusal) = outcome { refusal } else { nil }
    }

    /// Nil where nothing has to be acknowledged.
    package var demand: AcknowledgementDemand? {
        if case .needsAcknowledgement(let demand) = outcome { demand } else { nil }
    }

    /// It stands in nobody's way: it passed, or asks nothing.
    package var passed: Bool { outcome == .pass || outcome == .notApplicable }

    init(_ gate: Gate, passed reason: String, rule: RuleReference? = nil) {
        self.gate = gate
        outcome = .pass
        self.reason = reason
        self.rule = rule
    }

    init(_ gate: Gate, refused refusal: GateRefusal, rule: RuleReference? = nil) {
        self.gate = gate
        outcome = .refuse(refusal)
        reason = refusal.description
        self.rule = rule
    }

    init(_ gate: Gate, notApplicable reason: String) {
        self.gate = gate
        outcome = .notApplicable
        self.reason = reason
    }

    init(_ gate: Gate, needs demand: AcknowledgementDemand) {
        self.gate = gate
        outcome = .needsAcknowledgement(demand)
        reason = demand.reason
        rule = demand.rule
    }

    package var json: JSON {
        .members([
            "gate": .string(gate.name), "title": .string(gate.title), "clause": .string(gate.clause),
            "verdict": .string(outcome.name), "reason": .string(reason),
            "code": refusal.map { .string($0.code.description) }, "acknowledgement": demand?.json,
            "pack": rule?.json, "flags": flags.isEmpty ? nil : .array(flags.map(\.json)),
            "openDates": openDates.isEmpty ? nil : .strings(openDates),
        ])
    }
}

/// What people must confirm at the device before a release is activated.
package struct AcknowledgementDemand: Sendable, Equatable {
    package let subject: Acknowledgement.Subject
    /// How many different people.
    package let people: Int
    /// Who of them has confirmed it.
    package let given: [String]
    /// What they confirm, as one clause.
    package let message: String
    /// What they are to be shown: paths of the change record and what stands there, or the dates in question.
    package let show: [String: JSON]
    package let rule: RuleReference?

    package var missing: Int { max(0, people - given.count) }

    var reason: String {
        "\(message): acknowledged by \(given.count) of \(people) \(people == 1 ? "person" : "people")"
    }

    package var json: JSON {
        [
            "subject": .string(subject.rawValue), "people": .number(people), "given": .strings(given),
            "message": .string(message), "show": .object(show),
        ]
    }
}

extension [GateVerdict] {
    /// The first refusal that ends an update; nil where none does.
    package var endingRefusal: GateRefusal? { lazy.compactMap(\.refusal).first { $0.kind == .refused } }

    /// What only holds the update: a hold, an interlock.
    package var holdingRefusals: [GateRefusal] { compactMap(\.refusal).filter { $0.kind != .refused } }

    /// What people have yet to confirm before the release is activated.
    package var acknowledgementDemands: [AcknowledgementDemand] { compactMap(\.demand) }
}
