import BootControl
package import Documents
import Ledger
import Platform
import Vocabulary

extension Agent {
    /// Who this device is, what runs on it, who approved that, and what is not right with it.
    package func passport() -> JSON {
        let device = configuration.device
        let confirmed = confirmedVersion
        return .members([
            "format": "aftercare.passport/1", "device": .string(device.id), "name": .string(device.name),
            "manufacturer": device.manufacturer.map { .string($0) }, "product": .string(device.product),
            "hardware": .string(device.hardware), "udi": device.udi(version: confirmed).map { .string($0) },
            "version": .string(running.version.description), "confirmed": .string(confirmed),
            "slotSet": .string(running.slotSet.name), "state": .string(state.name),
            "securityFloor": .integer(securityFloor), "release": release(in: running.slotSet),
            "fallback": targetSlotSet.flatMap { release(in: $0) },
            "findings": .array(openFindings), "holds": .array(records.holds.map(\.json)),
            "ledger": ["entries": .number(records.head.sequence), "head": .string(records.head.digest.hex)],
            "time": .string(records.now.description), "clock": .string(records.confidence.rawValue),
        ])
    }

    /// The unique device identification, or nil where the configuration has none; it changes with the commit and never before.
    func udi() -> String? { configuration.device.udi(version: confirmedVersion) }

    private var confirmedVersion: String {
        guard let update = state.update, state.isTrial, update.target == running.slotSet else {
            return running.version.description
        }
        return update.from.description
    }

    private func release(in set: SlotSet) -> JSON? {
        guard let content = records.content(of: set) else { return nil }
        return .members([
            "slotSet": .string(set.name), "version": .string(content.version.description),
            "standing": .string(content.standing.rawValue), "since": .string(content.since.description),
            "manifestDigest": content.manifestDigest.map { .string($0.hex) },
            "approvals": .array(content.approvals),
        ])
    }
}
