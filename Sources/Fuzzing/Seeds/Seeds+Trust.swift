import Bundles
import ChangeControl
import Documents
import Platform
import Releases
import Servicing
import SystemPackage
import TestSupport
import Trust
import Vocabulary

extension Seeds {
    /// Images of every kind of chunk: zeros, text that compresses, noise that does not.
    private static func factory() throws -> BundleFactory {
        var dice = Dice(seed: 1)
        let noise = (0..<9000).map { _ in UInt8.random(in: 0...255, using: &dice) }
        let text = Array(String(repeating: "infusion ", count: 1200).utf8)
        return try BundleFactory(
            images: [("rootfs", [UInt8](repeating: 0, count: 8192) + text + noise), ("boot", Array(text.prefix(500)))],
            chunkLength: 4096)
    }

    static func bundles(_ door: Door) throws -> [[UInt8]] {
        let factory = try factory()
        switch door {
        case .bundle:
            // Signed by whoever tries the door: the header, the section and the content are there as they should be.
            let bytes = factory.bytes { _ in [0x30, 0] }
            let small = try BundleFactory(images: [("rootfs", [1, 2, 3])]).bytes { _ in [] }
            let choices: [UInt8] = [0, 2, 3, 7, 0b1010, 0b1011]
            return choices.map { [$0] + bytes } + [[3] + small, [0] + small]
        case .index:
            let chunks = factory.manifest.images.map(\.chunkCount)
            let head: [UInt8] = [0b1101] + chunks.flatMap { count -> [UInt8] in [UInt8(count), 0] }
            let other: [UInt8] = [0b0101] + chunks.flatMap { count -> [UInt8] in [UInt8(count), 9] }
            return [head, other].map { $0 + factory.index }
        default:
            let document = try JSONReader.read(factory.manifest.canonicalBytes, limit: 1 << 20)
            return edits(of: [document]) + texts([document]) + [[7, 0, 9, 0, 0, 0, 0], [6] + document.canonicalBytes]
        }
    }

    static func approvals(_ door: Door, _ ground: Ground) throws -> [[UInt8]] {
        switch door {
        case .cms:
            let approvers = try ground.approvers()
            let content = Array("what was approved".utf8)
            let one = try approvers.signers[0].sign(content, at: Ground.time)
            let other = try Approvers(keys: .p256).sign(content)
            // A byte in its own place, and bytes of others' approvals.
            let all = try approvers.signers.sign(content)
            return [[1], [1, 0, 0, 0, 0x30], [3, 3, 9, 0], [0] + one, [2] + all, [0] + other]
        case .signedDocument:
            let documents = try Templates.documents()
            let approvers = try Approvers(keys: .ed25519)
            let signed = try documents.map { try approvers.provisioning.signed($0).bytes }
            let choices = documents.indices.map { [5, UInt8($0)] as [UInt8] }
            return choices + edits(of: documents) + signed.map { [0] + $0 }
        default:
            let key = try DeviceKey.open(file: ground.path("device.key"), storage: ground.storage)
            let statement = try key.sign(statement: Templates.passport)
            let choices: [[UInt8]] = [[1, 0], [3, 0], [3, 0, 9, 0, 0, 0, 0]]
            return choices + texts([statement])
        }
    }

    static func rulePacks() throws -> [[UInt8]] {
        let packs = try Templates.packs()
        return packs.map { [0] + Array($0.utf8) } + edits(of: try packs.map { try RuleDocument(toml: $0).json })
    }

    static func grants(_ ground: Ground) throws -> [[UInt8]] {
        guard let role = Role("technician") else { return [] }
        let signer = try ground.signer(role, of: try ground.authority(for: .service, [role]))
        let challenge = try Challenge(text: Templates.challenge)
        guard
            let terms = GrantTerms(
                challenge: challenge, rights: .all, bundle: SHA256.digest(of: [1]), notBefore: Ground.time,
                until: Ground.time.advanced(by: 3600))
        else { return [] }
        let signature = try signer.key.sign(
            terms.signedText(person: signer.certificate.keyID), digest: signer.key.kind.naturalDigest)
        let grants = try [[], [signer.certificate] + signer.intermediates].map {
            try Grant(terms, person: signer.certificate.keyID, certificates: $0, signature: signature)
        }
        let others: [[UInt8]] = [[0], [0, 0, 3, 0, 1], [3] + Array(challenge.description.utf8)]
        return others + grants.map { [1] + $0.bytes } + (try grants.map { [2] + Array(try $0.text().utf8) })
    }
}
