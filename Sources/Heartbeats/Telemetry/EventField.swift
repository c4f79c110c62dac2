/// Something that happened, which a heartbeat carries as a log record.
package enum EventField: TelemetryField {
    case agentStarted
    case findingOpened
    case findingChanged
    case findingClosed
    case updateEnded
    case selfTestsEnded
    case emergencyStarted
    case serviceLocked
    case incidentReported
    case ledgerHead
    case queueLost

    package var entry: TelemetryEntry {
        switch self {
        case .agentStarted:
            event("aftercare.agent.started", for: .preventive, "an agent or a device that restarts must be looked at")
        case .findingOpened:
            event("aftercare.finding.opened", for: .preventive, "a limit was crossed: service is planned from it")
        case .findingChanged:
            event("aftercare.finding.changed", for: .preventive, "it became worse or better, and is not over")
        case .findingClosed:
            event("aftercare.finding.closed", for: .preventive, "it holds no more; a service can be called off")
        case .updateEnded:
            event("aftercare.update.ended", for: .corrective, "how an update ended, and why if it did not hold")
        case .selfTestsEnded:
            event("aftercare.self_test.ended", for: .corrective, "whether a release proved itself on this device")
        case .emergencyStarted:
            event(
                "aftercare.service.emergency", for: .surveillance,
                "somebody got in without a grant: who, and why, is asked for at the site")
        case .serviceLocked:
            event("aftercare.service.locked", for: .surveillance, "grants were tried that do not hold")
        case .incidentReported:
            event(
                "aftercare.incident.reported", for: .surveillance,
                "a report waits on the device: what it says stays there until a person takes it")
        case .ledgerHead:
            event(
                "aftercare.ledger.head", for: .surveillance,
                "the fleet witnesses the ledger: one that is cut or rewritten later no longer fits")
        case .queueLost:
            event("aftercare.queue.lost", for: .transport, "the queue was damaged: what waited in it is gone")
        }
    }

    private func event(_ name: String, for duty: TelemetryEntry.Duty, _ purpose: String) -> TelemetryEntry {
        TelemetryEntry(name, .log, .word([name]), for: duty, purpose, example: "its attributes say the rest")
    }
}
