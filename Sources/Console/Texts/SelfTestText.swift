package import Documents

/// Self-tests and how they came out.
package enum SelfTestText {
    /// A report: a line for each test, and the verdict.
    package static func report(_ report: JSON, width: Int? = nil) -> String {
        var rows = [["TEST", "KIND", "VERDICT", "VALUE", "TIME", "REASON"]]
        for test in report["tests"]?.array ?? [] {
            rows.append([
                test["id"]?.string ?? "", test["kind"]?.string ?? "", test["verdict"]?.string ?? "",
                measured(test["value"], test), "\(test["duration-ms"]?.integer ?? 0) ms",
                test["reason"]?.string ?? "",
            ])
        }
        return TextLayout.table(rows, width: width) + "\(report["verdict"]?.string ?? "")\n"
    }

    /// The tests that a person can run.
    package static func list(_ tests: [JSON], width: Int? = nil) -> String {
        var rows = [["TEST", "KIND", "NEEDED", "HANDS", "WHAT IT IS"]]
        for test in tests {
            rows.append([
                test["id"]?.string ?? "", test["kind"]?.string ?? "", test["required"] == .bool(true) ? "yes" : "no",
                test["attended"] == .bool(true) ? "yes" : "no", test["title"]?.string ?? "",
            ])
        }
        return TextLayout.table(rows, width: width)
    }

    /// One result: the value against its limits, and why it did not pass.
    package static func result(_ result: JSON, width: Int? = nil) -> String {
        let verdict = result["verdict"]?.string ?? "unknown"
        var rows = [["Verdict", verdict == "passed" ? verdict : verdict.uppercased()]]
        if result["value"] != nil { rows.append(["Value", measured(result["value"], result)]) }
        if result["limit"] != nil { rows.append(["Limit", limit(result["limit"], result)]) }
        if let reason = result["reason"]?.string, !reason.isEmpty { rows.append(["Reason", reason]) }
        if let output = result["output"]?.string, !output.isEmpty { rows.append(["Output", output]) }
        rows.append(["Time", "\(result["duration-ms"]?.integer ?? 0) ms"])
        return TextLayout.table(rows, width: width)
    }

    private static func measured(_ value: JSON?, _ result: JSON) -> String {
        let text = value.map { $0.string ?? $0.canonicalText } ?? "-"
        return text + (result["unit"]?.string.map { " \($0)" } ?? "")
    }

    /// Limits are a value, a list of them, or an object of bounds.
    private static func limit(_ limit: JSON?, _ result: JSON) -> String {
        guard case .object(let bounds)? = limit else { return measured(limit, result) }
        return bounds.keys.sorted().map { "\($0) \(measured(bounds[$0], result))" }.joined(separator: ", ")
    }
}
