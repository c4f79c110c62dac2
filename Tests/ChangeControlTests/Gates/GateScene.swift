import Bundles
import ChangeControl
import Documents
import Platform
import Releases
import SystemPackage
import TestSupport
import Trust
import Vocabulary

/// A release that is right in everything, a device that it is for, and the documents that the device holds; tests change one thing.
struct GateScene {
    static let approvers = Result { try Approvers() }
    /// The project's own packs, signed as a manufacturer signs them.
    static let packs = Result {
        try ["COMMON", "EU", "US", "GB", "CH", "ANY"].map { try signed(RulePackFiles.json($0)) }
    }

    var manifest: Manifest
    var record: JSON
    var device: DeviceFacts
    var documents: GateDocuments
    var moment = GateMoment.verification

    init(version: String = "1.1.0", running: String = "1.0.0") throws {
        let factory = try BundleFactory(images: [("rootfs", Array("image".utf8))], version: version, from: ["1.0.0"])
        manifest = factory.manifest
        manifest.sbomDigest = SHA256.digest(of: SampleRecord.sbom)
        record = SampleRecord.complete(version)
        let baseline = Manifest.digest(of: SampleRecord.baseline("1.0.0"))
        device = DeviceFacts(
            product: "infusion-pump", hardware: "rev-c", running: try Self.aVersion(running), securityFloor: 1)
        device.id = "IP4-1"
        device.groups = ["icu"]
        device.market = DeviceMarket(code: "EU", route: "mdr_certificate")
        device.udiDI = "09521000004016"
        device.lineage = ChangeLineage(records: [baseline])
        device.time = TrustedTime(clock: Approvers.time, watermark: nil)
        documents = GateDocuments(rules: try Self.rules(), baseline: try Self.baseline(record: baseline))
        record = record.setting("markets.1.assessment.cumulativeAssessment.changeIds", ["C-1"])
    }

    static func rules(without id: String? = nil) throws -> RulePacks {
        var packs = RulePacks()
        for pack in try Self.packs.get() where pack.content.id != id {
            try packs.take(pack, at: PossibleTime(Approvers.time))
        }
        return packs
    }

    /// The project's packs, one of them changed, all signed.
    static func rules(changing id: String, _ change: (JSON) -> JSON) throws -> RulePacks {
        var packs = try rules(without: id)
        try packs.take(try signed(change(try RulePackFiles.json(id))), at: nil)
        return packs
    }

    static func signed(_ pack: JSON) throws -> RulePack {
        let approvers = try approvers.get()
        let document = SignedDocument(pack, signatures: try approvers.sign(pack.canonicalBytes))
        return try RulePack.verified(
            document, by: Verifier(policy: approvers.policy),
            at: TrustedTime(clock: Approvers.time, watermark: nil))
    }

    static func baseline(record: Digest, market: String = "EU", route: String = "mdr_certificate") throws -> Baseline {
        guard let cleared = CalendarDate("2025-06-30") else {
            throw DocumentError.unacceptable("date", reason: "is no day")
        }
        return Baseline(
            id: "BL-1", issued: Approvers.time, product: "infusion-pump", udiDI: "09521000004016",
            markets: [
                Baseline.Market(
                    code: market, route: route, version: try aVersion("1.0.0"), record: record,
                    reference: "MDR 712345", date: cleared),
                Baseline.Market(
                    code: "US", route: "510k", version: try aVersion("1.0.0"), record: record, reference: "K000000",
                    date: cleared),
            ], record: record)
    }

    /// The release with its record, signed by the three roles or by some of them.
    func release(signedBy roles: [Role] = TrustPolicy.usualRoles) throws -> VerifiedRelease {
        let approvers = try Self.approvers.get()
        var manifest = manifest
        manifest.change = record
        let bytes = manifest.canonicalBytes
        let signers = zip(TrustPolicy.usualRoles, approvers.signers).filter { roles.contains($0.0) }.map(\.1)
        let signatures = try signers.reduce([]) {
            try $1.sign(bytes, at: Approvers.time, addingTo: $0.isEmpty ? nil : $0)
        }
        let policy = try approvers.policy.requiring(roles)
        return try VerifiedRelease.verified(
            bytes, signatures: signatures, by: Verifier(policy: policy),
            at: TrustedTime(clock: Approvers.time, watermark: nil))
    }

    func judge(signedBy roles: [Role] = TrustPolicy.usualRoles) throws -> [GateVerdict] {
        GateSequence.judge(try release(signedBy: roles), on: device, by: documents, at: moment)
    }

    /// People at the device who confirm something of this very release.
    mutating func acknowledge(_ subject: Acknowledgement.Subject, by people: String...) throws {
        let digest = try release().digest
        device.acknowledgements += people.map {
            Acknowledgement(subject: subject, person: $0, role: "nurse", time: Approvers.time, release: digest)
        }
    }

    /// The clock was never set: the time is known to be this or later.
    mutating func losesItsClock() { device.isClockSet = false }

    static func aVersion(_ text: String) throws -> Version {
        guard let version = Version(text) else { throw DocumentError.unacceptable(text, reason: "is no version") }
        return version
    }
}

/// The project's rule packs as people write them.
enum RulePackFiles {
    static let names = ["COMMON", "EU", "US", "GB", "CH", "ANY"]

    static func text(_ name: String) throws -> String {
        let file = ProjectFolder.file("firmware-manifests/rules/\(name).toml")
        return String(decoding: try Storage().read(file, limit: 1 << 20), as: UTF8.self)
    }

    static func json(_ name: String) throws -> JSON { try TOML.read(try text(name)) }

    static func document(_ name: String) throws -> RuleDocument { try RuleDocument(toml: try text(name)) }
}

extension JSON {
    /// The same value with something else at a path such as `markets.0.released`; nil takes it out.
    func setting(_ path: String, _ value: JSON?) -> JSON {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        let rest = parts.count == 2 ? parts[1] : nil
        switch self {
        case .object(var members):
            members[parts[0]] = rest.map { (members[parts[0]] ?? [:]).setting($0, value) } ?? value
            return .object(members)
        case .array(var elements):
            guard let index = Int(parts[0]), elements.indices.contains(index) else { return self }
            if let new = rest.map({ elements[index].setting($0, value) }) ?? value {
                elements[index] = new
            } else {
                elements.remove(at: index)
            }
            return .array(elements)
        default: return self
        }
    }
}
