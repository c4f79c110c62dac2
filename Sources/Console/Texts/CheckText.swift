package import Documents
import Vocabulary

/// What each gate said of a release, a line each, and what people should know of it.
package enum CheckText {
    /// The release notes, without anything where there are none.
    package static func notes(_ result: JSON, width: Int? = nil) -> String {
        guard let notes = result["notes"] else { return "" }
        var rows: [[String]] = []
        func add(_ name: String, _ text: String?) { if let text, !text.isEmpty { rows.append([name, text]) } }
        add("What", notes["summary"]?.string)
        for change in notes["behaviourChanges"]?.array ?? [] { add("Behaviour", change.string) }
        if notes["ifuChanged"] == .bool(true) {
            add("Instructions", "changed, revision \(notes["ifuRevision"]?.string ?? "?")")
        }
        switch notes["training"]?.string {
        case "training_before_use": add("Training", "required before use: 'acknowledge training' when it was given")
        case "information": add("Training", "users are to be informed")
        default: break
        }
        if let minutes = notes["downtimeMinutes"]?.integer { add("Downtime", "about \(minutes) min") }
        if let action = notes["safetyAction"]?.string, action != "none" {
            add("Field safety", "\(action), \(notes["fsca"]?["manufacturer"]?.string ?? "no reference")")
            add("Notice", notes["notice"]?.string.map { "SHA-256 \($0)" })
        }
        return TextLayout.table(rows, width: width)
    }

    package static func gates(_ result: JSON, width: Int? = nil) -> String {
        var rows: [[String]] = []
        for gate in result["gates"]?.array ?? [] {
            rows.append([
                gate["gate"]?.string ?? "", gate["verdict"]?.string ?? "", gate["title"]?.string ?? "",
                gate["reason"]?.string ?? "",
            ])
        }
        if result["accepted"] == .bool(true) {
            let size = ByteCount(UInt64(clamping: result["bytes"]?.integer ?? 0))
            rows.append(["slots", "pass", "\(size) fit into slot set \(result["target"]?.string ?? "")", ""])
        }
        return TextLayout.table(rows, width: width)
    }
}
