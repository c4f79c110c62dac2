import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// The `openssl` command, which shares no code of ours for CMS.
enum OpenSSLCommand {
    /// What `openssl cms -sign` makes for these signers, now.
    static func sign(_ content: [UInt8], by parties: [Party], options: [String] = []) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        var command = [
            "openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in",
            try folder.write("content", content).string,
        ]
        var intermediates: [Certificate] = []
        for (index, party) in parties.enumerated() {
            let files = try party.write("signer\(index)", to: folder)
            command += ["-signer", files.certificate, "-inkey", files.key]
            for certificate in party.intermediates where !intermediates.contains(certificate) {
                intermediates.append(certificate)
            }
        }
        if !intermediates.isEmpty {
            let pem = try intermediates.flatMap { try $0.pem }
            command += ["-certfile", try folder.write("others.pem", pem).string]
        }
        let result = try Tool.run(command + options)
        guard result.status == 0 else { throw Failure(text: result.error) }
        return result.output
    }

    /// Whether `openssl cms -verify` accepts the signatures with these roots, at `time`.
    static func verify(
        _ content: [UInt8], _ signatures: [UInt8], roots: [Certificate], at time: Timestamp
    ) throws -> (accepted: Bool, output: [UInt8], error: String) {
        let folder = try TemporaryFolder()
        let result = try Tool.run([
            "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-attime",
            String(time.seconds), "-in", try folder.write("signatures", signatures).string, "-content",
            try folder.write("content", content).string, "-CAfile",
            try folder.write("roots.pem", try roots.flatMap { try $0.pem }).string,
        ])
        return (result.status == 0, result.output, result.error)
    }

    struct Failure: Error { let text: String }
}

@Suite("Approvals and the openssl command")
struct OracleTests {
    private static let kinds: [KeyKind] = [.rsa(bits: 3072), .rsa(bits: 4096), .p256, .p384]

    @Test("openssl verifies what we sign, two keys each", arguments: kinds)
    func opensslVerifiesOurs(kind: KeyKind) throws {
        let scenario = try Scenario()
        let person = try scenario.software.signer("Person", kind)
        let signatures = try scenario.approve(person, scenario.grace)
        let roots = [scenario.software.root.certificate, scenario.regulatory.root.certificate]
        let answer = try OpenSSLCommand.verify(
            scenario.content, signatures, roots: roots, at: Scenario.moment(30))
        #expect(answer.accepted, "\(answer.error)")
        #expect(answer.output == scenario.content)
        let other = try OpenSSLCommand.verify([1], signatures, roots: roots, at: Scenario.moment(30))
        #expect(!other.accepted)
    }

    @Test("openssl reads our revocation lists and certificates as we mean them")
    func opensslRevokes() throws {
        let scenario = try Scenario()
        let folder = try TemporaryFolder()
        let lists = [
            try scenario.software.revocationList(by: scenario.software.root),
            try scenario.software.revocationList(
                by: scenario.software.issuing, revoking: [scenario.ada.certificate]),
        ]
        let answer = try Tool.run([
            "openssl", "verify", "-crl_check_all", "-x509_strict", "-attime", String(Scenario.moment(30).seconds),
            "-CAfile", try folder.write("root.pem", try scenario.software.root.certificate.pem).string, "-untrusted",
            try folder.write("issuing.pem", try scenario.software.issuing.certificate.pem).string, "-CRLfile",
            try folder.write("lists.pem", try lists.flatMap { try $0.pem }).string,
            try folder.write("ada.pem", try scenario.ada.certificate.pem).string,
        ])
        #expect(answer.status != 0)
        #expect(answer.error.contains("certificate revoked"), "\(answer.error)")
    }

    /// The command signs at the time of day, so the certificates here are valid then.
    @Test("We verify what openssl signs, two signers at once", arguments: kinds, [[], ["-nosmimecap"], ["-keyid"]])
    func weVerifyTheirs(kind: KeyKind, options: [String]) throws {
        let scenario = try Scenario()
        let now = SystemClock().now()
        let today = (now.seconds - TestAuthority.start.seconds) / TestAuthority.day
        let software = try Self.current(scenario.software, "Person", kind, today)
        let regulatory = try Self.current(scenario.regulatory, "Other", .p256, today)
        let signatures = try OpenSSLCommand.sign(scenario.content, by: [software, regulatory], options: options)
        let policy = try TrustPolicy(
            required: [.software, .regulatory],
            roles: [
                .software: [software.intermediates[0]], .regulatory: [regulatory.intermediates[0]],
            ])
        let time = TrustedTime(clock: SystemClock().now(), watermark: nil)
        let refusal = Verifier(policy: policy).refusal(scenario.content, signatures, at: time)
        // The anchors are the issuing certificates themselves, which the command brought along.
        #expect(refusal?.code.rawValue == 2115)

        let bare = [software, regulatory].map { Party(certificate: $0.certificate, key: $0.key) }
        let accepted = try OpenSSLCommand.sign(scenario.content, by: bare, options: options)
        #expect(Verifier(policy: policy).refusal(scenario.content, accepted, at: time) == nil)
        #expect(Verifier(policy: policy).refusal([1], accepted, at: time)?.code.rawValue == 2120)
    }

    private static func current(
        _ authority: TestAuthority, _ person: String, _ kind: KeyKind, _ today: Int64
    ) throws -> Party {
        let issuing = try TestAuthority.make(
            "\(authority.name) today", .p256, under: authority.root, from: today - 1, days: 3,
            extensions: TestAuthority.authority)
        var party = try TestAuthority.make(
            person, kind, under: issuing, from: today - 1, days: 3, extensions: TestAuthority.codeSigning)
        party.intermediates = [issuing.certificate]
        return party
    }

    @Test("What openssl streams is BER, which is refused with its own code")
    func streamed() throws {
        let scenario = try Scenario()
        let signatures = try OpenSSLCommand.sign(scenario.content, by: [scenario.ada], options: ["-stream"])
        #expect(
            Verifier(policy: try scenario.policy()).refusal(scenario.content, signatures)?.code.rawValue == 2112)
    }

    @Test("Approvals that bring their content along are refused")
    func encapsulated() throws {
        let scenario = try Scenario()
        let signatures = try OpenSSLCommand.sign(scenario.content, by: [scenario.ada], options: ["-nodetach"])
        #expect(
            Verifier(policy: try scenario.policy()).refusal(scenario.content, signatures)?.code.rawValue == 2111)
    }

    @Test("A signature without signed attributes is refused")
    func withoutAttributes() throws {
        let scenario = try Scenario()
        let signatures = try OpenSSLCommand.sign(scenario.content, by: [scenario.ada], options: ["-noattr"])
        #expect(
            Verifier(policy: try scenario.policy()).refusal(scenario.content, signatures)?.code.rawValue == 2111)
    }
}
