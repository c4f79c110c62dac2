/// Who speaks: said once in every item, of all that is in it.
package enum ResourceField: TelemetryField {
    case service
    case agentVersion
    case device
    case product
    case hardware
    case release
    case slotSet
    case clock
    case item

    package var entry: TelemetryEntry {
        switch self {
        case .service:
            TelemetryEntry(
                "service.name", .resource, .word(["aftercare"]), for: .transport,
                "tells this agent's data from other programs' (OpenTelemetry semantic conventions)",
                example: "aftercare")
        case .agentVersion:
            TelemetryEntry(
                "service.version", .resource, .version, for: .adaptive, "which agent it was that measured",
                example: "0.1.0")
        case .device:
            TelemetryEntry(
                "service.instance.id", .resource, .label, for: .transport,
                "which device it is: its configured id or, with a pseudonym key, a code that only the key's owner resolves",
                example: "4f1d0c8a9be2437d8e55a0b1c2d3e4f5")
        case .product:
            TelemetryEntry(
                "device.model.identifier", .resource, .label, for: .surveillance, "trends are judged by product",
                example: "infusion-pump")
        case .hardware:
            TelemetryEntry(
                "aftercare.hardware.revision", .resource, .label, for: .preventive, "wear differs between revisions",
                example: "rev-c")
        case .release:
            TelemetryEntry(
                "aftercare.release.version", .resource, .version, for: .corrective,
                "which release runs, and since when a fault shows", example: "1.4.2")
        case .slotSet:
            TelemetryEntry(
                "aftercare.slot.set", .resource, .label, for: .corrective, "a fault of one slot set is its storage's",
                example: "A")
        case .clock:
            TelemetryEntry(
                "aftercare.clock.confidence", .resource, .word(["clock", "watermark", "unset"]), for: .surveillance,
                "how far the times in this item can be relied on", example: "clock")
        case .item:
            TelemetryEntry(
                "aftercare.item.id", .resource, .identifier, for: .transport,
                "a receiver that sees it twice keeps one: delivery is at least once",
                example: "9a3c5e7f10b24d6882c4e6f801a3b5d7")
        }
    }
}
