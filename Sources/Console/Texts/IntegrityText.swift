package import Documents
import Vocabulary

/// What was measured of the configuration, in words.
package enum IntegrityText {
    /// The newest result: `statement` is what the device signed.
    package static func page(_ statement: JSON, width: Int? = nil) -> String {
        let last = statement["last"]
        var rows = [
            ["Configuration", state(statement)],
            ["Device", statement["device"]?.string ?? ""],
            ["Release", "\(statement["version"]?.string ?? "") in slot set \(statement["slotSet"]?.string ?? "")"],
        ]
        if let basis = statement["basis"] {
            let source =
                basis["document"]?.string.map { "the document '\($0)'" } ?? "what was measured after the commit"
            rows.append(["Held against", "\(source), \(basis["since"]?.string ?? "")"])
        }
        if let last {
            let items = last["items"]?.integer ?? 0
            rows.append([
                "Measured", "\(last["time"]?.string ?? ""), \(items) items, \(last["bytes"]?.integer ?? 0) bytes",
            ])
            rows.append(["Digest", last["digest"]?.string ?? ""])
        }
        var text = TextLayout.table(rows, width: width)
        text += list(
            "What differs", (statement["drifts"]?.array ?? []).map(drift), of: statement["driftCount"]?.integer, width)
        text += list(
            "What could not be measured",
            (last?["problems"]?.array ?? []).map { [$0["subject"]?.string ?? "", $0["reason"]?.string ?? ""] },
            of: last?["problemCount"]?.integer, width)
        return text
    }

    private static func state(_ statement: JSON) -> String {
        let since = statement["since"]?.string.map { " since \($0)" } ?? ""
        switch statement["configuration"]?.string {
        case "known": return "known\(since)"
        case "unknown": return "UNKNOWN\(since): what runs is not what was approved"
        default: return "not measured"
        }
    }

    private static func drift(_ drift: JSON) -> [String] {
        let until = drift["until"]?.string.map { " to \($0)" } ?? ""
        return [
            drift["subject"]?.string ?? "", drift["change"]?.string ?? "",
            "\(fingerprint(drift["expected"])) -> \(fingerprint(drift["found"])), \(drift["since"]?.string ?? "")\(until)",
        ]
    }

    /// What is worth a person's look: version, target, mode, the beginning of the digest.
    private static func fingerprint(_ value: JSON?) -> String {
        guard let value else { return "nothing" }
        let words = ["version", "target"].compactMap { value[$0]?.string?.printable(limit: 64) }
        let mode = value["mode"]?.integer.map { "mode " + String($0, radix: 8) }
        let digest = value["sha256"]?.string.map { "SHA-256 " + $0.prefix(12) }
        let all = words + [mode, digest].compactMap { $0 }
        return all.isEmpty ? value["kind"]?.string ?? "" : all.joined(separator: ", ")
    }

    private static func list(_ title: String, _ rows: [[String]], of count: Int64?, _ width: Int?) -> String {
        guard !rows.isEmpty else { return "" }
        let more = Int64(rows.count) < count ?? 0 ? "  and \((count ?? 0) - Int64(rows.count)) more\n" : ""
        return "\n\(title)\n" + TextLayout.table(rows.map { ["  " + ($0.first ?? "")] + $0.dropFirst() }, width: width)
            + more
    }
}
