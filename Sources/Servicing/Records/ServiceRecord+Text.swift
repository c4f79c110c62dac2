import Documents
import Vocabulary

extension ServiceRecord {
    /// The record to be read and printed: ASCII, 80 columns.
    package var text: String {
        var sheet = Sheet()
        sheet.title("SERVICE RECORD", visit.id)
        sheet.entry("Device", "\(visit.device.name), hardware \(visit.device.hardware)")
        if let udi = visit.device.udi {
            sheet.entry("UDI", udi)
            sheet.entry("Device id", visit.device.id)
        } else {
            sheet.entry("Identification", "device id \(visit.device.id); no UDI is known to the device")
        }
        sheet.entry("Date", "\(visit.opened) to \(closed)")
        for individual in visit.individuals { sheet.entry("Individual", individual.words) }
        if visit.individuals.isEmpty { sheet.entry("Individual", "nobody logged in") }
        sheet.entry("Release", Self.change(visit))
        sheet.entry("Performed", words.performed.isEmpty ? "(nobody said)" : words.performed)
        sheet.heading("What the device saw")
        for event in visit.events {
            sheet.line("\(event.time)  \(event.command): \(event.outcome)", continued: event.detail)
        }
        if visit.events.isEmpty { sheet.line("nothing") }
        if visit.eventsLeftOut > 0 { sheet.line("and \(visit.eventsLeftOut) more, which the ledger has") }
        sheet.heading("Tests and inspection")
        for test in visit.tests { sheet.line("\(test.time)  \(test.verdict)  \(test.title)", continued: test.numbers) }
        if visit.tests.isEmpty { sheet.line("no test was run") }
        if visit.testsLeftOut > 0 { sheet.line("and \(visit.testsLeftOut) more, which the ledger has") }
        if !words.remarks.isEmpty { sheet.entry("Remarks", words.remarks) }
        sheet.heading("Result")
        sheet.entry("Result", result.rawValue)
        if !contradictions.isEmpty {
            sheet.entry("Note", "last run and not passed: \(contradictions.joined(separator: ", "))")
        }
        switch closing {
        case .person: sheet.entry("Closed by", visit.person?.person ?? "")
        case .device(let reason): sheet.entry("Closed by", "the device: \(reason)")
        }
        if !missing.isEmpty { sheet.entry("Missing", missing.map(\.words).joined(separator: ", ")) }
        sheet.line("")
        sheet.line("Record per 21 CFR 820.35(b), made by the device from its ledger.")
        return sheet.text
    }

    private static func change(_ visit: ServiceVisit) -> String {
        let release =
            visit.versionBefore == visit.versionAfter
            ? visit.versionAfter : "\(visit.versionBefore) before, \(visit.versionAfter) after"
        return visit.restarts == 0 ? release : "\(release); \(visit.restarts) restarts"
    }

    /// The record as rows for a quality system that takes no JSON (RFC 4180); docs/grants.md lists the columns.
    ///
    /// One row a fact: `record,section,time,name,value,limit,unit,outcome,detail`.
    package var csv: String {
        var rows = [["record", "section", "time", "name", "value", "limit", "unit", "outcome", "detail"]]
        func add(
            _ section: String, _ name: String, _ value: String = "", time: Timestamp? = nil, limit: String = "",
            unit: String = "", outcome: String = "", detail: String = ""
        ) {
            rows.append([visit.id, section, time?.description ?? "", name, value, limit, unit, outcome, detail])
        }
        add("device", "name", visit.device.name)
        add("device", "hardware", visit.device.hardware)
        add("identification", visit.device.udi == nil ? "device id" : "udi", visit.device.udi ?? visit.device.id)
        add("date", "opened", time: visit.opened)
        add("date", "closed", time: closed)
        for one in visit.individuals {
            add(
                "individual", one.person, one.keyID?.hex ?? "", time: one.since, outcome: one.role ?? "emergency",
                detail: one.emergency ?? one.certificate ?? "")
        }
        add("performed", "words", words.performed)
        add("performed", "release", visit.versionAfter, detail: visit.versionBefore)
        for event in visit.events {
            add("performed", event.command, time: event.time, outcome: event.outcome, detail: event.detail)
        }
        for test in visit.tests {
            add(
                "tests", test.id, test.value?.cell ?? "", time: test.time, limit: test.limit?.cell ?? "",
                unit: test.unit ?? "", outcome: test.verdict, detail: test.reason)
        }
        add("tests", "remarks", words.remarks)
        switch closing {
        case .person: add("result", "closed by person", visit.person?.person ?? "", outcome: result.rawValue)
        case .device(let reason): add("result", "closed by device", outcome: result.rawValue, detail: reason)
        }
        for item in missing { add("missing", item.rawValue, detail: item.words) }
        return rows.map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func quoted(_ cell: String) -> String {
        // A spreadsheet would take these for a formula.
        let cell = cell.first.map { "=+-@\t\r".contains($0) } == true && Double(cell) == nil ? "'" + cell : cell
        guard cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return cell }
        return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

extension Individual {
    /// Who, in which role, and by what that is known.
    var words: String {
        if let emergency { return "\(person), by emergency access (nobody proved it): \(emergency)" }
        let key = keyID.map { ", key " + $0.hex.prefix(16) } ?? ""
        return "\(person), \(role ?? "no role")\(key)"
    }
}

extension TestDatum {
    fileprivate var numbers: String {
        var parts: [String] = []
        if let value { parts.append("value \(value.cell)\(unit.map { " " + $0 } ?? "")") }
        if let limit { parts.append("limit \(limit.cell)") }
        if !reason.isEmpty { parts.append(reason) }
        return parts.joined(separator: ", ")
    }
}

extension JSON {
    /// Text as it is, everything else as JSON writes it.
    fileprivate var cell: String { string ?? canonicalText }
}
