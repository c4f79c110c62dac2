import Bundles
import Documents
import Trust
import Vocabulary

// G8 to G14: what must not be harmed, what must be known, and when.
extension GateInquiry {
    func fieldSafety(_ record: ChangeRecord) -> GateVerdict {
        let reference = record.safetyAction.fscaRefs.map { ", '\($0.manufacturer)'" } ?? ""
        return judged(.fieldSafety, record, passed: "safety action '\(record.safetyAction.kind.rawValue)'\(reference)")
    }

    func materials(_ record: ChangeRecord) -> GateVerdict {
        guard let digest = manifest.sbomDigest else { return GateVerdict(.materials, refused: .noMaterials) }
        guard digest == record.sbom.digest else {
            return GateVerdict(.materials, refused: .materialsDiffer(record: record.sbom.digest, manifest: digest))
        }
        return judged(
            .materials, record,
            passed: "\(record.sbom.format.rawValue) \(digest), vulnerability statement \(record.security.vexDigest)")
    }

    func training(_ record: ChangeRecord) -> GateVerdict {
        guard record.userVisible.trainingRequired != .none || demand(of: .training, record) != nil else {
            return rules(of: .training, record).completing(
                GateVerdict(.training, notApplicable: "no training is needed"))
        }
        return judged(
            .training, record, passed: "training: \(record.userVisible.trainingRequired.rawValue)")
    }

    func holds() -> GateVerdict {
        device.holds.isEmpty
            ? GateVerdict(.holds, passed: "nothing is on hold") : GateVerdict(.holds, refused: .held(device.holds))
    }

    func interlock() -> GateVerdict {
        guard moment == .activation, let interlocks = device.interlocks else {
            return GateVerdict(.interlock, notApplicable: "asked before the restart, not now")
        }
        return interlocks.isEmpty
            ? GateVerdict(.interlock, passed: "the device is free")
            : GateVerdict(.interlock, refused: .interlocked(interlocks))
    }

    func verification(_ record: ChangeRecord) -> GateVerdict {
        let verification = record.verification
        for deviation in verification.deviations where deviation.approvedBy != "quality" {
            return GateVerdict(.verification, refused: .deviationNotByQuality(deviation.id, role: deviation.approvedBy))
        }
        let accepted = verification.deviations.reduce(Int64(0)) { $0 + $1.failures }
        guard verification.fail <= accepted else {
            return GateVerdict(.verification, refused: .failedTests(verification.fail, accepted: accepted))
        }
        if verification.fail > 0, !release.content.approvals.contains(where: { $0.role == .quality && $0.approves }) {
            return GateVerdict(
                .verification,
                refused: .missingApproval(role: "quality", found: release.content.approvals.map(\.role.name)))
        }
        return judged(
            .verification, record,
            passed: "\(verification.testCount) tests, \(verification.fail) failed, \(accepted) accepted by quality")
    }

    /// Two different people at least: one alone could mistake the day.
    private static let leastPeople = 2

    func dates(after earlier: [GateVerdict]) -> GateVerdict {
        let shown = "the time is \(time.earliest)"
        guard !time.isCertain else { return GateVerdict(.time, passed: shown) }
        var questions: [String] = []
        for date in earlier.flatMap(\.openDates) where !questions.contains(date) { questions.append(date) }
        guard !questions.isEmpty else {
            return GateVerdict(.time, passed: "\(shown) or later, and no date that decides lies after it")
        }
        let asked = (try? record.get()).flatMap { self.demand(of: .time, $0) }
        let demand = AcknowledgementDemand(
            subject: .date, people: max(asked?.people ?? 0, Self.leastPeople),
            given: device.people(acknowledging: .date, of: release.digest),
            message: "the clock cannot be relied on (\(time.earliest) or later), and it must be so that "
                + questions.joined(separator: ", and that "),
            show: ["dates": .strings(questions), "clock": .string(time.earliest.description)], rule: asked?.rule)
        return demand.missing > 0
            ? GateVerdict(.time, needs: demand) : GateVerdict(.time, passed: demand.reason, rule: demand.rule)
    }
}
