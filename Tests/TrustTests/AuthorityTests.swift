import Documents
import Foundation
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The authority for trying and testing")
struct AuthorityTests {
    private let folder: TemporaryFolder
    private let authority: Authority
    private let now = Scenario.moment(5)
    private let storage = Storage()

    init() throws {
        folder = try TemporaryFolder()
        authority = Authority(folder: folder.path, storage: storage)
        try authority.create(roles: [.software, .regulatory], organization: "Example Devices", now: now)
    }

    private func policy() throws -> TrustPolicy {
        var fields = try Fields(try TOML.read(String(decoding: try folder.read("trust.toml"), as: UTF8.self)))
        return try TrustPolicy.read(try fields.fields("trust"), folder: folder.path, storage: storage)
    }

    private func approve(_ signers: (certificate: FilePath, key: FilePath)...) throws -> [UInt8] {
        var der: [UInt8]?
        for files in signers {
            let signer = try ContentSigner.read(
                certificate: files.certificate, key: files.key.string, storage: storage)
            der = try signer.sign([1, 2, 3], at: Scenario.moment(10), addingTo: der)
        }
        return try #require(der)
    }

    @Test("A certificate or a revocation list with a bit behind its signature is no second encoding of it")
    func encodings() throws {
        let ada = try authority.issue(role: .software, person: "Ada Lovelace", days: 90, now: now)
        let certificate = try #require(
            try Certificate.read(pem: storage.read(ada.certificate, limit: 1 << 16), limit: 9).first)
        let list = try #require(
            try RevocationList.read(pem: try folder.read("software/issuing-crl.pem"), limit: 1).first)
        _ = try (Certificate(der: certificate.der), RevocationList(der: list.der))
        #expect(throws: CryptoError.openSSL("read a certificate", reason: "it is not in DER")) {
            try Certificate(der: Self.withUnusedBit(certificate.der))
        }
        #expect(throws: CryptoError.openSSL("read a revocation list", reason: "it is not in DER")) {
            try RevocationList(der: Self.withUnusedBit(list.der))
        }
    }

    /// The last element, a BIT STRING with a signature, says that its last bit counts for nothing (X.690 §8.6.2).
    private static func withUnusedBit(_ der: [UInt8]) throws -> [UInt8] {
        var der = der
        let start = try #require(
            der.indices.last { der[$0...].starts(with: [0x03, UInt8(truncatingIfNeeded: der.count - $0 - 2), 0x00]) })
        der[start + 2] = 1
        der[der.count - 1] |= 1
        return der
    }

    @Test(
        "What it issues is accepted by the policy that it writes, without a warning",
        arguments: [KeyKind.rsa(bits: 3072), .rsa(bits: 4096), .p256, .p384, .ed25519])
    func issues(kind: KeyKind) throws {
        let ada = try authority.issue(role: .software, person: "Ada Lovelace", keys: kind, days: 90, now: now)
        let grace = try authority.issue(role: .regulatory, person: "Grace Hopper", days: 90, now: now)
        #expect(ada.certificate == folder.file("software/ada-lovelace.pem"))
        let verified = try Verifier(policy: try policy()).verify(
            content: [1, 2, 3], signatures: try approve(ada, grace), at: Scenario.now)
        #expect(verified.approvals.count == 2)
        #expect(verified.warnings.isEmpty)
    }

    @Test("Keys can be read by their owner only")
    func modes() throws {
        let ada = try authority.issue(role: .software, person: "Ada", days: 90, now: now)
        for key in [ada.key, folder.file("software/root.key"), folder.file("regulatory/issuing.key")] {
            let mode = try FileManager.default.attributesOfItem(atPath: key.string)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(key)")
        }
    }

    @Test("Who is revoked is refused from then on, and the others are not")
    func revokes() throws {
        let ada = try authority.issue(role: .software, person: "Ada", days: 90, now: now)
        let alan = try authority.issue(role: .software, person: "Alan", days: 90, now: now)
        let emmy = try authority.issue(role: .software, person: "Emmy", days: 90, now: now)
        let grace = try authority.issue(role: .regulatory, person: "Grace", days: 90, now: now)
        try authority.revoke(role: .software, person: "Ada", now: Scenario.moment(12))
        try authority.revoke(role: .software, person: "Alan", now: Scenario.moment(13))
        try authority.renewRevocationLists(role: .software, now: Scenario.moment(14))
        let verifier = Verifier(policy: try policy())
        #expect(verifier.refusal([1, 2, 3], try approve(ada, grace))?.code.rawValue == 2140)
        #expect(verifier.refusal([1, 2, 3], try approve(alan, grace))?.code.rawValue == 2140)
        #expect(verifier.refusal([1, 2, 3], try approve(emmy, grace)) == nil)
        let list = try RevocationList.read(pem: try folder.read("software/issuing-crl.pem"), limit: 1)[0]
        #expect(list.number == 4)
    }

    @Test("What is there already is never overwritten")
    func overwrites() throws {
        let root = try folder.read("software/root.key")
        #expect(throws: AuthorityError.exists(.software)) {
            try authority.create(roles: [.quality, .software], organization: "Other", now: now)
        }
        #expect(try folder.read("software/root.key") == root)
        #expect(!storage.exists(folder.file("quality")))
        _ = try authority.issue(role: .software, person: "Ada", days: 90, now: now)
        #expect(throws: AuthorityError.issued(folder.file("software/ada.pem"))) {
            try authority.issue(role: .software, person: "Ada", days: 90, now: now)
        }
    }

    @Test("Somebody who gets a second role is known by the first, and their two approvals are one person's")
    func twoRoles() throws {
        let ada = try authority.issue(role: .software, person: "Ada Lovelace", days: 90, now: now)
        #expect(try authority.otherRoles(of: "Ada Lovelace", than: .software).isEmpty)
        #expect(try authority.otherRoles(of: "ada lovelace", than: .regulatory) == [.software])
        let again = try authority.issue(role: .regulatory, person: "ADA Lovelace", days: 90, now: now)
        let error = #expect(throws: SigningError.self) { try approve(ada, again) }
        #expect(error?.code.rawValue == 2846)
    }

    @Test("A role can be added later and is then in the policy")
    func adds() throws {
        try authority.create(roles: [.quality], organization: "Example Devices", now: now)
        #expect(try policy().required == [.quality, .regulatory, .software])
    }

    @Test(
        "A person whose name leads elsewhere or to an authority is refused",
        arguments: ["", "../..", "root", "Issuing"])
    func names(person: String) throws {
        let error = #expect(throws: AuthorityError.self) {
            try authority.issue(role: .software, person: person, days: 90, now: now)
        }
        #expect(error?.code.rawValue == 2816)
    }

    @Test("Roles and people that are not there are told")
    func unknown() throws {
        #expect(throws: AuthorityError.unknownRole(.quality)) {
            try authority.issue(role: .quality, person: "Ada", days: 90, now: now)
        }
        #expect(throws: AuthorityError.unknownSigner("Ada", .software)) {
            try authority.revoke(role: .software, person: "Ada", now: now)
        }
    }
}
