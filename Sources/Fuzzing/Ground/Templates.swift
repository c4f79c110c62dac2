import Bundles
import ChangeControl
import Documents
import Platform
import Servicing
import SystemPackage
import TestSupport
import Trust
import Vocabulary

/// Documents that are whole, made by our own tools: what inputs edit, and what corpora begin with.
enum Templates {
    /// Change records: of an update, of a baseline, with what came before it.
    static var records: [JSON] {
        [
            SampleRecord.complete("1.1.0"), SampleRecord.baseline("1.0.0"),
            SampleRecord.complete("1.2.0", from: ["1.1.0"], securityVersion: 3),
        ]
    }

    /// The project's own rule packs, as people write them.
    static func packs() throws -> [String] {
        let (storage, folder) = (Storage(), ProjectFolder.file("firmware-manifests/rules"))
        return try storage.names(in: folder).filter { $0.hasSuffix(".toml") }.sorted().map { name in
            String(decoding: try storage.read(folder.appending(name), limit: 1 << 20), as: UTF8.self)
        }
    }

    /// One document of each kind that people sign.
    static func documents() throws -> [JSON] {
        let provisioning = Provisioning(signers: [], time: Ground.time)
        guard let (from, to, role) = versions else { return [] }
        let record = Manifest.digest(of: SampleRecord.baseline("1.0.0"))
        return [
            try provisioning.baseline("1.0.0").json,
            DowngradeAuthorisation(
                id: "DG-1", issued: Ground.time.advanced(by: -3600), expires: Ground.time.advanced(by: 86400),
                product: "infusion-pump", devices: ["IP4-000417"], groups: ["icu"], from: [from], to: to,
                reason: DowngradeAuthorisation.Reason(kind: .safety, text: "the pump stops"), fsca: "FSCA-1"
            ).json,
            ApprovalWithdrawal(
                id: "WD-1", issued: Ground.time, release: record, key: record, role: role, reason: "a defect"
            ).json,
            ConfigurationAcceptance(
                id: "CF-1", device: "IP4-000417", digest: record, reason: "a new printer", by: "A. Meier"
            ).json,
            try DraftRulePack(toml: try packs().first ?? "").content.json,
        ]
    }

    private static var versions: (Version, Version, Role)? {
        guard let from = Version("1.2.0"), let to = Version("1.1.0") else { return nil }
        return (from, to, .regulatory)
    }

    static let challenge = "IP4-000417/7KQ3-M9XD-2WFA-0"

    static let session: JSON = [
        "session": "00112233445566778899aabbccddeeff", "device": "IP4-000417", "product": "infusion-pump",
        "hardware": "rev-c", "version": "1.0.0", "slotSet": "A", "observe": true, "emergency": true,
        "idleSeconds": 900, "lockedSeconds": 0, "serial": 115_200,
    ]

    static let login: JSON = [
        "person": "A. Meier", "role": "technician", "until": "2026-11-22T20:00:00Z", "secondsLeft": 3600,
        "visit": "v1", "emergency": false,
        "rights": .strings(ServiceRights.all.names),
    ]

    static let status: JSON = [
        "state": "idle", "product": "infusion-pump", "device": "IP4-000417", "hardware": "rev-c", "version": "1.0.0",
        "slotSet": "A", "findings": [],
    ]

    /// A request of every command, with what it takes.
    static var requests: [JSON] {
        ServiceCommand.allCases.map { command in
            var members: [String: JSON] = ["command": .string(command.rawValue)]
            let answers = IncidentForm.prompts.map { ($0.id, JSON.string($0.hint)) }
            switch command {
            case .login: members["grant"] = "1: 2RZK4 0D7YQ 3000F 6G9MC 8B2TD 7X."
            case .logout: members["record"] = ["performed": "a test", "result": "passed", "remarks": ""]
            case .acknowledge: members.merge(["subject": "training", "person": "A. Meier", "role": "nurse"]) { $1 }
            case .history: members["limit"] = 10
            case .ledger: members.merge(["limit": 20, "before": 40]) { $1 }
            case .test: members.merge(["id": "pump-check", "answer": "yes"]) { $1 }
            case .update: members.merge(["source": "line", "name": "1.1.0.aftercare", "activate": true]) { $1 }
            case .rollback: members["reason"] = "the pump stops"
            case .incident: members["answers"] = .object(Dictionary(answers) { $1 })
            case .hold: members.merge(["what": "ledger", "reason": "an incident"]) { $1 }
            case .release: members.merge(["hold": "H-1", "reason": "it is over"]) { $1 }
            case .export: members["what"] = "ledger"
            default: break
            }
            return .object(members)
        }
    }

    static let passport: JSON = [
        "schema": "aftercare.passport/1", "device": "IP4-000417", "product": "infusion-pump", "hardware": "rev-c",
        "made": "2026-05-01T12:00:00Z", "slotSet": "A", "version": "1.1.0", "security": ["floor": 2],
        "ledger": ["newest": 42, "head": .string(String(repeating: "a", count: 64))], "findings": [],
    ]
}
