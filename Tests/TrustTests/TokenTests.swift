import Bundles
import Foundation
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// Needs softhsm2, opensc and libengine-pkcs11-openssl.
@Suite("Keys on a PKCS #11 token")
struct TokenTests {
    private static let library = "/usr/lib/softhsm/libsofthsm2.so"
    private static let isInstalled =
        FileManager.default.fileExists(atPath: library)
        && FileManager.default.fileExists(atPath: "/usr/bin/pkcs11-tool")

    // In a process of its own: SoftHSM and libp11 take their settings from the environment, which threads must not change.
    @Test("A token's key approves like one in a file, and never leaves the token", .enabled(if: isInstalled))
    func approves() async {
        await #expect(processExitsWith: .success) {
            do {
                let folder = try TemporaryFolder()
                let kinds = ["EC:prime256v1", "rsa:3072"]
                try Self.makeToken(in: folder, keys: kinds)
                for index in kinds.indices { try Self.approve(withKey: "key\(index)") }
                // As libcurl does when it starts: the token must not become the home of every key.
                let symbol = try #require(dlsym(nil, "ENGINE_register_all_complete"))
                _ = unsafeBitCast(symbol, to: (@convention(c) () -> Int32).self)()
                _ = try PrivateKey.generate(.p256)
                try Self.approve(withKey: "key0")
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    private static func makeToken(in folder: TemporaryFolder, keys: [String]) throws {
        let settings = "directories.tokendir = \(folder.path)\nobjectstore.backend = file\n"
        setenv("SOFTHSM2_CONF", try folder.write("softhsm2.conf", settings).string, 1)
        setenv("PKCS11_MODULE_PATH", library, 1)
        var commands = [
            ["softhsm2-util", "--init-token", "--free", "--label", "release", "--pin", "1234", "--so-pin", "5678"]
        ]
        for (index, kind) in keys.enumerated() {
            commands.append([
                "pkcs11-tool", "--module", library, "--login", "--pin", "1234", "--token-label", "release",
                "--keypairgen", "--key-type", kind, "--label", "key\(index)", "--id", "0\(index + 1)",
            ])
        }
        for command in commands {
            let result = try Tool.run(command)
            guard result.status == 0 else { throw OpenSSLCommand.Failure(text: result.error) }
        }
    }

    private static func approve(withKey name: String) throws {
        let key = try PrivateKey(token: "pkcs11:token=release;object=\(name);type=private;pin-value=1234")
        #expect(throws: CryptoError.self) { try key.pem }
        let scenario = try Scenario()
        let person = try scenario.software.signer("Ada", key: key)
        let signatures = try scenario.approve(person, scenario.grace)
        #expect(Verifier(policy: try scenario.policy()).refusal(scenario.content, signatures) == nil)
        try approveBundle(with: person, scenario)
    }

    /// A bundle in a file, approved by the token's key beside one in a file, as 'bundle approve' does it.
    private static func approveBundle(with person: Party, _ scenario: Scenario) throws {
        let (storage, time) = (Storage(), Scenario.moment(10))
        let folder = try TemporaryFolder()
        var factory = try BundleFactory(images: [("rootfs", [1, 2, 3])])
        factory.manifest.change = SampleRecord.complete("1.1.0")
        let path = try folder.write("r.aftercare", factory.bytes { _ in [] })
        let policy = try scenario.policy()
        let review = try BundleReview(path, in: storage, trust: policy, at: time)
        let onToken = ApprovalTerms(try person.signer, at: time, meaning: .released, trust: policy, as: .software)
        try BundleApproval.add(to: path, in: storage, onToken, expecting: review.page.digest)
        try BundleApproval.add(to: path, in: storage, ApprovalTerms(try scenario.grace.signer, at: time))
        let standing = try BundleReview(path, in: storage, trust: policy, at: time).standing
        #expect(
            Set(standing.lines) == ["software: released by Ada at \(time)", "regulatory: approved by Grace at \(time)"])
        #expect(throws: ApprovalError.signing(.alreadySigned(person.certificate.subject))) {
            try BundleApproval.add(to: path, in: storage, onToken)
        }
    }

    @Test("A token that is not there is told")
    func absent() {
        #expect(throws: CryptoError.self) { try PrivateKey(token: "pkcs11:token=absent;object=nothing;pin-value=1") }
    }
}
