import ChangeControl
import Commands
import Documents
import Releases

/// Asks a person at the terminal, one line for each answer.
struct ChangeQuestions: RecordInterview.Respondent {
    func answer(_ question: RecordInterview.Question) -> String? {
        if let refusal = question.refusal {
            Terminal.write("  \(refusal.description)\n", to: .messages)
        } else {
            explain(question.field, as: question.place)
        }
        let standard = question.standard.map { " [\(RecordAnswer.text(of: $0))]" } ?? (isLeftOut(question) ? " []" : "")
        Terminal.write("\(question.place)\(standard): ", to: .messages)
        return readLine()
    }

    func wantsAnother(_ repetition: RecordInterview.Repetition) -> Bool? {
        explain(repetition.field, as: repetition.place)
        let count = repetition.count == 0 ? "" : " (\(repetition.count) so far)"
        return yesOrNo("\(repetition.place)\(count): \(repetition.count == 0 ? "is there one" : "another one")?")
    }

    func keeps(_ repetition: RecordInterview.Repetition) -> Bool? {
        explain(repetition.field, as: repetition.place)
        return yesOrNo("\(repetition.place): keep the \(repetition.count) of the earlier record?")
    }

    private func isLeftOut(_ question: RecordInterview.Question) -> Bool {
        !question.field.isRequired || question.field.schema["type"] == "array"
    }

    private func explain(_ field: RecordField, as place: RecordPlace) {
        let clause = field.clause.isEmpty ? "" : " [\(field.clause)]"
        let words = field.form == .value ? "\n  \(field.words.filter { $0 != "`" })" : ""
        Terminal.write("\n\(field.summary)\(clause)\(words)\n", to: .messages)
    }

    private func yesOrNo(_ question: String) -> Bool? {
        while true {
            Terminal.write("\(question) [y/n]: ", to: .messages)
            switch readLine()?.trimmingSpaces.lowercased() {
            case nil: return nil
            case "y", "yes": return true
            case "n", "no", "": return false
            default: continue
            }
        }
    }
}
