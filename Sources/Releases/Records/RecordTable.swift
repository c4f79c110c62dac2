import ChangeControl
package import Documents

/// The members of a record as a table for people: the generated part of `docs/change-record.md`.
package enum RecordTable {
    /// What stands before the generated part.
    package static let mark = "<!-- from here on written by scripts/update-record-table -->"

    package static func markdown() throws(DocumentError) -> String {
        let description = try ChangeRecord.description()
        var text = "\(mark)\n"
        section("The record", description, &text)
        for field in description.fields {
            for part in field.parts { section("`\(part.name)`", part, &text) }
        }
        return text
    }

    private static func section(_ title: String, _ part: RecordDescription, _ text: inout String) {
        text += "\n### \(title)\n\(part.summary)\n\n"
        text += "| member | | value | what it says | supports evidence for |\n|---|---|---|---|---|\n"
        for field in part.fields {
            let cells = [
                "`\(field.name)`", field.isRequired ? "" : "optional", field.words, field.summary, field.clause,
            ]
            text += "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |\n"
        }
    }
}
