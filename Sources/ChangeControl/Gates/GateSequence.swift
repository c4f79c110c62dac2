package import Bundles
import Documents
import Trust
import Vocabulary

/// Judges a verified release by every gate, in order; all verdicts are given even if the first one refuses.
package enum GateSequence {
    package static func judge(
        _ release: VerifiedRelease, on device: DeviceFacts, at moment: GateMoment = .verification
    ) -> [GateVerdict] {
        [
            changeRecord(release.manifest),
            approvals(release),
            address(release.manifest, device),
            securityVersion(release.manifest, device),
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
        // Its digest was compared when the manifest was read; here it must speak of the same release.
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

    /// A bundle that lacks an approval is never verified; what is left is to say who gave them.
    private static func approvals(_ release: VerifiedRelease) -> GateVerdict {
        GateVerdict(.approvals, passed: release.content.approvals.map(\.line).joined(separator: "; "))
    }

    private static func address(_ manifest: Manifest, _ device: DeviceFacts) -> GateVerdict {
        guard manifest.product == device.product else {
            return GateVerdict(.address, refused: .product(manifest.product, device: device.product))
        }
        guard manifest.hardware.contains(device.hardware) else {
            return GateVerdict(.address, refused: .hardware(manifest.hardware, device: device.hardware))
        }
        guard manifest.version != device.running else {
            return GateVerdict(.address, refused: .alreadyRunning(device.running))
        }
        // An older release is G7's matter: its reason must not hide behind a list of versions.
        guard manifest.from.contains(device.running) || manifest.version < device.running else {
            return GateVerdict(.address, refused: .from(manifest.from, running: device.running))
        }
        return GateVerdict(
            .address,
            passed: "\(manifest.product), hardware \(device.hardware), \(device.running) to \(manifest.version)")
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
