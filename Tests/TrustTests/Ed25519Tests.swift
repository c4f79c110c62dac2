import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// GnuTLS is the oracle here, since OpenSSL 3.0's CMS has no Ed25519.
///
/// Needs gnutls-bin.
@Suite("Ed25519 approvals and GnuTLS")
struct Ed25519Tests {
    private static let isInstalled = (try? Tool.run(["certtool", "--version"]).status) == 0

    private let folder: TemporaryFolder
    private let issuing: Party
    private let person: Party
    private let content = Array("the manifest".utf8)
    private let now = SystemClock().now()

    init() throws {
        folder = try TemporaryFolder()
        // certtool signs and judges at the time of day.
        let today = (now.seconds - TestAuthority.start.seconds) / TestAuthority.day
        issuing = try TestAuthority.make(
            "issuing", .ed25519, under: nil, from: today - 1, days: 3, extensions: TestAuthority.authority)
        person = try TestAuthority.make(
            "Ada", .ed25519, under: issuing, from: today - 1, days: 3, extensions: TestAuthority.codeSigning)
        try folder.write("content", content)
        try folder.write("issuing.pem", try issuing.certificate.pem)
    }

    @Test("GnuTLS verifies what we sign", .enabled(if: isInstalled))
    func theyVerify() throws {
        try folder.write("ours", try person.signer.sign(content, at: now))
        let command = [
            "certtool", "--p7-verify", "--inder", "--infile", "ours", "--load-ca-certificate", "issuing.pem",
            "--load-data",
        ]
        let accepted = try Tool.run(command + ["content"], folder: folder.path.string)
        #expect(accepted.status == 0, "\(accepted.text) \(accepted.error)")
        let refused = try Tool.run(command + ["issuing.pem"], folder: folder.path.string)
        #expect(refused.status != 0)
    }

    @Test("We verify what GnuTLS signs", .enabled(if: isInstalled))
    func weVerify() throws {
        let files = try person.write("ada", to: folder)
        let result = try Tool.run(
            [
                "certtool", "--p7-detached-sign", "--p7-time", "--load-privkey", files.key, "--load-certificate",
                files.certificate, "--infile", "content", "--outder", "--outfile", "theirs",
            ], folder: folder.path.string)
        #expect(result.status == 0, "\(result.error)")
        let policy = try TrustPolicy(required: [.software], roles: [.software: [issuing.certificate]])
        let time = TrustedTime(clock: SystemClock().now(), watermark: nil)
        let verifier = Verifier(policy: policy)
        #expect(verifier.refusal(content, try folder.read("theirs"), at: time) == nil)
        #expect(verifier.refusal([1], try folder.read("theirs"), at: time)?.code.rawValue == 2120)
    }
}
