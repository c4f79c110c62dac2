import BootControl
import ChangeControl
package import Documents
import Ledger
import Platform
import Vocabulary

// What was changed since the device's baseline, link by link (FDA software guidance sections 7 to 9; IEC 62304 8.2.4).
extension Agent {
    /// The confirmed release's slot set: not the one on trial.
    var confirmedSlotSet: SlotSet {
        guard state.isTrial, let update = state.update, update.target == running.slotSet else { return running.slotSet }
        return targetSlotSet ?? running.slotSet
    }

    /// What the device is called by its confirmed release; it changes with a commit and never before (MDR Annex VI C 6.5.4).
    var identity: DeviceUDI {
        let content = records.content(of: confirmedSlotSet)
        return content?.udi
            ?? DeviceUDI(
                di: configuration.changeControl.udiDI ?? "",
                softwarePI: content?.version.description ?? running.version.description)
    }

    /// The change records from the baseline to what a slot set holds, by digest, oldest first; empty where nobody knows.
    func lineage(of set: SlotSet) -> [Digest] {
        let content = records.content(of: set)
        if let content, !content.lineage.isEmpty { return content.lineage }
        // What was provisioned is the baseline's, if it is the version that the baseline names.
        let version = content?.version ?? (set == running.slotSet ? running.version : nil)
        guard let baseline = shelf.documents.baseline, let version, content?.manifestDigest == nil,
            baseline.markets.allSatisfy({ $0.record != baseline.record || $0.version == version })
        else { return [] }
        return baseline.lineage.records
    }

    /// The ledger's word that the device is called otherwise from now on.
    func identityChange(from before: DeviceUDI, to content: SlotContent?) -> [LedgerEvent] {
        guard let after = content?.udi, after != before else { return [] }
        return [LedgerEvent(.identityChanged, ["before": before.json, "after": after.json])]
    }

    /// Market by market the baseline, and every change since, with what is known of it; `isWhole` says whether each link holds.
    package func changes() -> JSON {
        let links = lineage(of: confirmedSlotSet)
        let known = knownRecords()
        var isWhole = !links.isEmpty
        var entries: [JSON] = []
        for (number, digest) in links.enumerated() {
            let isBaseline = number < (shelf.documents.baseline?.lineage.records.count ?? 0)
            let record = known[digest]
            let holds = record.map { Self.supersedes($0.record) == Array(links[..<number]) } ?? isBaseline
            isWhole = isWhole && holds
            entries.append(Self.entry(digest, record, isBaseline: isBaseline, holds: holds))
        }
        return .members([
            "device": .string(configuration.device.id), "version": .string(running.version.description),
            "udi": identity.json, "markets": shelf.documents.baseline.map { .array($0.markets.map(\.json)) },
            "baseline": shelf.documents.baseline.map { .string($0.id) }, "changes": .array(entries),
            "whole": .bool(isWhole),
        ])
    }

    /// A change record that came with a release, and who approved that release; nil for one that was only carried along.
    private struct KnownRecord {
        let record: JSON
        var approvals: [JSON]?
    }

    /// The records in the manifests that were kept, by digest.
    private func knownRecords() -> [Digest: KnownRecord] {
        var known: [Digest: KnownRecord] = [:]
        let approvals = Dictionary(
            configuration.loader.slotSets.compactMap { records.content(of: $0) }.compactMap { content in
                content.manifestDigest.map { ($0, content.approvals) }
            }
        ) { $1 }
        for (release, manifest) in archive.manifests() {
            for record in manifest["history"]?.array ?? [] {
                let digest = SHA256.digest(of: record.canonicalBytes)
                known[digest] = known[digest] ?? KnownRecord(record: record)
            }
            guard let record = manifest["change"] else { continue }
            known[SHA256.digest(of: record.canonicalBytes)] = KnownRecord(
                record: record, approvals: approvals[release] ?? [])
        }
        return known
    }

    private static func supersedes(_ record: JSON) -> [Digest] {
        record["version"]?["supersedes"]?.array?.compactMap { $0.string.flatMap(Digest.init(hex:)) } ?? []
    }

    private static func entry(_ digest: Digest, _ known: KnownRecord?, isBaseline: Bool, holds: Bool) -> JSON {
        let record = known?.record
        return .members([
            "record": .string(digest.hex), "baseline": .bool(isBaseline), "known": .bool(known != nil),
            "holds": .bool(holds), "id": record?["id"], "version": record?["version"]?["to"],
            "class": record?["maintenanceClass"],
            "changes": record?["changes"]?.array.map { .array($0.map(summary)) },
            "approvals": known?.approvals.map { .array($0) },
        ])
    }

    private static func summary(_ change: JSON) -> JSON {
        .members([
            "id": change["id"], "title": change["title"], "kind": change["kind"],
            "problemReports": change["problemReports"], "capa": change["capa"],
            "vulnerabilities": change["vulnerabilities"],
        ])
    }
}
