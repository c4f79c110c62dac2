package import Documents

/// One thing that somebody who saw an incident is asked.
package struct IncidentPrompt: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Free text of at most so many bytes.
        case text(limit: Int)
        case choice([String])
    }

    package let id: String
    package let question: String
    package let kind: Kind
    package let isRequired: Bool
    /// What to write, and what not.
    package let hint: String

    package var json: JSON {
        let (name, limit, choices): (String, JSON?, JSON?) =
            switch kind {
            case .text(let limit): ("text", .number(limit), nil)
            case .choice(let words): ("choice", nil, .strings(words))
            }
        return .members([
            "id": .string(id), "question": .string(question), "kind": .string(name), "limit": limit,
            "choices": choices, "required": .bool(isRequired), "hint": .string(hint),
        ])
    }

    /// The answer as it is kept; nil for an empty one that need not be given.
    func answer(_ value: JSON?) throws(ServiceError) -> String? {
        guard let value, value != .null else {
            if isRequired { throw .unanswered([id]) }
            return nil
        }
        guard let text = value.string?.trimmed else { throw .answer(id, reason: "is no text") }
        if text.isEmpty {
            if isRequired { throw .unanswered([id]) }
            return nil
        }
        switch kind {
        case .text(let limit):
            guard text.utf8.count <= limit else { throw .answer(id, reason: "is longer than \(limit) bytes") }
            guard !text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F }) else {
                throw .answer(id, reason: "holds control characters")
            }
            return text
        case .choice(let words):
            let word = text.lowercased()
            guard let chosen = words.first(where: { $0 == word }) else {
                throw .answer(id, reason: "is none of \(words.joined(separator: ", "))")
            }
            return chosen
        }
    }
}

/// What is asked of somebody who saw an incident, in the order in which people tell it.
package enum IncidentForm {
    package static let prompts = [
        IncidentPrompt(
            id: "seen", question: "What was seen?", kind: .text(limit: 4000), isRequired: true,
            hint: "What the device did or showed, and what was expected. No names of patients."),
        IncidentPrompt(
            id: "when", question: "When was it?", kind: .text(limit: 200), isRequired: true,
            hint: "Date and time by the clock in the room, as exactly as you know; say so where you do not."),
        IncidentPrompt(
            id: "patient", question: "Was a patient connected?", kind: .choice(["yes", "no", "unknown"]),
            isRequired: true, hint: "'unknown' is an answer."),
        IncidentPrompt(
            id: "harm", question: "Was somebody harmed?", kind: .choice(["none", "possible", "yes", "unknown"]),
            isRequired: true, hint: "A patient, a user or somebody else. 'unknown' is an answer."),
        IncidentPrompt(
            id: "done", question: "What was done?", kind: .text(limit: 4000), isRequired: true,
            hint: "With the device and with the patient; and how the device stands now."),
        IncidentPrompt(
            id: "witnesses", question: "Who can be asked?", kind: .text(limit: 400), isRequired: false,
            hint: "Role and department, as in 'nurse, ICU 2'. Never a patient."),
        IncidentPrompt(
            id: "reporter", question: "Who reports it?", kind: .text(limit: 400), isRequired: true,
            hint: "Name, role and how to reach you."),
    ]

    package static var json: JSON { .array(prompts.map(\.json)) }

    /// The answers by the prompts' ids; unknown ones, missing ones and unfit ones are refused.
    static func answers(_ value: JSON) throws(ServiceError) -> [String: String] {
        guard case .object(let members) = value else { throw .answer("answers", reason: "is no object") }
        for key in members.keys.sorted() where !prompts.contains(where: { $0.id == key }) {
            throw .answer(String(key.prefix(64)), reason: "was not asked for")
        }
        let missing = prompts.filter {
            guard $0.isRequired else { return false }
            return members[$0.id, default: .null] == .null || members[$0.id]?.string?.trimmed.isEmpty == true
        }
        guard missing.isEmpty else { throw .unanswered(missing.map(\.id)) }
        var answers: [String: String] = [:]
        for prompt in prompts { answers[prompt.id] = try prompt.answer(members[prompt.id]) }
        return answers
    }
}
