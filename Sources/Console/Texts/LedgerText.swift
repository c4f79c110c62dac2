package import Documents

/// Entries of the ledger, a line each.
package enum LedgerText {
    package static func table(_ entries: [JSON], width: Int? = nil) -> String {
        let rows = entries.map { entry in
            [
                entry["sequence"]?.integer.map { String($0) } ?? "", entry["time"]?.string ?? "",
                entry["type"]?.string ?? "", summary(entry["body"] ?? .null),
            ]
        }
        return TextLayout.table(rows, width: width)
    }

    /// What an entry is about, from what its type puts into it.
    package static func summary(_ body: JSON) -> String {
        let last = body["state"]?["last"]
        let fault = last?["fault"].map { "\($0["code"]?.string ?? ""): \($0["reason"]?.string ?? "")" }
        let result = body["result"].map { "\($0["id"]?.string ?? "") \($0["verdict"]?.string ?? "")" }
        let finding = body["finding"].map { finding in
            "\(finding["code"]?.string ?? "") \(finding["indicator"]?.string ?? ""): \(finding["reason"]?.string ?? "")"
        }
        let step = body["step"].map { "\($0["peripheral"]?.string ?? "") \($0["action"]?.string ?? "")" }
        let state = body["state"]?["state"]?.string.map { state in
            "\(state) \(body["state"]?["update"]?["version"]?.string ?? "")"
        }
        return fault ?? last?["cause"]?.string ?? result ?? finding ?? step ?? state ?? body["version"]?.string
            ?? told(body)
    }

    /// What people gave the device or said to it: a document, a word that something was done.
    private static func told(_ body: JSON) -> String {
        let words = ["kind", "id", "subject", "person", "role"].compactMap { body[$0]?.string }
        let fault = body["fault"].map { "\($0["code"]?.string ?? ""): \($0["reason"]?.string ?? "")" }
        return (words + (fault.map { [$0] } ?? [])).joined(separator: ", ")
    }
}
