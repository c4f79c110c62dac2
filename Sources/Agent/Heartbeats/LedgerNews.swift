import Documents
import Heartbeats
import Ledger
import Vocabulary

/// What an entry of the ledger says to the manufacturer, in fields of the allow-list; nil where it is the device's own business.
///
/// The ledger is the one source of events: whatever the agent was doing when the power went, what it wrote down is told.
enum LedgerNews {
    static func event(_ entry: LedgerEntry) -> TelemetryEvent? {
        let time = entry.time.wall
        var attributes: [AttributeField: TelemetryValue] = [.sequence: .integer(Int64(clamping: entry.sequence))]
        switch entry.event {
        case .agentStarted:
            let wasForced = entry.body["watchdogFired"] == .bool(true) || entry.body["deadManFired"] == .bool(true)
            return TelemetryEvent(.agentStarted, wasForced ? .warning : .information, at: time, attributes)
        case .updateCommitted, .updateRefused, .updateFailed, .updateCancelled, .updateRolledBack:
            guard let last = entry.body["state"]?["last"].flatMap(Conclusion.init) else { return nil }
            attributes.merge(self.attributes(of: last)) { $1 }
            return TelemetryEvent(.updateEnded, severity(of: last), at: time, attributes)
        case .updateTransition:
            guard let verdict = entry.body["verdict"]?.string else { return nil }
            attributes[.verdict] = .text(verdict)
            attributes[.count] = .integer(Int64(entry.body["failed"]?.array?.count ?? 0))
            return TelemetryEvent(.selfTestsEnded, verdict == "passed" ? .information : .error, at: time, attributes)
        case .findingOpened, .findingChanged, .findingClosed:
            return finding(entry, attributes)
        // Who it was and what was said stays on the device.
        case .emergencyStarted: return TelemetryEvent(.emergencyStarted, .warning, at: time, attributes)
        case .serviceLocked: return TelemetryEvent(.serviceLocked, .warning, at: time, attributes)
        case .incidentReported: return TelemetryEvent(.incidentReported, .warning, at: time, attributes)
        default: return nil
        }
    }

    private static func attributes(of last: Conclusion) -> [AttributeField: TelemetryValue] {
        var attributes: [AttributeField: TelemetryValue] = [.outcome: .text(last.name)]
        switch last {
        case .committed(let update):
            attributes[.fromVersion] = .text(update.from.description)
            attributes[.toVersion] = .text(update.version.description)
        case .rolledBack(let update, let cause):
            attributes[.fromVersion] = .text(update.from.description)
            attributes[.toVersion] = .text(update.version.description)
            attributes[.cause] = .text(cause.rawValue)
        case .refused(_, let fault), .failed(_, let fault, _): attributes[.code] = .text(fault.code.description)
        case .cancelled: break
        }
        return attributes
    }

    private static func severity(of last: Conclusion) -> TelemetrySeverity {
        switch last {
        case .committed, .cancelled: .information
        case .refused: .warning
        case .failed, .rolledBack: .error
        }
    }

    private static func finding(
        _ entry: LedgerEntry, _ known: [AttributeField: TelemetryValue]
    ) -> TelemetryEvent? {
        guard let finding = entry.body["finding"], let code = finding["code"]?.string,
            let indicator = finding["indicator"]?.string
        else { return nil }
        var attributes = known
        attributes[.finding] = .text(code)
        attributes[.indicator] = .text(indicator)
        let isAlarm = finding["severity"] == "alarm"
        attributes[.severity] = .text(isAlarm ? "alarm" : "warning")
        switch finding["opening-value"] {
        case .integer(let value)?: attributes[.value] = .integer(value)
        case .decimal(let value)?: attributes[.value] = .decimal(value)
        default: break
        }
        let isOver = entry.event == .findingClosed
        let field: EventField =
            switch entry.event {
            case .findingClosed: .findingClosed
            case .findingChanged: .findingChanged
            default: .findingOpened
            }
        return TelemetryEvent(
            field, isOver ? .information : isAlarm ? .error : .warning,
            at: entry.time.wall, attributes)
    }
}
