package import Documents
import Vocabulary

/// What each gate said of a release, a line each.
package enum CheckText {
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
