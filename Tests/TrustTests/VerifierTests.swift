import Platform
import Releases
import Testing
import Trust
import Vocabulary

@Suite("Approvals")
struct VerifierTests {
    @Test("Two roles with a key each are accepted, and the approvals say who, what for and when")
    func accepts() throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace)
        let verified = try Verifier(policy: try scenario.policy()).verify(
            content: scenario.content, signatures: signatures, at: Scenario.now)
        #expect(verified.bytes == scenario.content)
        #expect(Set(verified.approvals.map(\.role)) == [.software, .regulatory])
        let approval = try #require(verified.approvals.first { $0.role == .software })
        #expect(approval.subject == "CN=Ada,OU=test,O=Example Devices")
        #expect(approval.person == "Ada")
        #expect(approval.meaning == .approved)
        #expect(approval.line == "software: approved by Ada at 2026-01-11T12:00:00Z")
        #expect(approval.keyID == scenario.ada.key.keyID)
        #expect(approval.serial == scenario.ada.certificate.serialText)
        #expect(approval.certificateExpiry == TestAuthority.start.advanced(by: 365 * 86400))
        #expect(verified.newestSignedTime == Scenario.moment(10))
        #expect(verified.warnings.isEmpty)
    }

    @Test(
        "Every kind of key that is allowed signs and verifies",
        arguments: [KeyKind.rsa(bits: 3072), .rsa(bits: 4096), .p256, .p384, .ed25519])
    func keys(kind: KeyKind) throws {
        let scenario = try Scenario()
        let person = try scenario.software.signer("Person", kind)
        let signatures = try scenario.approve(person, scenario.grace)
        #expect(Verifier(policy: try scenario.policy()).refusal(scenario.content, signatures) == nil)
        #expect(Verifier(policy: try scenario.policy()).refusal([], signatures)?.code.rawValue == 2120)
    }

    @Test("Authorities of every allowed kind issue", arguments: [KeyKind.rsa(bits: 3072), .p384, .ed25519])
    func authorities(kind: KeyKind) throws {
        let scenario = try Scenario()
        let authority = try TestAuthority("other", keys: kind)
        let signatures = try scenario.approve(try authority.signer("Person"), scenario.ada, scenario.grace)
        let policy = try scenario.policy(extra: [.quality: [authority.root.certificate]])
        #expect(Verifier(policy: policy).refusal(scenario.content, signatures) == nil)
    }

    @Test("A digest of any allowed length is accepted", arguments: DigestAlgorithm.allCases)
    func digests(digest: DigestAlgorithm) throws {
        let scenario = try Scenario()
        let first = try scenario.ada.signer.sign(scenario.content, at: Scenario.moment(10), digest: digest)
        let both = try scenario.grace.signer.sign(scenario.content, at: Scenario.moment(10), addingTo: first)
        #expect(Verifier(policy: try scenario.policy()).refusal(scenario.content, both) == nil)
    }

    @Test("An anchor may be an issuing authority, without the root above it")
    func partialChain() throws {
        let scenario = try Scenario()
        let policy = try TrustPolicy(
            required: [.software], roles: [.software: [scenario.software.issuing.certificate]])
        let alone = Party(certificate: scenario.ada.certificate, key: scenario.ada.key)
        #expect(Verifier(policy: policy).refusal(scenario.content, try scenario.approve(alone)) == nil)
    }

    @Test("A further approval of a role that nobody demands is accepted too")
    func furtherRole() throws {
        let scenario = try Scenario()
        let policy = try scenario.policy(extra: [.quality: [scenario.quality.root.certificate]])
        let signatures = try scenario.approve(scenario.ada, scenario.grace, scenario.joan)
        let verified = try Verifier(policy: policy).verify(
            content: scenario.content, signatures: signatures, at: Scenario.now)
        #expect(verified.approvals.count == 3)
    }

    @Test("Adding an approval leaves what is there as it is, whoever comes first")
    func adding() throws {
        let scenario = try Scenario()
        let first = try scenario.approve(scenario.ada)
        let both = try scenario.grace.signer.sign(scenario.content, at: Scenario.moment(11), addingTo: first)
        let before = try SignedData(der: first)
        let after = try SignedData(der: both)
        #expect(after.signers.count == 2)
        #expect(after.signers.contains { $0.der == before.signers[0].der })
        #expect(Set(after.certificates).isSuperset(of: before.certificates))
    }

    @Test("The same input gives the same bytes with RSA and Ed25519", arguments: [KeyKind.rsa(bits: 3072), .ed25519])
    func deterministic(kind: KeyKind) throws {
        let scenario = try Scenario()
        let signer = try scenario.software.signer("Person", kind).signer
        let one = try signer.sign(scenario.content, at: Scenario.moment(10))
        #expect(try signer.sign(scenario.content, at: Scenario.moment(10)) == one)
        #expect(try signer.sign(scenario.content, at: Scenario.moment(11)) != one)
    }

    @Test("A key does not sign twice, nor to what others signed otherwise")
    func refusesToSign() throws {
        let scenario = try Scenario()
        let first = try scenario.approve(scenario.ada)
        #expect(throws: SigningError.alreadySigned(scenario.ada.certificate.subject)) {
            try scenario.ada.signer.sign(scenario.content, at: Scenario.moment(10), addingTo: first)
        }
        let namesake = try scenario.regulatory.signer("ada")
        #expect(throws: SigningError.samePerson("CN=Ada,OU=test,O=Example Devices", namesake.certificate.subject)) {
            try namesake.signer.sign(scenario.content, at: Scenario.moment(10), addingTo: first)
        }
        #expect(throws: SigningError.otherContent) {
            try scenario.grace.signer.sign([1], at: Scenario.moment(10), addingTo: first)
        }
        #expect(throws: SigningError.self) {
            try ContentSigner(key: scenario.ada.key, certificate: scenario.grace.certificate)
        }
    }

    @Test("An examination shows every check, also those after the first that failed")
    func examination() throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace)
        let verifier = Verifier(policy: try scenario.policy())
        let good = verifier.examine(content: scenario.content, signatures: signatures, at: Scenario.now)
        #expect(good.checks.count == 1 + 2 * 9 + 4)
        #expect(
            good.checks.allSatisfy { check in
                if case .passed = check.verdict { true } else { false }
            })
        let late = verifier.examine(content: [1], signatures: signatures, at: Scenario.on(400))
        let failed = late.checks.filter { check in
            if case .failed = check.verdict { true } else { false }
        }
        #expect(failed.map(\.rule) == [.content, .time, .content, .time, .required])
    }
}
