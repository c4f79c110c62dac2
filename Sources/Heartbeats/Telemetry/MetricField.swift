/// A number that a heartbeat carries.
package enum MetricField: TelemetryField {
    case uptime
    case boots
    case securityVersion
    case updateState
    case updateOutcome
    case indicator
    case quality
    case openFindings
    case selfTests
    case storageLife
    case interlockWait
    case queueItems
    case queueBytes
    case dropped
    case withheld

    package var entry: TelemetryEntry {
        switch self {
        case .uptime, .boots, .securityVersion, .updateState, .updateOutcome, .interlockWait: updateEntry
        case .indicator, .quality, .openFindings, .selfTests, .storageLife: healthEntry
        case .queueItems, .queueBytes, .dropped, .withheld: queueEntry
        }
    }

    private var updateEntry: TelemetryEntry {
        switch self {
        case .uptime:
            TelemetryEntry(
                "system.uptime", .gauge, unit: "s", .number, for: .preventive, "restarts nobody asked for show here",
                example: "86400")
        case .boots:
            TelemetryEntry(
                "aftercare.boots", .sum, unit: "{boot}", .integer, for: .preventive,
                "restarts between two heartbeats show here", example: "17")
        case .securityVersion:
            TelemetryEntry(
                "aftercare.security.version", .gauge, unit: "1", .integer, for: .corrective,
                "the floor below which no release is taken", example: "3")
        case .updateState:
            TelemetryEntry(
                "aftercare.update.state", .gauge, unit: "1", .integer, for: .corrective,
                "1 for the state that the update is in", example: "1 with aftercare.state=idle")
        case .updateOutcome:
            TelemetryEntry(
                "aftercare.update.outcome", .gauge, unit: "1", .integer, for: .corrective,
                "1 for how the last update ended", example: "1 with aftercare.outcome=committed")
        default:
            TelemetryEntry(
                "aftercare.interlock.wait", .gauge, unit: "s", .number, for: .corrective,
                "an installed update that never finds the device free must be planned by a person", example: "5400")
        }
    }

    private var healthEntry: TelemetryEntry {
        switch self {
        case .indicator:
            TelemetryEntry(
                "aftercare.health.indicator", .gauge, unit: "1", .number, for: .preventive,
                "readings of the board's sensors, supplies and storage, and what was computed of them",
                example: "61.5 with aftercare.indicator=cpu.temperature, aftercare.unit=Cel, aftercare.statistic=p95")
        case .quality:
            TelemetryEntry(
                "aftercare.health.quality", .gauge, unit: "1", .integer, for: .preventive,
                "1 for the quality of an indicator that has no good reading: a missing sensor is no healthy one",
                example: "1 with aftercare.indicator=fan.speed, aftercare.quality=absent")
        case .openFindings:
            TelemetryEntry(
                "aftercare.health.findings.open", .gauge, unit: "{finding}", .integer, for: .preventive,
                "what is wrong now, also if the log of its opening was lost", example: "2")
        case .selfTests:
            TelemetryEntry(
                "aftercare.self_test.results", .gauge, unit: "{test}", .integer, for: .corrective,
                "how many self-tests of the last run ended so", example: "12 with aftercare.verdict=passed")
        default:
            TelemetryEntry(
                "aftercare.storage.life_left", .gauge, unit: "d", .number, for: .preventive,
                "storage is replaced before it fails", example: "912")
        }
    }

    private var queueEntry: TelemetryEntry {
        switch self {
        case .queueItems:
            TelemetryEntry(
                "aftercare.queue.items", .gauge, unit: "{item}", .integer, for: .transport,
                "how far behind this device's news are", example: "3 with aftercare.priority=routine")
        case .queueBytes:
            TelemetryEntry(
                "aftercare.queue.bytes", .gauge, unit: "By", .integer, for: .transport,
                "how near the queue is to its bound", example: "18204")
        case .dropped:
            TelemetryEntry(
                "aftercare.queue.dropped", .sum, unit: "{item}", .integer, for: .transport,
                "what is missing is said, never silent",
                example: "40 with aftercare.priority=routine, aftercare.reason=thinned")
        default:
            TelemetryEntry(
                "aftercare.telemetry.withheld", .sum, unit: "{value}", .integer, for: .transport,
                "values that the allow-list does not admit and that did not leave", example: "0")
        }
    }
}
