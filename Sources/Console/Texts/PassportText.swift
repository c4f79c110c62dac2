package import Documents

/// The device's passport as one page.
package enum PassportText {
    package static func page(_ passport: JSON, width: Int? = nil) -> String {
        TextLayout.table(identity(passport), width: width) + "\n" + software(passport, width) + changes(passport, width)
            + condition(passport, width)
    }

    private static func text(_ value: JSON?) -> String { value?.string ?? "-" }

    private static func identity(_ passport: JSON) -> [[String]] {
        let udi = passport["identity"]
        var rows = [
            ["Device", "\(text(passport["device"])), \(text(passport["name"]))"],
            ["Product", "\(text(passport["product"])), hardware \(text(passport["hardware"]))"],
            ["Manufacturer", text(passport["manufacturer"])],
            ["UDI", text(passport["udi"])],
            ["UDI-DI, UDI-PI", "\(text(udi?["di"])), software \(text(udi?["softwarePI"]))"],
        ]
        if let market = passport["market"] {
            rows.append(["Market", "\(text(market["code"])), \(text(market["route"]))"])
        }
        return rows
    }

    private static func software(_ passport: JSON, _ width: Int?) -> String {
        var rows = [
            [
                "Software",
                "\(text(passport["version"])) in slot set \(text(passport["slotSet"])), "
                    + "confirmed \(text(passport["confirmed"])), \(text(passport["state"]))",
            ],
            ["Manifest", text(passport["release"]?["manifestDigest"])],
            ["Bill of materials", text(passport["sbomDigest"])],
        ]
        for approval in passport["release"]?["approvals"]?.array ?? [] {
            rows.append([
                "Approved", "\(text(approval["role"])): \(text(approval["subject"])), \(text(approval["signed"]))",
            ])
        }
        for document in passport["documents"]?.array ?? [] {
            rows.append(["In force", "\(text(document["kind"])) '\(text(document["id"]))'"])
        }
        return TextLayout.table(rows, width: width) + "\n"
    }

    /// What was cleared or certified, and how many changes there were since.
    private static func changes(_ passport: JSON, _ width: Int?) -> String {
        var rows = (passport["markets"]?.array ?? []).map { market in
            [
                "Baseline \(text(market["market"]))",
                "\(text(market["version"])), \(text(market["reference"])), \(text(market["date"]))",
            ]
        }
        let since = (passport["changes"]?.array ?? []).filter { $0["baseline"] != .bool(true) }
        for change in since {
            rows.append(["Change", "\(text(change["version"])), \(text(change["id"])), \(text(change["class"]))"])
        }
        let holds = passport["whole"] == .bool(true) ? "every link holds" : "NOT WHOLE"
        rows.append(["Since the baseline", "\(since.count) releases, \(holds)"])
        return TextLayout.table(rows, width: width) + "\n"
    }

    private static func condition(_ passport: JSON, _ width: Int?) -> String {
        let (record, ledger, tests) = (passport["configurationRecord"], passport["ledger"], passport["selfTests"])
        var rows = [
            ["Configuration", "\(text(passport["configuration"])), measured \(text(record?["time"]))"],
            [
                "Self-tests",
                tests.map {
                    "\(text($0["verdict"])), \($0["passed"]?.integer ?? 0) of \($0["tests"]?.integer ?? 0) passed, \(text($0["version"]))"
                } ?? "-",
            ],
            ["Ledger", "\(ledger?["entries"]?.integer ?? 0) entries, head \(text(ledger?["head"]))"],
        ]
        for finding in passport["findings"]?.array ?? [] {
            rows.append(["Finding", "\(text(finding["severity"])): \(text(finding["reason"]))"])
        }
        for hold in passport["holds"]?.array ?? [] {
            rows.append(["On hold", "\(text(hold["what"])): \(text(hold["reason"]))"])
        }
        rows.append(["Time", "\(text(passport["time"])), clock \(text(passport["clock"]))"])
        return TextLayout.table(rows, width: width)
    }
}
