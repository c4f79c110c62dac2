import Documents
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("What is meant by a signature")
struct MeaningTests {
    private func verified(_ signatures: [UInt8], _ scenario: Scenario) throws -> VerifiedContent {
        try Verifier(policy: try scenario.policy(required: [.regulatory])).verify(
            content: scenario.content, signatures: signatures, at: Scenario.now)
    }

    @Test("Every meaning is read as it was signed, beside an approval", arguments: SignatureMeaning.allCases)
    func meanings(meaning: SignatureMeaning) throws {
        let scenario = try Scenario()
        let first = try scenario.ada.signer.sign(scenario.content, at: Scenario.moment(10), meaning: meaning)
        let both = try scenario.grace.signer.sign(scenario.content, at: Scenario.moment(11), addingTo: first)
        let approval = try #require(try verified(both, scenario).approvals.first { $0.role == .software })
        #expect(approval.meaning == meaning)
        #expect(approval.approves == (meaning == .approved || meaning == .released))
        #expect(approval.json["meaning"] == .string(meaning.rawValue))
        #expect(approval.line.contains("\(meaning.rawValue) by Ada at "))
    }

    @Test("A signature that does not say what it means counts as an approval, and is shown without a meaning")
    func unsaid() throws {
        let scenario = try Scenario()
        let signatures = try scenario.grace.signer.sign(scenario.content, at: Scenario.moment(10), meaning: nil)
        let approval = try #require(try verified(signatures, scenario).approvals.first)
        #expect(approval.meaning == nil)
        #expect(approval.approves)
        #expect(approval.json["meaning"] == nil)
        #expect(approval.line == "regulatory: signed by Grace at 2026-01-11T12:00:00Z")
    }

    /// The last octet of id-cti-ets-proofOfApproval: every other value, also those that mean something, is under the signature.
    @Test("A changed meaning is refused, and one that means nothing here is not even read")
    func changed() throws {
        let scenario = try Scenario()
        let signatures = try scenario.grace.signer.sign(scenario.content, at: Scenario.moment(10))
        let commitment: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x06]
        let place =
            try #require(
                signatures.indices.first { signatures[$0...].starts(with: commitment + [5]) }) + commitment.count
        for (number, code) in [(1, 2121), (2, 2121), (3, 2111), (4, 2111), (6, 2121), (7, 2111)] as [(UInt8, Int)] {
            var other = signatures
            other[place] = number
            let verifier = Verifier(policy: try scenario.policy(required: [.regulatory]))
            #expect(verifier.refusal(scenario.content, other)?.code.rawValue == code, "\(number)")
        }
    }

    @Test(
        "openssl names each meaning as RFC 5126 does, and accepts the signature",
        arguments: [
            (SignatureMeaning.authored, "proofOfCreation"), (.reviewed, "proofOfReceipt"),
            (.approved, "proofOfApproval"), (.released, "proofOfOrigin"),
        ])
    func openssl(meaning: SignatureMeaning, name: String) throws {
        let scenario = try Scenario()
        let folder = try TemporaryFolder()
        let signatures = try scenario.ada.signer.sign(scenario.content, at: Scenario.moment(10), meaning: meaning)
        let file = try folder.write("signatures.der", signatures)
        let shown = try Tool.run([
            "openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", file.string,
        ])
        #expect(shown.status == 0, "\(shown.error)")
        let text = String(decoding: shown.output, as: UTF8.self)
        #expect(text.contains("id-smime-aa-ets-commitmentType (1.2.840.113549.1.9.16.2.16)"))
        #expect(text.contains("id-smime-cti-ets-\(name)"))
        let answer = try OpenSSLCommand.verify(
            scenario.content, signatures, roots: [scenario.software.root.certificate], at: Scenario.moment(30))
        #expect(answer.accepted, "\(answer.error)")
    }
}
