import BootControl
import Bundles
package import Documents
import Integrity
import Ledger
import Platform
import Trust
package import Vocabulary

// The status of every configuration item, for programs (IEC 62304 8.3; FDA premarket cybersecurity guidance App. 1 F).
extension Agent {
    /// Every item that this device is made of, signed; without a time, so that the same device says the same bytes.
    package func exportConfiguration(requestedBy: String) throws(FaultReport) -> JSON {
        let export = try signed(configurationItems())
        let event = LedgerEvent(
            .configurationExported,
            [
                "requestedBy": .string(requestedBy),
                "digest": .string(SHA256.digest(of: export.canonicalBytes).hex),
            ])
        do { try records.append([event]) } catch { throw FaultReport(error) }
        return export
    }

    private func configurationItems() -> JSON {
        let device = configuration.device
        let documents = documents()
        let release = records.content(of: running.slotSet)?.manifestDigest.flatMap { manifest(of: $0) }
        return .members([
            "format": "aftercare.configuration-export/1", "agent": .string(ProgramVersion.text),
            "device": .string(device.id), "product": .string(device.product), "hardware": .string(device.hardware),
            "identity": identity.json, "slotSet": .string(running.slotSet.name),
            "version": .string(running.version.description), "securityFloor": .integer(securityFloor),
            "slotSets": .array(configuration.loader.slotSets.map { slotSet($0) }),
            "changeRecords": .strings(lineage(of: confirmedSlotSet).map(\.hex)),
            "sbomDigest": release?.sbomDigest.map { .string($0.hex) },
            "market": documents["market"], "documents": documents["documents"], "policy": policy,
            "configuration": measuredItems,
        ])
    }

    private func slotSet(_ set: SlotSet) -> JSON {
        let content = records.content(of: set)
        let release = content?.manifestDigest.flatMap { manifest(of: $0) }
        let peripherals = content?.peripherals ?? [:]
        return .members([
            "set": .string(set.name), "version": content.map { .string($0.version.description) },
            "standing": content.map { .string($0.standing.rawValue) },
            "manifestDigest": content?.manifestDigest.map { .string($0.hex) },
            "sbomDigest": release?.sbomDigest.map { .string($0.hex) },
            "images": release.map { .array($0.images.map(Self.image)) },
            "peripherals": peripherals.isEmpty ? nil : .object(peripherals.mapValues(\.json)),
        ])
    }

    private static func image(_ image: ImageDescription) -> JSON {
        ["image": .string(image.name), "size": .number(image.size), "sha256": .string(image.digest.hex)]
    }

    private var policy: JSON {
        let trust = configuration.trust
        let roles = trust.roles.map { role, anchors in
            (role.name, JSON.strings(anchors.map { SHA256.digest(of: $0.der).hex }.sorted()))
        }
        return [
            "requiredRoles": .strings(trust.required.map(\.name).sorted()),
            "anchors": .object(Dictionary(roles) { first, _ in first }),
            "groups": .strings(configuration.changeControl.groups),
            "language": .string(configuration.changeControl.language),
        ]
    }

    /// What was measured last, item by item, and what it is held against.
    private var measuredItems: JSON {
        let record = configurationRecord
        let shelf = MeasurementShelf(folder: configuration.places.measurements, storage: storage)
        let items = record.last.flatMap { shelf.read($0.digest) }?.items
        return .members([
            "state": .string(record.state.word), "baseline": record.basis.map { .string($0.digest.hex) },
            "acceptedBy": record.basis?.document.map { .string($0) },
            "measured": record.last.map { .string($0.digest.hex) },
            "items": items.map { items in
                .array(
                    items.map { item in
                        guard case .object(var members) = item.fingerprint.json else { return .null }
                        members["subject"] = .string(item.subject.description)
                        return .object(members)
                    })
            },
        ])
    }
}
