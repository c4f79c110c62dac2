package import Documents

/// A status in words: how the update stands, in a line, and the whole in a table.
package enum StatusText {
    package static func line(_ status: JSON) -> String {
        let state = status["state"]?.string ?? ""
        let version = status["update"]?["version"]?.string
        switch state {
        case "idle":
            guard let last = status["last"] else { return "idle, \(status["version"]?.string ?? "") runs" }
            return conclusion(last)
        case "waiting":
            let reasons = status["heldBy"]?.array?.compactMap(\.string) ?? []
            return "\(version ?? "") waits: \(reasons.joined(separator: "; "))"
        case "rolling-back": return "\(version ?? "") is taken back: \(status["cause"]?.string ?? "")"
        default: return "\(state)\(version.map { " \($0)" } ?? "")"
        }
    }

    package static func conclusion(_ last: JSON) -> String {
        let version = last["update"]?["version"]?.string ?? last["offer"]?["source"]?.string ?? ""
        let fault = last["fault"].map { "\($0["reason"]?.string ?? "") [\($0["code"]?.string ?? "")]" } ?? ""
        switch last["outcome"]?.string {
        case "committed": return "\(version) is committed"
        case "refused": return "\(version) was refused: \(fault)"
        case "failed": return "\(version) failed: \(fault)"
        case "cancelled": return "\(version) was cancelled"
        case "rolled-back": return "\(version) was rolled back: \(last["cause"]?.string ?? "")"
        case let other: return other ?? ""
        }
    }

    /// Every line within `width` columns, where there is one.
    package static func whole(_ status: JSON, width: Int? = nil) -> String {
        var rows = [
            [
                "Device",
                "\(status["device"]?.string ?? ""), \(status["product"]?.string ?? "") \(status["hardware"]?.string ?? "")",
            ],
            ["Running", "\(status["version"]?.string ?? "") in slot set \(status["slotSet"]?.string ?? "")"],
            ["Update", line(status)],
        ]
        if let share = ProgressText.share(status["progress"]) {
            rows.append(["Progress", "\(share) % \(status["progress"]?["phase"]?.string ?? "")"])
        }
        let findings = status["findings"]?.array ?? []
        for (number, finding) in findings.enumerated() {
            let severity = finding["severity"]?.string ?? ""
            rows.append([
                number == 0 ? "Findings" : "",
                "\(severity) \(finding["code"]?.string ?? ""): \(finding["reason"]?.string ?? "")",
            ])
        }
        if let trouble = status["trouble"] {
            rows.append(["Trouble", "\(trouble["reason"]?.string ?? "") [\(trouble["code"]?.string ?? "")]"])
        }
        return TextLayout.table(rows, width: width)
    }
}
