package import Documents
import Vocabulary

/// What must not contradict itself in a change record, and what follows where it does.
package struct Rule: Sendable, Equatable {
    /// Where a rule is asked.
    package enum Stage: String, Sendable, CaseIterable {
        /// Where a record is checked and a bundle is built.
        case build
        case device
        case both
    }

    package enum Severity: String, Sendable, CaseIterable {
        case refuse
        /// It is shown and recorded, and stops nothing.
        case flag
    }

    package let id: String
    /// The gate that asks it on a device.
    package let gate: Gate
    package let clause: String
    /// The id of the source in the same pack.
    package let source: String
    package let stage: Stage
    package let severity: Severity
    /// Where the rule applies; nil where it always does.
    package let when: Condition?
    package let require: Condition
    /// What is wrong where it is not kept, as one clause.
    package let message: String
    package let advice: String
    package let examples: [RuleExample]

    /// Whether the record keeps it; nil where it does not apply.
    func verdict(in context: RuleContext) -> Truth? {
        let applies = when?.truth(in: context) ?? .yes
        guard applies != .no else { return nil }
        // Where it depends on the date whether it applies, so does whether it is kept.
        let kept = require.truth(in: context)
        return applies == .open && kept == .no ? .open : kept
    }

    /// What must be so of the date for the rule not to be broken, where that is what it depends on.
    func dateQuestion(in context: RuleContext) -> String {
        if let when, require.truth(in: context) == .no { return Condition.not(when).dateQuestion(in: context) }
        return require.dateQuestion(in: context)
    }

    package func isAsked(at stage: Stage) -> Bool { self.stage == .both || self.stage == stage }
}

/// A piece of a record with what a rule or a pack says of it: the tests that a pack brings along.
package struct RuleExample: Sendable, Equatable {
    package enum Verdict: String, Sendable, CaseIterable {
        /// The rule applies and is kept; the outcome permits installation; no rule of the pack refuses.
        case keeps
        /// The rule is not kept; the outcome does not permit installation; a rule of the pack refuses.
        case breaks
        /// The rule does not apply.
        case silent
        /// The acknowledgement is asked for.
        case asks
    }

    package let title: String
    package let record: JSON
    /// The entry for the market; nil where it does not matter.
    package let market: JSON?
    package let expect: Verdict
}

/// What a rule found in a record.
package struct RuleFinding: Sendable, Equatable {
    package let rule: RuleReference
    package let gate: Gate
    package let severity: Rule.Severity
    package let clause: String
    /// The market that it concerns; nil where it concerns all.
    package let market: String?
    package let message: String
    package let advice: String
    /// What must be so of the date for the rule to be kept, where the clock cannot be relied on; nil where it is broken for certain.
    package let dateQuestion: String?

    package var json: JSON {
        .members([
            "rule": .string(rule.rule), "pack": .string(rule.pack), "packVersion": .string(rule.version.description),
            "severity": .string(severity.rawValue), "clause": .string(clause), "market": market.map(JSON.string),
            "message": .string(message), "advice": advice.isEmpty ? nil : .string(advice),
            "dateQuestion": dateQuestion.map(JSON.string),
        ])
    }
}
