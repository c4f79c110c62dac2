package import Documents
package import Health
import Ledger
import Logging
import Vocabulary

extension Agent {
    /// What was open when the agent was last stopped.
    package func knownFindings() -> JSON? {
        openFindings = records.findings?["open"]?.array ?? []
        return records.findings
    }

    /// Writes down what became of findings: one entry each, in one group, before anybody is told.
    package func take(_ events: [FindingEvent], open: JSON) {
        record(events.map(\.ledgerEvent))
        openFindings = open["open"]?.array ?? []
        do { try records.keepFindings(open) } catch {
            log.warning("open findings could not be kept, continuing", metadata: ["reason": "\(error)"])
        }
        tell(events)
        announce()
    }

    /// Every finding that is open, whoever made it.
    var allFindings: [JSON] { openFindings + configurationRecord.findings.map(\.json) }

    /// Into the journal.
    func tell(_ events: [FindingEvent]) {
        for event in events {
            let level: Logger.Level =
                event.change == .closed ? .notice : event.finding.severity == .alarm ? .error : .warning
            log.log(
                level: level, "finding \(event.finding.code) \(event.change.rawValue): \(event.finding.reason)",
                metadata: [
                    "indicator": "\(event.finding.indicator)", "message-id": "\(JournalMessage.finding.rawValue)",
                ])
        }
    }
}

extension FindingEvent {
    var ledgerEvent: LedgerEvent { LedgerEvent(ledgerType, ["finding": finding.json]) }

    private var ledgerType: LedgerEventType {
        switch change {
        case .opened: .findingOpened
        case .escalated, .eased: .findingChanged
        case .closed: .findingClosed
        }
    }
}
