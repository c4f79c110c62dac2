package import Bundles
import Documents
import Trust
import Vocabulary

extension GateSequence {
    /// What an agent that holds no documents yet can ask: G1 as far as the record's members go, G2, G3 and G7.
    ///
    /// It goes as soon as the agent hands over its rule packs: a device must not have a way around the other gates.
    package static func judge(
        _ release: VerifiedRelease, on device: DeviceFacts, at moment: GateMoment = .verification
    ) -> [GateVerdict] {
        let inquiry = GateInquiry(release, device, GateDocuments(rules: RulePacks()), moment)
        return [
            changeRecord(release.manifest),
            GateVerdict(.approvals, passed: release.content.approvals.map(\.line).joined(separator: "; ")),
            inquiry.address(), securityVersion(release.manifest, device),
        ]
    }

    /// The members without which a change is not documented at all (regulatory assessment, risk, what and why).
    private static let requiredMembers = [
        "id", "product", "version", "maintenanceClass", "changes", "risk", "markets", "verification",
    ]

    private static func changeRecord(_ manifest: Manifest) -> GateVerdict {
        for member in requiredMembers where manifest.change[member] == nil {
            return GateVerdict(.changeRecord, refused: .changeRecordIncomplete(missing: member))
        }
        let recorded = manifest.change["version"]?["to"]?.string ?? ""
        guard recorded == manifest.version.description else {
            return GateVerdict(
                .changeRecord,
                refused: .changeRecordDisagrees(
                    member: "version.to", record: recorded, manifest: manifest.version.description))
        }
        return GateVerdict(
            .changeRecord, passed: "record '\(manifest.change["id"]?.string ?? "")', digest \(manifest.changeDigest)")
    }

    private static func securityVersion(_ manifest: Manifest, _ device: DeviceFacts) -> GateVerdict {
        guard manifest.version >= device.running else {
            return GateVerdict(.securityVersion, refused: .older(manifest.version, running: device.running))
        }
        guard manifest.securityVersion >= device.securityFloor else {
            return GateVerdict(
                .securityVersion, refused: .belowFloor(manifest.securityVersion, floor: device.securityFloor))
        }
        return GateVerdict(
            .securityVersion, passed: "security version \(manifest.securityVersion), floor \(device.securityFloor)")
    }
}
