import Agent
import Bundles
import ChangeControl
import Documents
import Platform
import Vocabulary

extension Templates {
    /// What an agent keeps: its lifecycle in every state, what slots hold, holds, acknowledgements.
    static var states: [JSON] {
        guard let version = Version("1.1.0"), let from = Version("1.0.0") else { return [] }
        let digest = SHA256.digest(of: [1, 2, 3])
        let offer = Offer(
            id: "u1", source: .file("/media/1.1.0.aftercare"), activatesByItself: true, requestedBy: "service",
            boundTo: digest)
        let motor = PeripheralChange(
            peripheral: "motor", before: PeripheralRelease(version: "1.0.0", hash: digest),
            after: PeripheralRelease(version: "1.1.0", hash: digest))
        let update = Update(
            offer: offer, version: version, from: from, securityVersion: 2, manifestDigest: digest, target: .b,
            trialDeadline: 600, peripherals: [motor])
        let fault = FaultReport(BundleError.notABundle)
        let boot = LedgerDoor.boot
        let wait = Wait(since: Ground.time, reasons: ["a patient is treated"], isLong: true)
        let lifecycle: [LifecycleState] = [
            .idle(last: nil), .idle(last: .committed(update)), .idle(last: .refused(offer, fault)),
            .idle(last: .failed(offer, fault, resumable: true)), .idle(last: .cancelled(offer)),
            .idle(last: .rolledBack(update, .selfTest)), .verifying(offer), .installing(update), .uploading(update),
            .installed(update), .waiting(update, wait), .activated(update), .restarting(update, boot: boot),
            .switching(update, boot: boot), .testing(update, boot: boot), .soaking(update, boot: boot),
            .committed(update), .rollingBack(update, .deadline, boot: boot),
        ]
        let content = SlotContent(
            version: version, securityVersion: 2, manifestDigest: digest, fallbacks: [from], standing: .committed,
            since: Ground.time, peripherals: ["motor": PeripheralRelease(version: "1.1.0", hash: digest)],
            approvals: [["role": "software"]], lineage: [digest],
            udi: DeviceUDI(di: "09521000004016", softwarePI: "1.1.0"))
        return lifecycle.map(\.json) + [
            content.json, fault.json,
            Hold(id: "H-1", subject: .ledger, reason: "an incident", by: "A. Meier", since: Ground.time).json,
            Acknowledgement(
                subject: .allCases[0], person: "A. Meier", role: "nurse", time: Ground.time, release: digest
            ).json,
            access,
        ]
    }

    /// Who was let in, and who was not.
    private static var access: JSON {
        [
            "waiting": [
                [
                    "challenge": .string(challenge), "port": "ttyS0",
                    "since": ["boot": .string(LedgerDoor.boot), "uptime": 12],
                ]
            ],
            "spent": [.string(challenge)], "failures": 2, "lockouts": 1,
            "lock": ["seconds": 60, "since": ["boot": .string(LedgerDoor.boot), "uptime": 12]],
            "emergencies": [.string(Ground.time.description)],
        ]
    }
}
