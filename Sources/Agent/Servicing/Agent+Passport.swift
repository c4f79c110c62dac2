import BootControl
import Bundles
package import Documents
import Integrity
import Ledger
import Platform
import Trust
package import Vocabulary

extension Agent {
    /// Who this device is, what runs on it, who approved that, what was changed since it was cleared, and what is not right with it.
    package func passport() -> JSON {
        let device = configuration.device
        let confirmed = confirmedVersion
        let (changes, documents) = (changes(), documents())
        return .members([
            "format": "aftercare.passport/1", "device": .string(device.id), "name": .string(device.name),
            "manufacturer": device.manufacturer.map { .string($0) }, "product": .string(device.product),
            "hardware": .string(device.hardware), "udi": device.udi(version: confirmed).map { .string($0) },
            "identity": identity.json, "market": documents["market"],
            "version": .string(running.version.description), "confirmed": .string(confirmed),
            "slotSet": .string(running.slotSet.name), "state": .string(state.name),
            "securityFloor": .integer(securityFloor), "release": release(in: running.slotSet),
            "fallback": targetSlotSet.flatMap { release(in: $0) },
            "markets": changes["markets"], "changes": changes["changes"], "whole": changes["whole"],
            "documents": documents["documents"], "sbomDigest": sbomDigest.map { .string($0.hex) },
            "configuration": .string(configurationWord), "configurationRecord": configurationSummary,
            "selfTests": lastSelfTests,
            "findings": .array(allFindings), "holds": .array(records.holds.map(\.json)),
            "ledger": ["entries": .number(records.head.sequence), "head": .string(records.head.digest.hex)],
            "agent": .string(ProgramVersion.text),
            "time": .string(records.now.description), "clock": .string(records.confidence.rawValue),
        ])
    }

    /// The passport with the device's signature, and a code that is small enough for a QR code and vouches for it.
    package func signedPassport() throws(FaultReport) -> JSON {
        let passport = passport()
        let code: JSON = .members([
            "format": "aftercare.passport-code/1", "device": passport["device"], "udi": passport["udi"],
            "version": passport["confirmed"], "configuration": passport["configuration"],
            "passport": .string(SHA256.digest(of: passport.canonicalBytes).hex), "time": passport["time"],
        ])
        return ["passport": try signed(passport), "code": try signed(code)]
    }

    /// The passport as it leaves the device: signed where the device has a key.
    func vouchedPassport() throws(FaultReport) -> JSON {
        machine.deviceKey == nil ? passport() : try signed(passport())
    }

    /// The digest of what the running release is made of.
    private var sbomDigest: Digest? {
        records.content(of: running.slotSet)?.manifestDigest.flatMap { manifest(of: $0) }?.sbomDigest
    }

    private var configurationSummary: JSON {
        let record = configurationRecord
        return .members([
            "since": (record.unknownSince ?? record.basis?.since).map { .string($0.description) },
            "measured": record.last.map { .string($0.digest.hex) },
            "time": record.last.map { .string($0.time.description) },
            "items": record.last.map { .number($0.items) }, "drifts": .number(record.driftCount),
            "acceptedBy": record.basis?.document.map { .string($0) },
        ])
    }

    /// How the self-tests of the newest update that had any ended.
    private var lastSelfTests: JSON? {
        let updates = (try? records.history(limit: 20)) ?? []
        guard let update = updates.first(where: { $0["selfTests"]?.array?.isEmpty == false }),
            let report = update["selfTests"]?.array?.last
        else { return nil }
        let verdicts = report["tests"]?.array?.compactMap { $0["verdict"]?.string } ?? []
        return .members([
            "version": update["version"], "verdict": report["verdict"], "tests": .number(verdicts.count),
            "passed": .number(verdicts.filter { $0 == "passed" }.count), "started": update["started"],
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
