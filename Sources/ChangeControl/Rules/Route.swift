import Documents

/// A way in which a device gets onto a market, with what an assessment of a change can come to there.
package struct Route: Sendable, Equatable {
    /// The id of the route that entries have which name none.
    package static let unnamed = "none"

    package let id: String
    package let title: String
    package let clause: String
    package let questions: [Question]
    package let outcomes: [Outcome]

    package func outcome(_ id: String) -> Outcome? { outcomes.first { $0.id == id } }

    /// A question that the assessment answers, with its rationale, in one of its members.
    package struct Question: Sendable, Equatable {
        package let id: String
        /// The member of the assessment: an object of `answer` and `rationale`.
        package let member: String
        package let text: String
        package let clause: String
        package let answers: [String]
    }

    /// A word for what an assessment comes to, and when such a release may be installed.
    package struct Outcome: Sendable, Equatable {
        package let id: String
        package let title: String
        package let clause: String
        /// False where no release with this outcome is ever installed.
        package let installs: Bool
        /// Why not, or what it means.
        package let message: String
        package let advice: String
        /// All of them must hold.
        package let needs: [Need]
        package let examples: [RuleExample]
    }

    /// What must be there before a release with an outcome may be installed.
    package struct Need: Sendable, Equatable {
        package let require: Condition
        package let message: String
    }

    /// What an outcome says of one record.
    package enum Permission: Sendable, Equatable {
        case given
        /// It depends on the date, which is not known: what must be so of it.
        case open([String])
        case refused(String)
    }
}

extension Route.Outcome {
    package func permission(in context: RuleContext) -> Route.Permission {
        guard installs else { return .refused(message) }
        var questions: [String] = []
        for need in needs {
            switch need.require.truth(in: context) {
            case .no: return .refused(need.message)
            case .open: questions.append(need.require.dateQuestion(in: context))
            case .yes: continue
            }
        }
        return questions.isEmpty ? .given : .open(questions)
    }
}

/// What people have to confirm at a device before a release is activated, and where.
package struct AcknowledgementRule: Sendable, Equatable {
    package let id: String
    package let gate: Gate
    package let subject: Acknowledgement.Subject
    package let clause: String
    /// How many different people.
    package let people: Int
    package let when: Condition?
    /// What they are to be shown, as one sentence.
    package let message: String
    /// What of the record they are to be shown.
    package let show: [RulePath]
    package let examples: [RuleExample]
}

/// Who must have approved every release.
package struct ApprovalRule: Sendable, Equatable {
    package let clause: String
    package let roles: [String]
    package let people: Int
}

/// Where what a pack says was read.
package struct RuleSource: Sendable, Equatable {
    package let id: String
    package let title: String
    /// The document's own number, or its address.
    package let reference: String
    /// The day, as `2026-11-22`.
    package let read: String
}
