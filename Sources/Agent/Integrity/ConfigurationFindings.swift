import Documents
import Hardware
package import Health
package import Integrity
import Ledger
import Vocabulary

extension ConfigurationRecord {
    /// What findings about the configuration are of.
    package static let indicator = "configuration"

    /// The codes of findings that a measurement can have.
    package static let findingCodes = ["HF-CONFIGURATION-DRIFT", "HF-CONFIGURATION-UNREADABLE"]

    /// What a person should know: drift that nobody signed for, and what could not be measured.
    package var findings: [Finding] {
        var findings: [Finding] = []
        if case .unknown(let since) = state, let code = FindingCode(Self.findingCodes[0]) {
            let named = drifts.prefix(3).map(\.description).joined(separator: "; ")
            let more = driftCount > 3 ? "; and \(driftCount - 3) more" : ""
            findings.append(
                Finding(
                    code: code, indicator: Self.indicator, severity: .alarm, opened: since,
                    openingValue: .number(Double(driftCount)),
                    reason: "what runs is not what was approved: \(named)\(more)",
                    advice:
                        "Find out who changed it and why; it stays until a signed document or an update says otherwise."
                ))
        }
        if let last, last.problemCount > 0, let since = problemsSince, let code = FindingCode(Self.findingCodes[1]) {
            let named = last.problems.prefix(3).map { "\($0.subject): \($0.reason)" }.joined(separator: "; ")
            findings.append(
                Finding(
                    code: code, indicator: Self.indicator, severity: .warning, opened: since,
                    openingValue: .number(Double(last.problemCount)),
                    reason: "a part of the configuration cannot be measured: \(named)".printable(limit: 1000),
                    advice: "Look at the medium, or change the plan of what is measured."))
        }
        return findings
    }

    /// The facts for whoever has to judge whether this is an incident.
    var incidentCandidate: JSON {
        .members([
            "cause": "configuration-drift", "since": unknownSince.map { .string($0.description) },
            "measured": last.map { .string($0.digest.hex) }, "release": basis.map { .string($0.release) },
            "driftCount": .number(driftCount), "evidence": .array(drifts.map(\.json)),
        ])
    }
}

extension FindingEvent {
    /// What became of findings of which there is one for each code.
    static func events(from before: [Finding], to after: [Finding], at time: Timestamp) -> [FindingEvent] {
        let opened = after.filter { new in !before.contains { $0.code == new.code } }
        let closed = before.filter { old in !after.contains { $0.code == old.code } }
        return opened.map { FindingEvent(.opened, $0, at: time) }
            + closed.map { FindingEvent(.closed, $0.ended(at: time), at: time) }
    }
}

extension Finding {
    fileprivate func ended(at time: Timestamp) -> Finding {
        Finding(
            code: code, indicator: indicator, severity: severity, opened: opened, openingValue: openingValue,
            worstValue: worstValue, closed: time, reopenings: reopenings, reason: reason, advice: advice)
    }
}

extension HealthSnapshot {
    /// The same with what others than the board's readings found.
    package func adding(_ others: [Finding]) -> HealthSnapshot {
        HealthSnapshot(
            time: time, indicators: indicators,
            findings: (findings + others).sorted { $0.severity > $1.severity }, closed: closed,
            predictions: predictions)
    }
}
