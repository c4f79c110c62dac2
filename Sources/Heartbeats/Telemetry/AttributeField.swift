/// What says more about a point or an event.
package enum AttributeField: TelemetryField {
    case indicator
    case unit
    case statistic
    case quality
    case severity
    case code
    case finding
    case value
    case limit
    case state
    case outcome
    case cause
    case fromVersion
    case toVersion
    case verdict
    case test
    case count
    case priority
    case reason
    case sequence
    case hash

    package var entry: TelemetryEntry {
        switch self {
        case .indicator, .unit, .statistic, .quality, .severity, .code, .finding, .value, .limit: healthEntry
        case .state, .outcome, .cause, .fromVersion, .toVersion, .verdict, .test, .count: updateEntry
        case .priority, .reason, .sequence, .hash: transportEntry
        }
    }

    private var healthEntry: TelemetryEntry {
        switch self {
        case .indicator:
            attribute("indicator", .name(.indicator), for: .preventive, "which part", example: "cpu.temperature")
        case .unit: attribute("unit", .unit, for: .preventive, "what the number is in", example: "Cel")
        case .statistic:
            attribute(
                "statistic", .word(["last", "min", "max", "mean", "p95", "slope"]), for: .preventive,
                "the last reading, or what was computed over the time since the last heartbeat", example: "p95")
        case .quality:
            attribute(
                "quality", .word(["good", "stale", "absent", "unreadable", "implausible"]), for: .preventive,
                "why a reading is none", example: "absent")
        case .severity:
            attribute(
                "severity", .word(["information", "warning", "alarm"]), for: .preventive, "how bad it is",
                example: "warning")
        case .code: attribute("code", .faultCode, for: .corrective, "which fault (errors.md)", example: "AC-3201")
        case .finding:
            attribute(
                "finding", .name(.finding), for: .preventive, "which limit of the signed plan",
                example: "HF-TEMP-CPU")
        case .value: attribute("value", .number, for: .preventive, "the reading that crossed a limit", example: "91.5")
        default: attribute("limit", .number, for: .preventive, "the limit that it crossed", example: "90")
        }
    }

    private var updateEntry: TelemetryEntry {
        switch self {
        case .state:
            attribute(
                "state",
                .word([
                    "idle", "verifying", "installing", "uploading", "installed", "waiting", "activated", "restarting",
                    "switching", "testing",
                    "soaking", "committed", "rolling-back",
                ]), for: .corrective, "where the update stands", example: "soaking")
        case .outcome:
            attribute(
                "outcome", .word(["committed", "refused", "failed", "cancelled", "rolled-back"]), for: .corrective,
                "how the update ended", example: "rolled-back")
        case .cause:
            attribute(
                "cause",
                .word([
                    "self-test", "boot-failed", "deadline", "commanded", "watchdog", "interrupted", "state-lost",
                    "peripheral",
                ]), for: .corrective, "why the trial was left", example: "self-test")
        case .fromVersion:
            attribute("version.from", .version, for: .corrective, "the release before", example: "1.4.1")
        case .toVersion:
            attribute("version.to", .version, for: .corrective, "the release that was tried", example: "1.4.2")
        case .verdict:
            attribute(
                "verdict",
                .word(["passed", "failed", "timed-out", "error", "not-run", "nothing-required"]), for: .corrective,
                "how a self-test ended", example: "failed")
        case .test:
            attribute("test", .name(.selfTest), for: .corrective, "which self-test", example: "pump-motor")
        default: attribute("count", .integer, for: .corrective, "how many", example: "12")
        }
    }

    private var transportEntry: TelemetryEntry {
        switch self {
        case .priority:
            attribute(
                "priority", .word(HeartbeatPriority.allCases.map(\.name)), for: .transport, "which part of the queue",
                example: "routine")
        case .reason:
            attribute(
                "reason", .word(DropReason.allCases.map(\.rawValue)), for: .transport, "why items were dropped",
                example: "thinned")
        case .sequence:
            attribute(
                "sequence", .integer, for: .surveillance, "the number of the ledger's newest entry",
                example: "1042")
        default:
            attribute(
                "hash", .digest, for: .surveillance, "the hash of the ledger's newest entry, over all before it",
                example: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        }
    }

    private func attribute(
        _ name: String, _ domain: TelemetryDomain, for duty: TelemetryEntry.Duty, _ purpose: String, example: String
    ) -> TelemetryEntry {
        TelemetryEntry("aftercare.\(name)", .attribute, domain, for: duty, purpose, example: example)
    }
}
