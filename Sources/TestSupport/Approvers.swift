package import Bundles
import Documents
package import Platform
package import Releases
import SystemPackage
package import Trust
package import Vocabulary

/// An authority of a test's own with one approver for each of the roles that a device asks for by default; its folder also has what
/// a device is provisioned with.
package final class Approvers: Sendable {
    package let folder: TemporaryFolder
    package let signers: [ContentSigner]
    package let policy: TrustPolicy

    /// When they sign unless it is said otherwise, and what a device takes the time to be.
    package static let time = Timestamp(seconds: 1_780_000_000)

    /// When these sign.
    package let time: Timestamp

    package init(keys: KeyKind = .p256, at time: Timestamp = Approvers.time) throws {
        self.time = time
        folder = try TemporaryFolder()
        let storage = Storage()
        let authority = Authority(folder: folder.path, storage: storage)
        try authority.create(
            roles: TrustPolicy.usualRoles, organization: "Test", keys: keys, now: time.advanced(by: -86400))
        signers = try TrustPolicy.usualRoles.map { role in
            let files = try authority.issue(
                role: role, person: "Approver \(role)", keys: keys, days: 30, now: time.advanced(by: -3600))
            return try ContentSigner.read(certificate: files.certificate, key: files.key.string, storage: storage)
        }
        let document = try TOML.read(String(decoding: try folder.read("trust.toml"), as: UTF8.self))
        policy = try TrustPolicy.read(
            try Fields(document["trust"] ?? document), folder: folder.path, storage: storage)
        // Sweeps start hundreds of agents: they read what their market needs.
        try provisioning.write(into: folder.path, packs: ["COMMON", "EU"])
    }

    /// What signs documents for their devices.
    package var provisioning: Provisioning { Provisioning(signers: signers, time: time) }

    /// One CMS message with everybody's approval.
    package func sign(_ content: [UInt8]) throws -> [UInt8] {
        try signers.reduce([]) { try $1.sign(content, at: time, addingTo: $0.isEmpty ? nil : $0) }
    }

    /// Opens and verifies a bundle as a device does that trusts exactly these approvers.
    package func verified(_ source: some ByteSource) throws(BundleError) -> VerifiedBundle {
        try UnverifiedBundle.open(source).verified(
            by: Verifier(policy: policy), at: TrustedTime(clock: time, watermark: nil))
    }
}
