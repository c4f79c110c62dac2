package import Documents

/// Documents, baselines and changes in words.
package enum ChangeControlText {
    /// What became of a document that was given to the device.
    package static func applied(_ answer: JSON) -> String {
        let name = "\(answer["kind"]?.string ?? "document") '\(answer["id"]?.string ?? "")'"
        return answer["changed"] == .bool(true)
            ? "\(name) is in force\n" : "\(name) was in force already: nothing has changed\n"
    }

    /// The documents in force, a line each.
    package static func documents(_ answer: JSON) -> String {
        var rows = [["KIND", "ID", "VERSION", "VALID FROM", "UNTIL"]]
        for document in answer["documents"]?.array ?? [] {
            rows.append([
                document["kind"]?.string ?? "", document["id"]?.string ?? "", document["version"]?.string ?? "-",
                document["validFrom"]?.string ?? "-", document["validUntil"]?.string ?? "-",
            ])
        }
        let market = answer["market"].map { "\($0["code"]?.string ?? ""), \($0["route"]?.string ?? "")" }
        var text = "Market: \(market ?? "none: no release is taken")\n" + TextLayout.table(rows)
        for document in answer["unusable"]?.array ?? [] {
            let fault = document["fault"]
            text += "NOT IN FORCE: \(document["file"]?.string ?? ""): \(fault?["reason"]?.string ?? "")"
            text += " [\(fault?["code"]?.string ?? "")]\n"
        }
        return text
    }

    /// The baseline of each market and every change since.
    package static func changes(_ answer: JSON, width: Int? = nil) -> String {
        var text = ""
        for market in answer["markets"]?.array ?? [] {
            text += "\(market["market"]?.string ?? ""): \(market["version"]?.string ?? ""), "
            text += "\(market["reference"]?.string ?? ""), \(market["date"]?.string ?? "")\n"
        }
        if text.isEmpty { text = "No baseline: what was cleared or certified is not known here\n" }
        let udi = answer["udi"]
        text += "UDI-DI \(udi?["di"]?.string ?? "-"), software \(udi?["softwarePI"]?.string ?? "-")\n\n"
        for change in answer["changes"]?.array ?? [] { text += link(change, width) }
        return text + (answer["whole"] == .bool(true) ? "Every link holds.\n" : "A LINK IS MISSING.\n")
    }

    private static func link(_ change: JSON, _ width: Int?) -> String {
        let digest = String((change["record"]?.string ?? "").prefix(16))
        let holds = change["holds"] == .bool(true) ? "" : "  NOT LINKED"
        guard change["known"] == .bool(true) else {
            return "baseline, record \(digest)\(holds)\n"
        }
        let version = change["version"]?.string ?? ""
        var text =
            "\(version)  \(change["id"]?.string ?? ""), \(change["class"]?.string ?? ""), record \(digest)\(holds)\n"
        var rows: [[String]] = []
        for request in change["changes"]?.array ?? [] {
            let links = ["problemReports", "capa", "vulnerabilities"].flatMap { request[$0]?.array ?? [] }
                .compactMap(\.string)
            rows.append([
                "", request["id"]?.string ?? "", request["title"]?.string ?? "", links.joined(separator: ", "),
            ])
        }
        for approval in change["approvals"]?.array ?? [] {
            rows.append([
                "", approval["role"]?.string ?? "", approval["subject"]?.string ?? "", approval["signed"]?.string ?? "",
            ])
        }
        text += TextLayout.table(rows, width: width)
        return text
    }
}
