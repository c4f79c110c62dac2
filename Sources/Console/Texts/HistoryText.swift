package import Documents

/// Past updates, the newest first, with how each ended.
package enum HistoryText {
    package static func table(_ updates: [JSON], width: Int? = nil) -> String {
        var rows = [["STARTED", "FROM", "TO", "OUTCOME", "REASON"]]
        for update in updates {
            let detail = update["detail"]
            let code = detail?["fault"]?["code"]?.string
            let reason =
                code.map { "\($0): \(detail?["fault"]?["reason"]?.string ?? "")" } ?? detail?["cause"]?.string
            rows.append([
                update["started"]?.string ?? "", update["from"]?.string ?? "-", update["version"]?.string ?? "-",
                update["outcome"]?.string ?? "under way", reason ?? "",
            ])
        }
        return TextLayout.table(rows, width: width)
    }
}
