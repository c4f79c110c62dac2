package import Documents
package import Vocabulary

/// What somebody saw, with what the device knows beside it: `aftercare.incident/1`.
///
/// It is a candidate: whether it must be reported, and by when, people decide.
package struct IncidentReport: Equatable, Sendable {
    package static let format = "aftercare.incident/1"

    package let id: String
    package let device: ServicedDevice
    /// The person of the session in which it was reported, who need not be the reporter.
    package let takenBy: String
    package let time: Timestamp
    /// By the prompts' ids.
    package let answers: [String: String]
    /// What the device states by itself: release, findings, the last entries of its ledger.
    package let facts: JSON

    package init(
        id: String, device: ServicedDevice, takenBy: String, time: Timestamp, answers: JSON, facts: JSON
    ) throws(ServiceError) {
        self.id = id
        self.device = device
        self.takenBy = takenBy
        self.time = time
        self.answers = try IncidentForm.answers(answers)
        self.facts = facts
    }

    /// What could name a patient, who has no place in here: said, and not refused.
    package var warnings: [String] {
        IncidentForm.prompts.compactMap { prompt in
            guard prompt.id != "reporter", let text = answers[prompt.id], Self.maybeNamesPatient(text) else {
                return nil
            }
            return "the answer to '\(prompt.question)' may name a patient: give roles, not names"
        }
    }

    private static func maybeNamesPatient(_ text: String) -> Bool {
        let words = text.split { !$0.isLetter && !$0.isNumber && $0 != "." && $0 != "-" && $0 != "/" }.map(String.init)
        let titles: Set<String> = ["mr", "mrs", "ms", "miss", "mister", "herr", "frau", "mme", "monsieur", "madame"]
        for (word, next) in zip(words, words.dropFirst() + [""]) {
            let plain = word.lowercased().filter { $0 != "." }
            if titles.contains(plain) { return true }
            // "patient Smith": a name, and not the begin of a sentence.
            if plain == "patient" || plain == "pt", !word.hasSuffix("."), let first = next.first, first.isUppercase,
                next.count > 3
            {
                return true
            }
            if plain == "born" || plain == "dob" || plain == "mrn" { return true }
        }
        return false
    }

    package var json: JSON {
        [
            "format": .string(Self.format), "incident": .string(id), "device": device.json,
            "reported": .string(time.description), "taken-by": .string(takenBy),
            "answers": .object(answers.mapValues(JSON.string)), "facts": facts, "warnings": .strings(warnings),
            "reportability": "not decided: for a person to judge",
        ]
    }

    /// A sheet for the staff of the place where the device stands: ASCII, 80 columns, with room to write.
    package var text: String {
        var sheet = Sheet()
        sheet.title("INCIDENT SHEET", id)
        sheet.entry("Device", "\(device.name), hardware \(device.hardware)")
        if let udi = device.udi { sheet.entry("UDI", udi) }
        sheet.entry("Device id", device.id)
        sheet.entry("Reported", "\(time) (by the device's clock, UTC)")
        sheet.entry("Taken by", takenBy)
        for prompt in IncidentForm.prompts {
            sheet.heading(prompt.question)
            sheet.line(answers[prompt.id] ?? "(not said)")
        }
        sheet.heading("What the device states")
        for (name, value) in Self.flat(facts) { sheet.entry(name, value) }
        for warning in warnings { sheet.entry("Warning", warning) }
        sheet.heading("For the facility to fill in")
        for label in ["Facility:", "Contact and telephone:", "Facility's own number:", "Date and signature:"] {
            sheet.blank(label)
        }
        sheet.line("")
        sheet.line(
            "This sheet decides nothing. Whether the incident must be reported, to whom and by when is judged by "
                + "people; the time may run from the day it became known. Give it today to whoever reports incidents "
                + "with medical devices in your facility, and to the manufacturer. No names of patients.")
        return sheet.text
    }

    /// The facts on lines, to two levels; deeper ones stay JSON.
    private static func flat(_ facts: JSON) -> [(String, String)] {
        guard case .object(let members) = facts else { return [("Facts", facts.canonicalText)] }
        return members.sorted { $0.key < $1.key }.map { key, value in
            guard let list = value.array else { return (key, value.string ?? value.canonicalText) }
            let lines = list.map { $0.string ?? $0.canonicalText }
            return (key, lines.isEmpty ? "none" : lines.joined(separator: "\n"))
        }
    }
}
