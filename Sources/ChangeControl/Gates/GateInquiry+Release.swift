import Bundles
import Trust
import Vocabulary

// G1 to G4 and G7: what the release is, who approved it, and what it follows.
extension GateInquiry {
    func changeRecord(_ record: ChangeRecord) -> GateVerdict {
        // Its digest was compared when the manifest was read; here it must speak of the same release.
        let both: [(member: String, record: [String], manifest: [String])] = [
            ("version.to", [record.version.to.description], [manifest.version.description]),
            ("version.from", record.version.from.map(\.description), manifest.from.map(\.description)),
            ("version.securityVersion", ["\(record.version.securityVersion)"], ["\(manifest.securityVersion)"]),
            ("product.hardwareRevisions", record.product.hardwareRevisions, manifest.hardware),
            ("rollback.allowedTo", record.rollback.allowedTo.map(\.description), manifest.fallbacks.map(\.description)),
        ]
        for (member, recorded, signed) in both where Set(recorded) != Set(signed) {
            return GateVerdict(
                .changeRecord,
                refused: .changeRecordDisagrees(
                    member: member, record: recorded.joined(separator: ", "), manifest: signed.joined(separator: ", ")))
        }
        return judged(.changeRecord, record, passed: "record '\(record.id)', digest \(manifest.changeDigest)")
    }

    /// A bundle without the roles of the device's policy is never verified; the packs may ask for more.
    func approvals() -> GateVerdict {
        let approvals = release.content.approvals.filter(\.approves)
        guard let common = documents.rules.common else {
            return GateVerdict(.approvals, refused: .noRulePack(RuleDocument.common))
        }
        for withdrawal in documents.withdrawals {
            guard let approval = withdrawal.withdrawn(of: release) else { continue }
            return GateVerdict(
                .approvals,
                refused: .approvalWithdrawn(
                    person: approval.person, role: approval.role.name, document: withdrawal.id,
                    reason: withdrawal.reason))
        }
        for approval in approvals where time.hasReached(approval.certificateExpiry) == .yes {
            return GateVerdict(.approvals, refused: .approvalExpired(approval.person, approval.certificateExpiry))
        }
        let roles = Set(approvals.map(\.role.name))
        let people = Set(approvals.map { $0.person.lowercased().split(whereSeparator: \.isWhitespace) }).count
        let market = device.market.flatMap { documents.rules.serving($0.code) }
        var answer = validity(of: common)
        for pack in [common, market].compactMap({ $0?.content }) {
            guard let rule = pack.approvals, answer.refusal == nil else { continue }
            if let missing = rule.roles.first(where: { !roles.contains($0) }) {
                answer.refusal = (
                    .missingApproval(role: missing, found: roles.sorted()), pack.reference("approvals")
                )
            } else if people < rule.people || Set(approvals.map(\.keyID)).count < rule.people {
                answer.refusal = (.tooFewPeople(people, wanted: rule.people), pack.reference("approvals"))
            }
        }
        let rule = common.content.approvals.map { _ in common.content.reference("approvals") }
        return answer.completing(
            GateVerdict(.approvals, passed: approvals.map(\.line).joined(separator: "; "), rule: rule))
    }

    func address() -> GateVerdict {
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

    func securityVersion(_ record: ChangeRecord) -> GateVerdict {
        var passed = "security version \(manifest.securityVersion), floor \(device.securityFloor)"
        var openDates: [String] = []
        let isBelow = manifest.securityVersion < device.securityFloor
        if manifest.version < device.running || isBelow {
            guard !documents.downgrades.isEmpty else {
                return GateVerdict(
                    .securityVersion,
                    refused: manifest.version < device.running
                        ? .older(manifest.version, running: device.running)
                        : .belowFloor(manifest.securityVersion, floor: device.securityFloor))
            }
            switch authorisation() {
            case .success(let found):
                passed = "'\(found.id)' allows going back from \(device.running) to \(manifest.version)"
                openDates = found.openDates
            case .failure(let refusal): return GateVerdict(.securityVersion, refused: refusal)
            }
        }
        var verdict = judged(.securityVersion, record, passed: passed)
        verdict.openDates += openDates
        return verdict
    }

    /// The authorisation that lets this device go back to this release: one that holds for certain, before one that may have ended.
    private func authorisation() -> Result<(id: String, openDates: [String]), GateRefusal> {
        var reasons: [String] = []
        var unproven: (id: String, openDates: [String])?
        for downgrade in documents.downgrades {
            switch downgrade.allows(manifest.version, on: device) {
            case .allowed: return .success((downgrade.id, []))
            case .unproven(let end):
                let question = "\(end) is still ahead (downgrade authorisation '\(downgrade.id)')"
                unproven = unproven ?? (downgrade.id, [question])
            case .refused(let refusal): reasons.append("'\(downgrade.id)': \(refusal)")
            }
        }
        return unproven.map { .success($0) }
            ?? .failure(.downgradeNotAllowed(manifest.version, running: device.running, reasons: reasons))
    }
}
