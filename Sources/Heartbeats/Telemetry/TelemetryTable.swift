/// The whole allow-list, as a person reads it: `docs/telemetry.md`.
package enum TelemetryTable {
    package static var entries: [TelemetryEntry] {
        ResourceField.allCases.map(\.entry) + MetricField.allCases.map(\.entry) + EventField.allCases.map(\.entry)
            + AttributeField.allCases.map(\.entry)
    }

    /// The text of `docs/telemetry.md`; `scripts/update-telemetry-table` writes it and a test compares.
    package static var markdown: String {
        let kinds: [TelemetryEntry.Kind] = [.resource, .gauge, .sum, .log, .attribute]
        let sections = kinds.map { kind in
            """

            ## \(title(kind))
            | name | unit | values | serves | what for | example |
            |---|---|---|---|---|---|

            """ + entries.filter { $0.kind == kind }.map(row).joined()
        }
        return introduction + sections.joined()
    }

    private static let introduction = """
        # What leaves the device

        This is the whole list: a heartbeat is built of these fields, and the compiler takes no others. The table in the code is
        `Sources/Heartbeats/Telemetry`; `scripts/update-telemetry-table` writes this file from it, and a test compares them.

        No field can identify a person. None takes free text: each has its kind of value, checked before anything is queued,
        and a value of another kind is withheld and counted (`aftercare.telemetry.withheld`). Names of parts and tests are those
        that the board's profile and the self-test plan give, and no others. What a part is called is the manufacturer's
        choice: do not name one after a person or a room. Addresses, serial numbers of patients' accessories, log lines, file
        names and error texts have no field, so they cannot leave.

        *Serves* says which maintenance needs the field: corrective, adaptive, preventive, post-market surveillance, or the
        transport itself. See [heartbeats](heartbeats.md) for how and where it is sent, `aftercare heartbeat show` for what
        would leave now, and `aftercare egress list` for what did.

        """

    private static func title(_ kind: TelemetryEntry.Kind) -> String {
        switch kind {
        case .resource: "Who speaks (resource attributes)"
        case .gauge: "Numbers that go up and down (gauges)"
        case .sum: "Numbers that only rise (monotonic sums)"
        case .log: "What happened (log records)"
        case .attribute: "What says more about a number or a log (attributes)"
        }
    }

    private static func row(_ entry: TelemetryEntry) -> String {
        let values = entry.kind == .log ? "its attributes" : entry.domain.words
        let unit = entry.unit.isEmpty ? "–" : "`\(entry.unit)`"
        return
            "| `\(entry.name)` | \(unit) | \(values) | \(entry.duty.rawValue) | \(entry.purpose) | \(entry.example) |\n"
    }
}

extension TelemetryDomain {
    /// What it admits, in words for a table.
    fileprivate var words: String {
        switch self {
        case .word(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .name(.indicator): "an indicator of the board's profile"
        case .name(.selfTest): "a test of the self-test plan"
        case .name(.finding): "a code of the health plan"
        case .label: "1 to 64 of `A-Z a-z 0-9 . _ -`"
        case .version: "a version"
        case .digest: "64 hexadecimal digits"
        case .identifier: "32 hexadecimal digits"
        case .faultCode: "`AC-` and four digits"
        case .unit: "a UCUM code"
        case .integer: "a whole number"
        case .number: "a number"
        }
    }
}
